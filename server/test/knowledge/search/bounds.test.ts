// A search keeps its bounds: a part that takes too long is left out, and one that takes too long in all says so.
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readWords } from '../../../src/knowledge/search/index-chunks.ts'
import { type TestDatabase, createTestDatabase } from '../../support/database.ts'
import { type Library, createLibrary } from './library.ts'

let test_database: TestDatabase
let library: Library
let dataset_id: string
let blocker: pg.Client

beforeAll(async () => {
  test_database = await createTestDatabase()
  // It keeps no signs, so that each search reads them.
  library = await createLibrary(test_database.database, 256, randomUUID(), 0)
  blocker = new pg.Client({ connectionString: test_database.connection_string })
  await blocker.connect()
  const space_id = await library.addSpace()
  dataset_id = await library.addDataset(space_id)
  await library.addSource(['apple pie', 'apple juice', 'pear'], { dataset_id, space_id })
})
afterAll(async () => {
  await blocker.end()
  await test_database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  // The stems of the words are known, so that a locked table is met by the search only.
  await library.search({ dataset_id, query: 'apple' })
})

/** Nobody can read the table meanwhile. */
async function withLocked<T>(table: string, work: () => Promise<T>): Promise<T> {
  await blocker.query(`begin; lock table ${table} in access exclusive mode`)
  try {
    return await work()
  } finally {
    await blocker.query('rollback')
  }
}

test('words that take too long are left to the vectors', async () => {
  const found = await withLocked('dataset_words', () => library.search({ dataset_id, query: 'apple' }))
  expect(found).toMatchObject({ mode: 'vector', degraded: ['full_text_timeout'], failed: null })
  expect(found.passages.length).toBe(3)
})

test('vectors that take too long are left to the words', async () => {
  const found = await withLocked('chunk_signs', () => library.search({ dataset_id, query: 'apple', timeout_ms: 2000 }))
  expect(found).toMatchObject({ mode: 'full_text', degraded: ['vector_timeout'], failed: null })
  expect(found.passages.map(({ content }) => content).toSorted()).toEqual(['apple juice', 'apple pie'])
})

test('at the bound of a turn, what the other part has found is used', async () => {
  for (const [table, mode] of [
    ['chunk_signs', 'full_text'],
    ['dataset_words', 'vector'],
  ] as const) {
    const found = await withLocked(table, () => library.search({ dataset_id, query: 'apple', timeout_ms: 1500 }))
    expect(found).toMatchObject({ mode, failed: null })
    expect(found.passages.length).toBeGreaterThan(1)
    expect(found.took_ms.total).toBeLessThan(1500)
  }
})

test('a wider look that fails takes nothing away', async () => {
  const { snapshot } = library.store
  const fail = async () => {
    throw Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' })
  }
  const space_id = await library.addSpace()
  const repeating = await library.addDataset(space_id)
  const footers = Array.from({ length: 450 }, () => 'apple footer of every page')
  await library.addSource([...footers, 'pear'], { dataset_id: repeating, space_id })
  let looks = 0
  library.store.snapshot = (...given) => ((looks += 1) === 1 ? snapshot(...given) : fail())
  try {
    const found = await library.search({ dataset_id: repeating, query: 'apple footer' })
    expect(found).toMatchObject({ mode: 'hybrid', degraded: [], failed: null })
    expect(found.passages.map(({ content }) => content)).toEqual(['apple footer of every page'])
    expect(looks).toBe(2)
  } finally {
    library.store.snapshot = snapshot
  }
})

test('a search that is over takes no place any more', async () => {
  const { snapshot } = library.store
  let [looks, at_once, most_at_once] = [0, 0, 0]
  library.store.snapshot = (...given) => {
    looks += 1
    most_at_once = Math.max(most_at_once, (at_once += 1))
    return snapshot(...given).finally(() => (at_once -= 1))
  }
  try {
    const ask = (timeout_ms: number) => library.search({ dataset_id, query: 'apple', mode: 'full_text', timeout_ms })
    const busy: Promise<unknown>[] = []
    await withLocked('dataset_words', async () => {
      for (let at = 0; at < 6; at += 1) busy.push(ask(5000))
      // Of the five places one organization has three. A look may be over: it waits for a second at most.
      await expect.poll(() => looks).toBeGreaterThanOrEqual(3)
      expect((await ask(50)).failed).toBe('timed_out')
    })
    await Promise.all(busy)
    // Those that waited have had their turn; the one that was over has not.
    expect([looks, most_at_once]).toEqual([6, 3])
  } finally {
    library.store.snapshot = snapshot
  }
})

test('a search that cannot read anything ends at its bound, and says so', async () => {
  const begun = performance.now()
  const found = await withLocked('datasets', () => library.search({ dataset_id, query: 'apple', timeout_ms: 300 }))
  expect(found).toMatchObject({ passages: [], failed: 'timed_out' })
  expect(performance.now() - begun).toBeGreaterThan(290)
})

test('a database that refuses is a failure, not an exception', async () => {
  await blocker.query('alter table word_groups rename to word_groups_gone')
  try {
    expect(await library.search({ dataset_id, query: 'apple' })).toMatchObject({ passages: [], failed: 'failed' })
  } finally {
    await blocker.query('alter table word_groups_gone rename to word_groups')
  }
  expect((await library.search({ dataset_id, query: 'apple' })).failed).toBeNull()
})

test('a signal ends it at once, with its reason', async () => {
  const reason = new Error('the turn was cancelled')
  const controller = new AbortController()
  await withLocked('datasets', async () => {
    const asked = library.search({ dataset_id, query: 'apple' }, controller.signal)
    controller.abort(reason)
    await expect(asked).rejects.toBe(reason)
  })
  await expect(library.search({ dataset_id, query: 'apple' }, AbortSignal.abort(reason))).rejects.toBe(reason)
})

test('while the words of many chunks are cut, other work of the process goes on', async () => {
  const of = await library.addDataset()
  const { generation } = await library.addSource(['seed'], { dataset_id: of })
  const content = 'apple pie '.repeat(800)
  const chunks = Array.from({ length: 50 }, (_, position) => ({ position, content, heading_path: [] }))
  let [turns, isOver] = [0, false]
  let beforeFirstQuery: number | null = null
  const countTurns = () => {
    turns += 1
    if (!isOver) setImmediate(countTurns)
  }
  setImmediate(countTurns)
  try {
    await library.store.transaction((tx) => {
      const { query } = tx
      tx.query = (...given) => {
        beforeFirstQuery ??= turns
        return query(...given)
      }
      turns = 0
      return readWords(tx, { ...generation, language: 'german' }, chunks)
    })
  } finally {
    isOver = true
  }
  expect(beforeFirstQuery).toBeGreaterThanOrEqual(chunks.length)
})

test('searches take at most a quarter of the connections', async () => {
  // Of 20 connections, as the library says.
  const waiting: Promise<unknown>[] = []
  const active = await withLocked('dataset_words', async () => {
    for (let at = 0; at < 12; at += 1) waiting.push(library.search({ dataset_id, query: 'apple', mode: 'full_text' }))
    const count = async () => {
      const { rows } = await blocker.query<{ count: number }>(
        `select count(*)::integer as count from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      )
      return rows[0]!.count
    }
    await expect.poll(count).toBeGreaterThan(0)
    return count()
  })
  expect(active).toBeLessThanOrEqual(5)
  await Promise.all(waiting)
})
