// K5, K6: beside replacements and deletes, a search sees of each source one complete generation or none, and nothing that is gone. What
// is erased leaves nothing.
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  addWords,
  before_words,
  countWords,
  eraseIndex,
  eraseLeftWords,
  eraseSpace,
  readWords,
} from '../../../src/knowledge/search/index-chunks.ts'
import { type TestDatabase, createTestDatabase } from '../../support/database.ts'
import { type Library, createLibrary } from './library.ts'

let test_database: TestDatabase
let library: Library
beforeAll(async () => {
  test_database = await createTestDatabase()
  library = await createLibrary(test_database.database, 64)
})
afterAll(() => test_database[Symbol.asyncDispose]())

const query = async <Row extends object>(text: string, values: unknown[] = []) =>
  (await library.database.pool.query<Row>(text, values)).rows

/** Each chunk says of which source and build it is. */
const build = (source: number, version: number) => {
  return Array.from({ length: 4 }, (_, at) => `apple number${at} of source${source} build${version}`)
}

test('searches beside replacements and deletes', async () => {
  const space_id = await library.addSpace()
  const dataset_id = await library.addDataset(space_id)
  const options = { dataset_id, space_id }
  const sources = await Promise.all([0, 1, 2].map((at) => library.addSource(build(at, 0), options)))
  // A search that goes on while a source is deleted may find it or not.
  const leaving = new Set<number>()
  const state = { isDone: false }
  let searches = 0
  const search = async () => {
    while (!state.isDone) {
      const { passages, failed } = await library.search({ dataset_id, query: 'apple', top_n: 100 })
      expect(failed).toBeNull()
      searches += 1
      const bySource = Map.groupBy(passages, ({ content }) => Number(/source(\d)/.exec(content)![1]))
      for (const some of bySource.values()) {
        expect(new Set(some.map(({ content }) => /build\d+/.exec(content)![0])).size, 'builds of one source').toBe(1)
        expect(some).toHaveLength(4)
      }
      for (const source of [0, 1, 2]) if (!leaving.has(source)) expect(bySource.keys()).toContain(source)
    }
  }
  const searching = [search(), search()]
  for (let version = 1; version <= 8; version += 1) {
    for (const [at, source] of sources.entries()) {
      const next = await library.addGeneration(source, build(at, version), options)
      await library.serve(source.dataset_source_id, next, source.generation)
      source.generation = next
    }
  }
  leaving.add(2)
  await query('delete from dataset_sources where id = $1', [sources[2]!.dataset_source_id])
  state.isDone = true
  await Promise.all(searching)
  expect(searches).toBeGreaterThan(2)
  const { passages } = await library.search({ dataset_id, query: 'apple', top_n: 100 })
  expect(passages.some(({ content }) => content.includes('source2'))).toBe(false)
})

test('what is counted is what is served, and what is erased leaves nothing', async () => {
  const space_id = await library.addSpace()
  const dataset_id = await library.addDataset(space_id)
  const options = { dataset_id, space_id, batch: 2 }
  const kept = await library.addSource(['shared apple', 'shared pear'], options)
  const gone = await library.addSource(['shared secretword', 'another secretword', 'third'], options)
  const count = async (word: string) => {
    const rows = await query<{ chunks: number }>(
      'select chunks from dataset_words where dataset_id = $1 and text = $2',
      [dataset_id, word],
    )
    return rows[0]?.chunks ?? null
  }
  expect([await count('share'), await count('secretword')]).toEqual([3, 2])

  await library.store.transaction((tx) => countWords(tx, { added: null, removed: gone.generation }))
  await query('delete from dataset_sources where id = $1', [gone.dataset_source_id])
  expect([await count('share'), await count('secretword')]).toEqual([2, 0])
  const erase = () => library.store.transaction((tx) => eraseIndex(tx, gone.generation, 2))
  let commits = 1
  while (await erase()) commits += 1
  // Two batches of words, two parts of signs.
  expect(commits).toBeGreaterThanOrEqual(4)
  expect([await count('share'), await count('secretword')]).toEqual([2, null])
  for (const table of ['word_groups', 'chunk_signs', 'signed_generations']) {
    expect(await query(`select from ${table} where generation = $1`, [gone.generation.number]), table).toEqual([])
    expect(
      (await query(`select from ${table} where generation = $1`, [kept.generation.number])).length,
      table,
    ).toBeGreaterThan(0)
  }

  while (await library.store.transaction((tx) => eraseSpace(tx, { dataset_id, space_id }, 1)));
  expect(await query('select from chunk_signs where generation = $1', [kept.generation.number])).toEqual([])
  expect(await library.search({ dataset_id, query: 'apple', mode: 'auto' })).toMatchObject({
    degraded: ['vectors_incomplete'],
  })

  const eraseWords = (after: number) => library.store.transaction((tx) => eraseLeftWords(tx, dataset_id, after, 2))
  expect(await eraseWords(before_words)).toBeNull()
  await query('delete from datasets where id = $1', [dataset_id])
  for (let last: number | null = before_words; last !== null;) last = await eraseWords(last)
  expect(await query('select from dataset_words where dataset_id = $1', [dataset_id])).toEqual([])
  expect(await query('select from searched_generations where dataset_id = $1', [dataset_id])).toEqual([])
})

test('nothing is written for a transaction that is rolled back', async () => {
  const dataset_id = await library.addDataset()
  const { generation } = await library.addSource(['apple'], { dataset_id })
  const failing = library.store.transaction(async (tx) => {
    const chunks = [{ position: 1, content: 'unheard', heading_path: [] }]
    await addWords(tx, generation, await readWords(tx, generation, chunks))
    throw new Error('the build was stopped')
  })
  await expect(failing).rejects.toThrow('the build was stopped')
  expect(await query(`select from dataset_words where dataset_id = $1 and text = 'unheard'`, [dataset_id])).toEqual([])
})
