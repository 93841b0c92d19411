// P8: columns are filled in batches beside everything else, and go on where they were after a stop.
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { type BackfillOptions, backfillWork, listBackfills } from '../../src/work/backfills.ts'
import { testPorts } from '../support/ports.ts'
import { type MigrationsFolder, migrationsWith } from '../database/migrations-fixture.ts'
import { type World, hurriedClock, soon, startWorld } from './fixture.ts'

const drain_ms = 5000
const name = '904-things.backfill'
const text = `with batch as (select id from things where id > coalesce($after::integer, 0) order by id limit $most),
filled as (update things t set twice = 2 * t.id from batch where t.id = batch.id returning t.id)
select (select max(id)::text from batch) as after, (select count(*) from filled)::integer as rows`

let stack: AsyncDisposableStack
let world: World
let next: MigrationsFolder
beforeEach(async () => {
  stack = new AsyncDisposableStack()
  world = stack.use(await startWorld())
  next = stack.use(await migrationsWith({ [name]: text }))
  await world.base.database.pool.query('create table things (id integer primary key, twice integer, batch xid8)')
})
afterEach(() => stack.disposeAsync())

const pool = () => world.base.database.pool
const add = (rows: number) => pool().query('insert into things (id) select generate_series(1, $1)', [rows])
const begin = () => pool().query('select begin_backfill($1, true)', [name])
/** Longer than a batch takes on any machine. */
const batch_ms = 60_000
const kinds = (more: Partial<BackfillOptions> = {}) =>
  backfillWork({ database: world.base.database, ports: testPorts, folder: next.folder, batch_ms, ...more }, [name])
const start = (more: Partial<BackfillOptions> = {}) => world.start(kinds(more))
const read = async () => (await listBackfills(world.base.database))[0]!
const unfilled = async () => (await pool().query('select from things where twice is distinct from 2 * id')).rowCount

test('P8: every row is filled, 5,000 in a commit', async () => {
  await add(12_000)
  await pool().query(
    `create function note() returns trigger language plpgsql as $$ begin new.batch := pg_current_xact_id(); return new; end $$;
     create trigger note before update on things for each row execute function note()`,
  )
  await begin()
  start()
  await expect.poll(async () => (await read()).ended_at, soon).not.toBeNull()
  expect(await read()).toMatchObject({ name, rows: 12_000 })
  expect(await unfilled()).toBe(0)
  const { rows } = await pool().query<{ count: number }>(
    'select count(*) as count from things group by batch order by min(id)',
  )
  expect(rows.map(({ count }) => count)).toEqual([5000, 5000, 2000])
  await expect.poll(world.rows, soon).toEqual([])
})

test('P8: another node goes on after the last batch of one that stopped', async () => {
  await add(20_000)
  await begin()
  // Its pause after the first batch has no end.
  const clock = { ...testPorts.clock, after: () => () => {} }
  const first = world.start(kinds({ ports: { clock } }), { clock: hurriedClock((ms) => ms === drain_ms) })
  await expect.poll(async () => (await read()).rows, soon).toBe(5000)
  await first.stop()
  start()
  await expect.poll(async () => (await read()).ended_at, soon).not.toBeNull()
  expect(await read()).toMatchObject({ rows: 20_000 })
  expect(await unfilled()).toBe(0)
})

test('rows that others hold for long make the batches smaller, and are filled once they are free', async () => {
  await add(200)
  const { database } = world.base
  // Of the same run. The batches of 5000, 1250 and 312 rows have the row that is held, that of 78 has not.
  let given_up = 0
  const transaction: Database['transaction'] = async (fill) => {
    try {
      return await database.transaction(fill)
    } catch (error) {
      given_up = ['57014', '55P03'].includes(String((error as { code?: unknown }).code)) ? given_up + 1 : 0
      throw error
    }
  }
  const holder = new pg.Client({ connectionString: world.base.connection_string })
  await holder.connect()
  stack.defer(() => holder.end())
  await holder.query('begin')
  await holder.query('select from things where id = 200 for update')
  await begin()
  const options = {
    ...{ database: { ...database, transaction }, ports: testPorts, folder: next.folder },
    get batch_ms() {
      return given_up < 3 ? 100 : batch_ms
    },
  }
  world.start(backfillWork(options, [name]))
  await expect.poll(async () => (await read()).rows, soon).toBeGreaterThan(0)
  expect(await unfilled()).toBeGreaterThan(0)
  await holder.query('commit')
  await expect.poll(async () => (await read()).ended_at, soon).not.toBeNull()
  expect(await read()).toMatchObject({ rows: 200 })
})

test('P8: a node that stands still within a batch does not keep the rows locked', async () => {
  const shown = '905-shown.backfill'
  const reads = text.replace(
    'twice = 2 * t.id',
    `twice = extract(epoch from current_setting('idle_in_transaction_session_timeout')::interval)`,
  )
  await next.add({ [shown]: reads })
  await add(1)
  await pool().query('select begin_backfill($1, true)', [shown])
  world.start(backfillWork({ database: world.base.database, ports: testPorts, folder: next.folder, batch_ms }, [shown]))
  await expect.poll(async () => (await read()).ended_at, soon).not.toBeNull()
  expect((await pool().query('select twice from things')).rows).toEqual([{ twice: batch_ms / 1000 }])
})
