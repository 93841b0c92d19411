// P8: what a migration that waits or takes long tells of itself is what happens now.
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type MigrationLock, holdMigrationLock } from '../../src/database/migration-lock.ts'
import { type Progress, describeBlockers, watchProgress } from '../../src/database/migration-watch.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'

const every_ms = 20

let stack: AsyncDisposableStack
let base: TestDatabase
let lock: MigrationLock
beforeEach(async () => {
  stack = new AsyncDisposableStack()
  base = stack.use(await createTestDatabase())
  lock = stack.use(await holdMigrationLock(base.database, { mode: 'alone' }))
  // What it has seen of the others first.
  await lock.client.query('select count(*) from pg_stat_activity')
})
afterEach(() => stack.disposeAsync())

async function connect(application_name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: base.connection_string, application_name })
  client.on('error', () => {})
  await client.connect()
  stack.defer(() => client.end().catch(() => {}))
  return client
}

test('who came later and holds up a migration is named', async () => {
  const [migration, holder] = [await connect('migration'), await connect('a report')]
  await holder.query('begin; lock table agents in row share mode')
  const watch = describeBlockers(lock.client, migration, every_ms)
  const waiting = migration.query('begin; lock table agents').catch(() => {})
  await expect.poll(() => watch.blockers).toMatch(/^pid \d+ \(a report, idle in transaction\)$/)
  await watch.stop()
  await holder.end()
  await waiting
})

test('how far an index is, is told', async () => {
  const [migration, writer] = [await connect('migration'), await connect('a writer')]
  await writer.query('begin; lock table agents in row exclusive mode')
  const told: Progress[] = []
  const watch = watchProgress(lock.client, migration, (progress) => void told.push(progress), every_ms)
  const made = migration.query('create index concurrently agents_watched on agents (name)')
  await expect.poll(() => told.at(-1)?.phase).toBe('waiting for writers before build')
  await watch.stop()
  await writer.end()
  await made
})
