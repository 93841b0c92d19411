// How long uses of the database wait: for a connection, and behind others of their organization.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { batch } from '../../src/database/batch.ts'
import { type PooledDatabase, acrossOrganizations, openDatabase } from '../../src/database/database.ts'
import { createWaits } from '../../src/database/waits.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'

const one = acrossOrganizations('a test', 'test_one', 'select 1 as one')
const connected: number[] = []
const shared: number[] = []
let now = 0
const clock = { monotonic: () => now }
const waits = createWaits(clock, {
  onConnected: (ms) => void connected.push(ms),
  onShared: (ms) => void shared.push(ms),
})
let base: TestDatabase
let database: PooledDatabase

beforeAll(async () => {
  base = await createTestDatabase()
  const { connection_string } = base
  const bounds = { max_connections: 1, statement_timeout_ms: 30_000, onError: () => {} }
  database = openDatabase({ connection_string, ...bounds, waits })
})
afterAll(async () => {
  await database?.[Symbol.asyncDispose]()
  await base?.[Symbol.asyncDispose]()
})

/** Holds the only connection until it is let go. */
async function hold(through: Pick<PooledDatabase, 'transaction'> = database): Promise<{ letGo: () => Promise<void> }> {
  const held = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  const holder = through.transaction(async (tx) => {
    await tx.query(one, [])
    entered.resolve()
    await held.promise
  })
  await entered.promise
  return { letGo: () => (held.resolve(), holder) }
}

test('the longest wait is told once, and while it lasts', async () => {
  await database.query(one, [])
  waits.takeLongest()
  connected.length = 0
  const { letGo } = await hold()
  const query = database.query(one, [])
  const transaction = database.transaction((tx) => tx.query(one, []))
  await expect.poll(() => database.pool.waitingCount).toBe(2)
  now += 200
  expect(waits.takeLongest().pool).toBe(200)
  await letGo()
  await Promise.all([query, transaction])
  expect(waits.takeLongest().pool).toBe(200)
  expect(waits.takeLongest()).toEqual({ pool: 0, of: new Map() })
  expect(connected).toEqual([0, 200, 200])
})

test('a use that waits behind others of its organization waits alone', async () => {
  const { letGo } = await hold(database.sharedBy('loud'))
  const query = database.sharedBy('loud').query(one, [])
  await expect.poll(() => waits.takeLongest().of.has('loud')).toBe(true)
  now += 200
  expect(waits.takeLongest().of.get('loud')).toBe(200)
  await letGo()
  await query
  expect(waits.takeLongest()).toEqual({ pool: 0, of: new Map([['loud', 200]]) })
  expect(shared).toEqual([200])
  expect(waits.takeLongest().of.size).toBe(0)
})

test('a change that waits for a group waits, one that finds room does not', async () => {
  const gate = Promise.withResolvers<void>()
  const answerAll = (all: number[]) => gate.promise.then(() => all)
  const ask = batch(answerAll, { lanes: 1, most: 8, ownerOf: () => 'loud', onWait: waits.begin })
  const answers = [ask(1)]
  expect(waits.takeLongest().of.size).toBe(0)
  await new Promise(setImmediate)
  answers.push(ask(2))
  await expect.poll(() => waits.takeLongest().of.has('loud')).toBe(true)
  now += 200
  expect(waits.takeLongest().of.get('loud')).toBe(200)
  gate.resolve()
  expect(await Promise.all(answers)).toEqual([1, 2])
  waits.takeLongest()
  expect(waits.takeLongest().of.size).toBe(0)
})

test('opening a connection is no wait for one, and is told apart from it', async () => {
  const times: number[] = []
  const own = createWaits(clock, { onConnected: (ms) => void times.push(ms) })
  const gone = openDatabase({
    ...{ connection_string: 'postgresql://nobody@127.0.0.1:9/none', max_connections: 2, statement_timeout_ms: 1000 },
    ...{ onError: () => {}, waits: own },
  })
  await expect(gone.query(one, [])).rejects.toThrow('ECONNREFUSED')
  expect(own.takeLongest()).toEqual({ pool: 0, of: new Map() })
  expect(times).toHaveLength(1)
  await gone[Symbol.asyncDispose]()
})
