// Transactions that save round trips: statements sent without waiting fail as a whole, with the reason.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Transaction, acrossOrganizations, openDatabase } from '../../src/database/database.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'
import { startTestServer } from '../support/server.ts'

const put = acrossOrganizations('a test', 'test_put', 'insert into put_down (number) values ($1)')
const look = acrossOrganizations('a test', 'test_look', 'select number from put_down where number >= $1')

let test_database: TestDatabase
beforeAll(async () => {
  test_database = await createTestDatabase()
  await test_database.database.pool.query('create table put_down (number integer primary key)')
})
afterAll(() => test_database[Symbol.asyncDispose]())

const numbersFrom = (number: number) => test_database.database.query<{ number: number }>(look, [number])
const transact = <T>(work: (tx: Transaction) => Promise<T>) => test_database.database.transaction(work)

test('sent statements take effect with the commit, in order', async () => {
  await transact(async (tx) => {
    expect(await tx.readAtBegin(look, [100])).toEqual([])
    tx.send(put, [100])
    tx.send(put, [101])
    expect(await tx.query(look, [100])).toHaveLength(2)
    tx.send(put, [102])
  })
  expect(await numbersFrom(100)).toHaveLength(3)
})

test('the commit fails with the reason of a refused statement, and nothing is stored', async () => {
  const failing = transact(async (tx) => {
    await tx.readAtBegin(look, [200])
    for (const number of [200, 201, 200, 202]) tx.send(put, [number])
  })
  await expect(failing).rejects.toMatchObject({ code: '23505', constraint: 'put_down_pkey' })
  expect(await numbersFrom(200)).toEqual([])
})

test('so do the next query and a savepoint around it', async () => {
  const work = async (tx: Transaction) => {
    await tx.readAtBegin(look, [300])
    tx.send(put, [300])
    tx.send(put, [300])
    await tx.query(look, [300])
  }
  await expect(transact(work)).rejects.toMatchObject({ code: '23505' })
  await transact(async (tx) => {
    await tx.query(put, [301])
    await expect(tx.transaction(work)).rejects.toMatchObject({ code: '23505' })
    tx.send(put, [302])
  })
  expect((await numbersFrom(300)).map(({ number }) => number)).toEqual([301, 302])
})

test('nothing can be changed before the transaction is known to have begun', async () => {
  const hasty = transact(async (tx) => tx.send(put, [400]))
  await expect(hasty).rejects.toThrow('must read before it writes')
  expect(await numbersFrom(400)).toEqual([])
})

test('a transaction that throws is rolled back, even with statements in flight', async () => {
  const leaving = transact(async (tx) => {
    await tx.readAtBegin(look, [500])
    tx.send(put, [500])
    throw new Error('changed my mind')
  })
  await expect(leaving).rejects.toThrow('changed my mind')
  expect(await numbersFrom(500)).toEqual([])
})

test('no statement is compiled, whatever the database does by default', async () => {
  await using another = await createTestDatabase()
  const { pool } = another.database
  const { rows } = await pool.query<{ name: string }>('select current_database() as name')
  await pool.query(`alter database ${rows[0]!.name} set jit = on`)
  const fresh = openDatabase({
    connection_string: another.connection_string,
    ...{ max_connections: 1, statement_timeout_ms: 30_000, onError: () => {} },
  })
  try {
    expect((await fresh.pool.query('show jit')).rows).toEqual([{ jit: 'off' }])
  } finally {
    await fresh.pool.end()
  }
})

const divide = acrossOrganizations('a test', 'test_divide', 'select 6 / $1::integer as part, $1::text as said')

test('a prepared statement has its rows however its first runs went', async () => {
  const single = openDatabase({
    connection_string: test_database.connection_string,
    ...{ max_connections: 1, statement_timeout_ms: 60_000, onError: () => {} },
  })
  await using _single = single
  const run = (by: number) => single.transaction((tx) => tx.query<{ part: number; said: string }>(divide, [by]))
  for (let times = 0; times < 2; times += 1) {
    await expect(run(0)).rejects.toMatchObject({ code: '22012' })
    expect(await run(2)).toEqual([{ part: 3, said: '2' }])
  }
  const both = await single.transaction((tx) => Promise.all([tx.query(divide, [1]), tx.query(divide, [3])]))
  expect(both).toEqual([[{ part: 6, said: '1' }], [{ part: 2, said: '3' }]])
})

test('an error of one says who asked for it', async () => {
  const askHere = async (tx: Transaction) => {
    await tx.query(divide, [0])
  }
  const { stack } = (await transact(askHere).catch((error: unknown) => error)) as Error
  expect(stack).toContain('askHere')
})

test('a server does not start where times would be read wrongly', async () => {
  const options = `options=${encodeURIComponent('-c TimeZone=Asia/Tokyo')}`
  const started = startTestServer({}, { connectThrough: (url) => `${url}${url.includes('?') ? '&' : '?'}${options}` })
  await expect(started).rejects.toThrow('its connections have the time zone Asia/Tokyo and the DateStyle ISO')
})
