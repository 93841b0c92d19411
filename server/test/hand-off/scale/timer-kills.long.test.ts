// H7 through a kill: timers of every kind are due, and the node that acts on them dies at a point of it; the next one does the rest, once.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@parley/sdk'
import { expect, test } from 'vitest'
import { admin_key, nodeEnvironment, startKillNode } from '../../kill/child.ts'
import { createTestDatabase } from '../../support/database.ts'
import { startScriptedModel } from '../../support/scripted-model.ts'
import { publishAgent } from '../../support/server.ts'
import { rowsOf } from './many.ts'
import { acts, makeDue, timerNames } from './timers.ts'

/** Those that act together come first, then one by one. */
test.each([
  ['handling.begun', 1],
  ['handling.locked', 1],
  ['handling.written', 1],
  ['handling.written', 2],
  ['handling.committed', 1],
  ['work.done', 1],
])('at %s, the %i. time', async (point, nth) => {
  await using stack = new AsyncDisposableStack()
  const { database, connection_string } = stack.use(await createTestDatabase())
  const model = stack.use(await startScriptedModel())
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-timers-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  const environment = nodeEnvironment(connection_string, model.base_url, data_dir)
  const dying = stack.use(startKillNode(environment, { point, nth, signal: 'SIGKILL' }))
  const { url } = await dying.ready
  const agent = await publishAgent(createClient({ base_url: url, token: admin_key }))
  const { rows } = await database.pool.query<{ id: string; at: string }>(
    `select id, (now() + interval '3 seconds')::text as at from organizations`,
  )
  const base = { database, organization_id: rows[0]!.id }
  const at = `'${rows[0]!.at}'::timestamptz`
  const made = new Map<(typeof timerNames)[number], string[]>()
  for (const name of timerNames) made.set(name, await makeDue(base, { agent, name, count: 3, at }))
  expect(await dying.struck).toBe(point)
  expect(await dying.exited).toBe('SIGKILL')
  const next = stack.use(startKillNode(environment))
  await next.ready
  const left = async () =>
    (await rowsOf(base, `select from work where kind = 'handling_timer' and due_at < now() + interval '1 minute'`))
      .length
  await expect.poll(left, { timeout: 120_000 }).toBe(0)
  for (const [name, ids] of made) {
    const counts = (await acts(base, name, ids, at)).map(({ count }) => count)
    expect(counts, name).toEqual(ids.map(() => 1))
  }
})
