// Batched look-ups: each call gets its own rows, for any input.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { acrossOrganizations } from '../../src/database/database.ts'
import { arraysOf, rowsOf } from '../../src/database/rows.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'

let made: TestDatabase
beforeAll(async () => {
  made = await createTestDatabase()
})
afterAll(() => made[Symbol.asyncDispose]())

const columns = 'name text, place integer, bytes bytea, at timestamptz, lease bigint, data jsonb, id uuid'
const echo = acrossOrganizations('a test', 'echo', `select * from ${rowsOf('given', columns)}`)
// Many rows for one call, none for another.
const repeat = acrossOrganizations(
  'a test',
  'repeat',
  `select given.call, given.name from ${rowsOf('given', 'name text, times integer')}, generate_series(1, given.times)`,
)

const odd = fc.constantFrom(
  'NULL',
  'null',
  '',
  '{}',
  '{a,b}',
  '"',
  '\\',
  '\\"',
  "'",
  ',',
  '\\x00',
  ' ',
  '\n',
  '$1',
  '(1,2)',
  'é\u0301😀',
)
const text = fc.oneof(
  odd,
  fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0')),
)
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const micros = fc
  .tuple(fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), fc.nat(999))
  .map(([date, more]) => date.toISOString().replace('Z', `${String(more).padStart(3, '0')}Z`))

// Plain keys only: V8 13.6 misreads keys that are written with an escape, such as JSON.parse('{" ":1,"\\"":1}').
const key = fc.stringMatching(/^[a-z]{1,5}$/)

const row = fc.record({
  name: orNull(text),
  place: orNull(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  bytes: orNull(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes))),
  at: orNull(micros),
  lease: orNull(fc.maxSafeInteger()),
  data: orNull(fc.dictionary(key, orNull(text), { maxKeys: 3 })),
  id: orNull(fc.uuid()),
})
const names = ['name', 'place', 'bytes', 'at', 'lease', 'data', 'id'] as const

test('rows reach the database unchanged, each value in its own row', async () => {
  const property = fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
    const sent = rows.map((one) => ({ ...one, data: one.data && JSON.stringify(one.data) }))
    const read = await made.database.query(echo, arraysOf(sent, [...names]))
    expect(read).toEqual(rows.map((one, index) => ({ ...one, data: one.data && { ...one.data }, call: index + 1 })))
  })
  await fc.assert(property, { numRuns: 60 })
})

test('simultaneous calls each get their own rows, also the same call twice', async () => {
  const call = fc.tuple(orNull(text), fc.nat(3))
  const property = fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 100 }), async (calls) => {
    const answers = await Promise.all([...calls, ...calls].map((one) => made.database.lookUp(repeat, one, 'owner')))
    const expected = calls.map(([name, times]) => Array.from({ length: times }, () => ({ name })))
    expect(answers).toEqual([...expected, ...expected])
  })
  await fc.assert(property, { numRuns: 30 })
})

test('what many calls ask for at once is read once', async () => {
  const counted = `select given.call, given.name, count(*) over () as rows from ${rowsOf('given', 'name text')}`
  const count = acrossOrganizations('a test', 'count_rows', counted)
  const asked = ['key', 'key', null, 'null', 'key', null]
  const answers = await Promise.all(asked.map((name) => made.database.lookUp(count, [name], 'owner')))
  expect(answers).toEqual(asked.map((name) => [{ name, rows: 3 }]))
})

test('a malformed call fails alone', async () => {
  const asked = [
    ['one', 1],
    ['two\0', 1],
    ['three', 2],
    ['four', 'x'],
  ]
  const outcomes = await Promise.allSettled(asked.map((one) => made.database.lookUp(repeat, one, 'owner')))
  expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : outcome.value))).toEqual([
    [{ name: 'one' }],
    '22021',
    [{ name: 'three' }, { name: 'three' }],
    '22P02',
  ])
})

test('a statement with large results limits the calls in one query', async () => {
  const text = `select given.call, given.name from ${rowsOf('given', 'name text')}`
  const long = acrossOrganizations('a test', 'long_answers', text, { most: 3 })
  let queries = 0
  const count = () => void (queries += 1)
  made.database.pool.on('acquire', count)
  const names = Array.from({ length: 10 }, (_none, n) => `name ${n}`)
  const answers = await Promise.all(names.map((name) => made.database.lookUp(long, [name], 'owner')))
  made.database.pool.off('acquire', count)
  expect(answers).toEqual(names.map((name) => [{ name }]))
  expect(queries).toBe(4)
})
