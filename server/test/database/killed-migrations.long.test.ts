// P8: a process that is killed (SIGKILL) after each statement of a migration is followed by another one that goes on, also while the first
// one's connections are still open in PostgreSQL.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { migrate } from '../../src/database/migrate.ts'
import { kindOf } from '../../src/database/rules/migration-names.ts'
import { listMigrations, readMigration } from '../../src/database/migration-files.ts'
import { readMigrationState } from '../../src/database/schema.ts'
import { splitStatements } from '../../src/database/rules/split-sql.ts'
import { listBackfills } from '../../src/work/backfills.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'
import { createEmptyDatabase } from '../backup/fixture.ts'
import { describeSchema, migrationsWith, nextRelease } from './migrations-fixture.ts'

const child = join(import.meta.dirname, 'migrate-child.ts')

async function killAfter(
  { connection_string }: Pick<TestDatabase, 'connection_string'>,
  folder: string,
  name: string,
  statement: number,
) {
  const started = spawn(process.execPath, [child, connection_string, folder, name, String(statement)], {
    stdio: 'inherit',
  })
  const [, signal] = (await once(started, 'exit')) as [number | null, string | null]
  expect(signal, `${name}, statement ${statement}`).toBe('SIGKILL')
}

/** With an index that an earlier start left invalid, so that it is dropped first. */
const invalid = `create function fail_once(text) returns text language plpgsql immutable as $$ begin raise exception 'once'; end $$`

test('P8: the next release, killed after each statement of each kind', async () => {
  await using next = await migrationsWith(nextRelease)
  await using straight = await createTestDatabase()
  const points: [string, number][] = []
  await migrate(straight.database, { folder: next.folder, reached: (name, at) => void points.push([name, at]) })
  const whole = await describeSchema(straight.database.pool)
  expect(points.map(([name]) => kindOf(name))).toEqual(expect.arrayContaining(['expand', 'concurrent', 'backfill']))
  for (const [name, statement] of points) {
    await using database = await createTestDatabase()
    await killAfter(database, next.folder, name, statement)
    await migrate(database.database, { folder: next.folder })
    expect(await describeSchema(database.database.pool), `${name}, statement ${statement}`).toEqual(whole)
    expect(await listBackfills(database.database)).toHaveLength(1)
  }
})

test('P8: killed between the drop of an invalid index and the next one', async () => {
  await using next = await migrationsWith({ '902-index.concurrent': nextRelease['902-index.concurrent'] })
  await using database = await createTestDatabase()
  const { pool } = database.database
  await pool.query(invalid)
  const { rows } = await pool.query<{ id: string }>(
    `insert into organizations (id, name, slug) values (gen_random_uuid(), 'O', 'o') returning id`,
  )
  await pool.query(
    `insert into agents (id, organization_id, name, active, is_demo, metadata) values (gen_random_uuid(), $1, 'A', true, false, '{}')`,
    [rows[0]!.id],
  )
  await pool.query('alter table agents add column colour text')
  await expect(pool.query('create index concurrently agents_by_colour on agents (fail_once(name))')).rejects.toThrow(
    'once',
  )
  await killAfter(database, next.folder, '902-index.concurrent', 1)
  await migrate(database.database, { folder: next.folder })
  expect((await describeSchema(pool)).filter((line) => line.includes('agents_by_colour'))).toEqual([
    expect.stringMatching(/\(organization_id, colour\) t$/),
  ])
})

test("P8: an index that PostgreSQL is still making for a start that was killed is in nobody's way", async () => {
  await using next = await migrationsWith({ '902-index.concurrent': nextRelease['902-index.concurrent'] })
  await using database = await createTestDatabase()
  const connect = async () => {
    const client = new pg.Client({ connectionString: database.connection_string })
    client.on('error', () => {})
    await client.connect()
    return client
  }
  const { pool } = database.database
  await pool.query('alter table agents add column colour text')
  const [writer, killed] = [await connect(), await connect()]
  await writer.query('begin; lock table agents in row exclusive mode')
  const made = killed
    .query('create index concurrently agents_by_colour on agents (organization_id, colour)')
    .catch(() => {})
  const count = async (text: string) => (await pool.query(text)).rowCount
  const waits = `select from pg_stat_progress_create_index p join pg_database d on d.oid = p.datid
    where d.datname = current_database() and p.phase = 'waiting for writers before build'`
  await expect.poll(() => count(waits)).toBe(1)
  const migrated = migrate(database.database, { folder: next.folder, pause_ms: 10 })
  const drops = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'drop index%'`
  await expect.poll(() => count(drops)).toBe(1)
  // Now each waits for the other one.
  await writer.end()
  expect(await migrated).toEqual(['902-index.concurrent'])
  await made
  await killed.end()
  expect((await describeSchema(pool)).filter((line) => line.includes('agents_by_colour'))).toEqual([
    expect.stringMatching(/ t$/),
  ])
})

test('P8: the migrations of this release, killed after each statement, on the database of the release before', async () => {
  const first = '056'
  const names = (await listMigrations()).filter((name) => name >= first)
  await using straight = await createTestDatabase()
  const whole = await describeSchema(straight.database.pool)
  await using own = await migrationsWith({})
  await using before = await migrationsWith({}, (name) => name < first)
  await using template = await createEmptyDatabase()
  await migrate(template.database, { folder: before.folder })
  const { database: name_of_template } = new pg.Client({ connectionString: template.connection_string })
  for (const name of names) {
    const statements = splitStatements(await readMigration(name)).map((_, at) => at + 1)
    // The first one would drop an index that is invalid.
    for (const at of kindOf(name) === 'concurrent' ? [2] : statements) {
      await using database = await createEmptyDatabase(undefined, `template ${name_of_template}`)
      await killAfter(database, own.folder, name, at)
      await migrate(database.database)
      expect(await describeSchema(database.database.pool), `${name}, statement ${at}`).toEqual(whole)
    }
  }
})

test('after thirty tries for a lock a migration gives up, and has changed nothing', async () => {
  await using next = await migrationsWith(nextRelease)
  await using database = await createTestDatabase()
  const holder = new pg.Client({ connectionString: database.connection_string })
  holder.on('error', () => {})
  await holder.connect()
  await holder.query('begin')
  await holder.query('lock table agents in row share mode')
  const blocked = migrate(database.database, { folder: next.folder, limit_ms: 20, pause_ms: 1 })
  await expect(blocked).rejects.toThrow('could not get its lock within 2 seconds, 30 times')
  const { pending } = await readMigrationState(database.database, next.folder)
  expect(pending).toEqual(Object.keys(nextRelease))
  await holder.end()
})
