// P9: a backup and a restore take longer, and stand still for longer, than their role or database allows.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeBackup } from '../../src/backup/make-backup.ts'
import { restoreBackup } from '../../src/backup/restore-backup.ts'
import { migrate } from '../../src/database/migrate.ts'
import { createFolder } from '../backup/fixture.ts'
import { type LimitedDatabase, createLimitedDatabase } from './limited-database.ts'

/** Longer than a statement that waits for nobody takes on any machine. */
const limit_ms = 15_000
const longer_ms = limit_ms + 3000

let stack: AsyncDisposableStack
beforeEach(() => {
  stack = new AsyncDisposableStack()
})
afterEach(() => stack.disposeAsync())

/** Until a connection has been in this state for longer than the limit. */
async function whenLong({ direct }: LimitedDatabase, name: string, state: string): Promise<void> {
  const text = `select from pg_stat_activity where datname = current_database() and application_name = $1 and state = $2
    and greatest(state_change, query_start) < clock_timestamp() - $3 * interval '1 millisecond'`
  const isLong = async () => (await direct.pool.query(text, [name, state, longer_ms])).rowCount
  await expect.poll(isLong, { timeout: 8 * longer_ms, interval: 200 }).toBe(1)
}

test('P9: a database is backed up and restored whatever its limits are', async () => {
  const original = stack.use(await createLimitedDatabase(limit_ms))
  const target = stack.use(await createLimitedDatabase(limit_ms))
  const folder = stack.use(await createFolder())
  await migrate(original.direct)
  const file = folder.path('limited.parley')

  const holder = await original.direct.pool.connect()
  stack.defer(() => holder.release(true))
  await holder.query('begin; set local idle_in_transaction_session_timeout = 0; lock table agents')
  let hasStood = false
  // Nobody waits for what is told here.
  const stand = () => {
    if (!hasStood) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, longer_ms)
    hasStood = true
  }
  const letGo = async () => {
    await whenLong(original, 'parley backup', 'active')
    await holder.query('commit')
  }
  await Promise.all([makeBackup({ database: original.database, file, onProgress: stand }), letGo()])
  expect(hasStood).toBe(true)

  const seen = new Set<string>()
  const onProgress = async ({ step }: { step: string }) => {
    if (seen.has(step)) return
    seen.add(step)
    if (step === 'checking') await whenLong(target, 'parley migration lock', 'idle in transaction')
    else await whenLong(target, 'parley restore', 'active')
  }
  await restoreBackup({ database: target.database, file, is_paused: false, requireKey: () => {}, onProgress })
  expect([...seen]).toEqual(['checking', 'loading'])
})
