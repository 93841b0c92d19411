// P8: servers of this release work on while the next one migrates their database, is killed again and again, and has to wait for a lock that
// somebody holds; then both serve together.
import { setTimeout as pass } from 'node:timers/promises'
import pg from 'pg'
import { expect, test } from 'vitest'
import { migrate } from '../../src/database/migrate.ts'
import { backfillWork, listBackfills } from '../../src/work/backfills.ts'
import { createWork } from '../../src/work/work.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { noMetrics } from '../../src/telemetry/metrics.ts'
import { noTraces } from '../../src/telemetry/traces.ts'
import { testPorts } from '../support/ports.ts'
import { publishAgent, startTestServer } from '../support/server.ts'
import { migrationsWith, nextRelease } from './migrations-fixture.ts'

const clients = 12
/** Longer than anybody may wait. */
const held_ms = 12_000
/** A migration gives up after two seconds, and on a busy machine PostgreSQL does so later; one that does not makes others wait until the table is free. */
const longest_wait_ms = 10_000
const between_looks_ms = 50

test('P8: no call fails or waits long, whatever happens to the migration', async () => {
  await using server = await startTestServer()
  await using next = await migrationsWith(nextRelease)
  const { client, database } = server
  const { agent_id } = await publishAgent(client)
  let is_over = false
  const isOver = () => is_over
  let answered = 0
  const call = async <T>(work: Promise<T>): Promise<T> => {
    const answer = await work
    answered += 1
    return answer
  }
  const talking = Array.from({ length: clients }, async () => {
    while (!isOver()) {
      const { conversation } = await call(client.createConversation({ channel: 'text', user_id: 'u', agent_id }))
      await call(client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' }))
      await call(client.getAgent({ agent_id }))
      await call(client.endConversation({ conversation_id: conversation.id }))
    }
  })
  const failed = Promise.all(talking)
  failed.catch(() => {})
  const answers = async (more: number) => {
    const until = answered + more
    for (const isEnough = () => answered >= until; !isEnough();) await Promise.race([failed, pass(20)])
  }
  const waiting = findLongestWait(database.pool, isOver)
  await answers(100)

  // Killed after each statement.
  const points: string[] = []
  const options = { folder: next.folder, pause_ms: 200 }
  for (;;) {
    const kill = async (name: string, statement: number) => {
      const point = `${name} ${statement}`
      if (points.includes(point)) return
      points.push(point)
      await database.pool.query(
        `select pg_terminate_backend(pid, 10000) from pg_stat_activity
         where datname = current_database() and application_name like 'parley migration%'`,
      )
    }
    const hold = points.length === 0 ? await holdTable(server.connection_string) : null
    const outcome = await migrate(database, { ...options, reached: kill }).then(
      () => 'done',
      () => 'killed',
    )
    await hold?.released
    await answers(20)
    if (outcome === 'done') break
  }
  expect(points.length).toBeGreaterThan(6)

  // A node of the next release fills the column, beside this one.
  const work = createWork({
    ...{ database, live: { bus: { subscribe() {} }, presence: { whenGone() {} } } },
    ...{
      node: { id: testPorts.newId() },
      ports: testPorts,
      log: createLog('silent'),
      metrics: noMetrics,
      traces: noTraces,
    },
    kinds: backfillWork({ database, ports: testPorts, folder: next.folder }, Object.keys(nextRelease)),
  })
  await work.start()
  await expect.poll(async () => (await listBackfills(database))[0]?.ended_at ?? null).not.toBeNull()
  await work.stop()
  await answers(50)
  is_over = true
  await failed
  expect(await waiting).toBeLessThan(longest_wait_ms)
  const { rows } = await database.pool.query(`select count(*) as count from turns where outcome <> 'reply'`)
  expect(rows).toEqual([{ count: 0 }])
})

/** As a report or a forgotten session that reads a table which the migration changes. */
async function holdTable(connection_string: string): Promise<{ released: Promise<void> }> {
  const holder = new pg.Client({ connectionString: connection_string })
  await holder.connect()
  await holder.query('begin')
  await holder.query('select count(*) from agents')
  const released = new Promise<void>((resolve) => {
    setTimeout(() => resolve(holder.end()), held_ms)
  })
  return { released }
}

/** For how long a statement of the server waited for a table, as PostgreSQL tells it; in ms. */
async function findLongestWait(pool: pg.Pool, isOver: () => boolean): Promise<number> {
  const text = `select coalesce(max(extract(epoch from clock_timestamp() - l.waitstart)), 0)::float8 * 1000 as ms
    from pg_locks l join pg_stat_activity a using (pid)
    where not l.granted and l.locktype = 'relation' and a.datname = current_database()
      and a.application_name not like 'parley migration%'`
  let longest_ms = 0
  while (!isOver()) {
    const { rows } = await pool.query<{ ms: number }>(text)
    longest_ms = Math.max(longest_ms, rows[0]!.ms)
    await pass(between_looks_ms)
  }
  return longest_ms
}
