// P8: what a newer release does to a database that this one uses: it holds nobody up for long, and removes nothing that is used. Kills are in
// killed-migrations.long.test.ts.
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { version } from '../../src/base/version.ts'
import { contractSchema } from '../../src/contract-schema.ts'
import { migrate } from '../../src/database/migrate.ts'
import { type MigrateOptions, openRun } from '../../src/database/migration-run.ts'
import { readMigrationState } from '../../src/database/schema.ts'
import { listBackfills } from '../../src/work/backfills.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'
import { type MigrationsFolder, describeSchema, migrationsWith, nextRelease, removal } from './migrations-fixture.ts'

let stack: AsyncDisposableStack
let base: TestDatabase
let next: MigrationsFolder
beforeEach(async () => {
  stack = new AsyncDisposableStack()
  base = stack.use(await createTestDatabase())
  next = stack.use(await migrationsWith({ ...nextRelease, ...removal }))
})
afterEach(() => stack.disposeAsync())

const run = (options: MigrateOptions = {}) => migrate(base.database, { folder: next.folder, pause_ms: 10, ...options })
const contract = () => contractSchema(base.database, { folder: next.folder, pause_ms: 10 })

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: base.connection_string })
  client.on('error', () => {})
  await client.connect()
  stack.defer(() => client.end().catch(() => {}))
  return client
}

test('P8: a start runs each kind but the removals, and records its version', async () => {
  expect(await run()).toEqual(Object.keys(nextRelease))
  const { rows } = await base.database.pool.query(
    `select name from kysely_migration where version = $1 and name > '9' order by name`,
    [version],
  )
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(nextRelease))
  const lines = await describeSchema(base.database.pool)
  expect(lines.filter((line) => line.includes('agents_by_colour'))).toEqual([expect.stringMatching(/^index .* t$/)])
  expect(await listBackfills(base.database)).toEqual([{ name: '904-fill.backfill', rows: 0, ended_at: null }])
  const { rows: work } = await base.database.pool.query(
    `select owner from work_arrivals where kind = '904-fill.backfill'`,
  )
  expect(work).toEqual([{ owner: 'all' }])
  expect(await readMigrationState(base.database, next.folder)).toMatchObject({
    pending: [],
    contract: ['905-old.contract'],
  })
  expect(await run()).toEqual([])
})

test('a stop ends a start with its reason, also before it began and while it reads what has run', async () => {
  const reason = new Error('stopped')
  await expect(run({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const stop = new AbortController()
  await using started = await openRun(base.database, { folder: next.folder, signal: stop.signal })
  const holder = await connect()
  await holder.query('begin; lock table kysely_migration')
  const reading = started.readState()
  reading.catch(() => {})
  const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  await expect.poll(async () => (await base.database.pool.query(waits)).rowCount).toBe(1)
  stop.abort(reason)
  await expect(reading).rejects.toBe(reason)
})

test('a release that does not know them refuses to start, and names the newer one', async () => {
  await run()
  await expect(readMigrationState(base.database)).rejects.toThrow(
    `The database was changed by Parley ${version}; this is ${version}. Start ${version} or newer, or restore a backup.`,
  )
  await expect(migrate(base.database)).rejects.toThrow(`The database was changed by Parley ${version}`)
})

test('an index that a killed start left invalid is made again', async () => {
  const { pool } = base.database
  await pool.query('create table things (name text)')
  await pool.query(`insert into things values ('same'), ('same')`)
  await next.add({ '906-unique.concurrent': 'create unique index concurrently things_name on things (name)' })
  await expect(run()).rejects.toThrow('could not create unique index')
  const isValid = async () =>
    (await pool.query(`select indisvalid from pg_index where indexrelid = 'things_name'::regclass`)).rows
  expect(await isValid()).toEqual([{ indisvalid: false }])
  await pool.query('delete from things')
  expect(await run()).toEqual(['906-unique.concurrent'])
  expect(await isValid()).toEqual([{ indisvalid: true }])
})

describe('a lock that others hold', () => {
  test('P8: a migration that waits for it lets others pass, and runs when it is free', async () => {
    const holder = await connect()
    await holder.query('begin')
    await holder.query('lock table agents in row share mode')
    const blocked = Promise.withResolvers<Record<string, unknown>>()
    const log = {
      info: (fields: Record<string, unknown>, message: string) => {
        if (message.includes('blocked') && fields['blocked_by'] !== '') blocked.resolve(fields)
      },
    }
    // Long enough that it sees who blocks it.
    const running = run({ log, limit_ms: 1500, pause_ms: 300 })
    const { blocked_by, migration } = await blocked.promise
    expect(migration).toBe('901-columns')
    expect(blocked_by).toContain('idle in transaction')
    // Each of them waits while the migration waits, and passes when it gives up.
    const writer = await connect()
    for (let n = 0; n < 3; n += 1) await writer.query('update agents set name = name')
    await holder.query('commit')
    expect(await running).toEqual(Object.keys(nextRelease))
  })

  test('P8: one that takes long with its lock is stopped', async () => {
    await next.add({ '900-slow': 'alter table agents add column slow text; select pg_sleep(60)' })
    await expect(run({ limit_ms: 50, pause_ms: 1 })).rejects.toThrow('900-slow could not get its lock')
  })

  test('P8: one whose process stands still with its lock is stopped by PostgreSQL, and runs again when that goes on', async () => {
    const reader = await connect()
    const own = `select from pg_stat_activity where datname = current_database() and application_name = 'parley migration'`
    let stood = 0
    const reached = async (name: string) => {
      if (name !== '901-columns' || stood > 0) return
      stood += 1
      // Waits behind the lock of the transaction that nobody goes on with.
      await reader.query('select count(*) from agents')
      await expect.poll(async () => (await reader.query(own)).rowCount).toBe(0)
    }
    expect(await run({ reached, limit_ms: 300 })).toEqual(Object.keys(nextRelease))
    expect(stood).toBe(1)
  })

  test('an index waits for older transactions, however long they take', async () => {
    await run()
    await next.add({ '906-late.concurrent': 'create index concurrently agents_late on agents (updated_at)' })
    const reader = await connect()
    await reader.query('begin isolation level repeatable read')
    await reader.query('select count(*) from agents')
    const running = run({ limit_ms: 500 })
    const waits = `select from pg_stat_progress_create_index p join pg_database d on d.oid = p.datid
      where d.datname = current_database() and p.phase like 'waiting%'`
    await expect.poll(async () => (await base.database.pool.query(waits)).rowCount).toBe(1)
    await (await connect()).query('update agents set name = name')
    await reader.query('commit')
    expect(await running).toEqual(['906-late.concurrent'])
  })
})

describe('removals', () => {
  async function enterNode(own_version: string | null): Promise<{ id: string; session: pg.Client }> {
    const [id, session] = [randomUUID(), await connect()]
    await session.query('select pg_advisory_lock(7275013, 5)')
    await session.query('insert into nodes (id, lock, version, server_started_at) values ($1, 5, $2, now())', [
      id,
      own_version,
    ])
    return { id, session }
  }
  const fillAll = () => base.database.pool.query('update backfills set ended_at = now()')

  test('P8: are refused while an older server lives, which they name', async () => {
    await run()
    await fillAll()
    for (const older of [null, '0.0.9']) {
      const { id, session } = await enterNode(older)
      await expect(contract()).rejects.toThrow(
        `older servers are running: ${id} (${older ?? 'of an unknown version'}). Replace them by ${version}`,
      )
      await session.end()
      await base.database.pool.query('delete from nodes')
    }
    await enterNode(version)
    expect(await contract()).toEqual(['905-old.contract'])
    expect((await describeSchema(base.database.pool)).join('\n')).not.toContain('is_demo')
    expect(await contract()).toEqual([])
  })

  test('P8: are refused while an older server is at work that is not listed, as behind a pooler', async () => {
    await run()
    await fillAll()
    for (const [name, shown] of [
      ['parley', '1 connection of an unknown version'],
      ['parley 0.0.9', '1 connection of 0.0.9'],
    ]) {
      const session = await connect()
      await session.query(`set application_name = '${name}'`)
      await expect(contract()).rejects.toThrow(`older servers are running: ${shown}. Replace them by ${version}`)
      await session.end()
    }
    for (const name of [`parley ${version}`, 'parley 99.0.0', 'parley doctor', 'psql'])
      await (await connect()).query(`set application_name = '${name}'`)
    await expect.poll(contract).toEqual(['905-old.contract'])
  })

  test('wait for what fills columns, and for the other migrations', async () => {
    await expect(contract()).rejects.toThrow('4 migrations are pending')
    await run()
    await expect(contract()).rejects.toThrow('904-fill.backfill (0 rows so far)')
  })

  test('an older server that is gone does not count', async () => {
    await run()
    await fillAll()
    await base.database.pool.query(
      'insert into nodes (id, lock, server_started_at) values (gen_random_uuid(), 6, now())',
    )
    expect(await contract()).toEqual(['905-old.contract'])
  })
})
