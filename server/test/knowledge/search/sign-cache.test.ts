// Signs that a process keeps: they find what the database finds by them, of what serves alone (K5, K6), within their bound (K12).
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSnapshot } from '../../../src/knowledge/search/snapshot.ts'
import { SignCache } from '../../../src/knowledge/search/sign-cache.ts'
import { type TestDatabase, createTestDatabase } from '../../support/database.ts'
import { type Library, createLibrary } from './library.ts'

let test_database: TestDatabase
let library: Library
beforeAll(async () => {
  test_database = await createTestDatabase()
  library = await createLibrary(test_database.database, 64)
})
afterAll(() => test_database[Symbol.asyncDispose]())

const words = 'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omikron pi'.split(' ')
const textsOf = (name: string, many: number) =>
  Array.from(
    { length: many },
    (_, at) => `${name} ${words[at % 16]} ${words[(at * 7) % 13]} ${words[(at * at) % 11]} ${at}`,
  )
const question = 'theta kappa alpha'

const signs = () => library.room.searches.signs
const contentsOf = (found: { passages: { content: string }[] }) => found.passages.map(({ content }) => content)

/** What vectors alone find before they are ranked, and for which generations the database compared signs. */
async function findNear(dataset_id: string, space_id: string, cache = signs()) {
  const vector = { space_id, values: library.embed(question) }
  const target = { dataset_id, filter: null, top_n: 5, words: { words: [], spelled: [] }, vector }
  const parts = { words: false, vectors: true }
  const asked = { targets: [target], source_ids: null, parts, way: 'signs' as const }
  const shared = { ...library.room.searches, signs: cache }
  const read = await library.store.snapshot(1000, (tx) => readSnapshot(tx, shared, asked))
  const chunks = read.found.get(1)!.rows.map(({ number, position }) => `${number} ${position}`)
  return { chunks: chunks.toSorted(), unkept: read.unkept.flatMap(({ generations }) => generations) }
}

test('find what the database finds, from each centre, also where only some are kept', async () => {
  const space_id = await library.addSpace()
  const dataset_id = await library.addDataset(space_id)
  const options = { dataset_id, space_id }
  // The first ones have no mean to be seen from.
  const sources = [
    await library.addSource(textsOf('first', 200), options),
    await library.addSource(textsOf('second', 300), options),
    await library.addSource(textsOf('third', 400), options),
  ]
  const numbers = sources.map(({ generation }) => generation.number)
  const byDatabase = await findNear(dataset_id, space_id)
  expect(byDatabase.unkept.toSorted()).toEqual(numbers.toSorted())
  expect(byDatabase.chunks.length).toBeGreaterThanOrEqual(200)
  expect(byDatabase.chunks.length).toBeLessThan(900)

  signs().load(library.store, [{ dataset_id, space_id, generations: numbers.slice(0, 2), whole_bytes: null }])
  await signs().settled()
  const some = await findNear(dataset_id, space_id)
  expect(some.unkept).toEqual(numbers.slice(2))
  // Each side gives as many as all would.
  expect(some.chunks).toEqual(expect.arrayContaining(byDatabase.chunks))

  signs().load(library.store, [{ dataset_id, space_id, generations: numbers, whole_bytes: null }])
  await signs().settled()
  expect(await findNear(dataset_id, space_id)).toEqual({ chunks: byDatabase.chunks, unkept: [] })
})

test('K6: find nothing of a generation that serves no more, and the new one at once', async () => {
  const space_id = await library.addSpace()
  const dataset_id = await library.addDataset(space_id)
  const options = { dataset_id, space_id }
  const source = await library.addSource(['apple of yesterday'], options)
  const other = await library.addSource(['apple of others'], options)
  const search = async () => {
    const found = await library.search({ dataset_id, query: 'apple', mode: 'vector' })
    await signs().settled()
    return contentsOf(found).toSorted()
  }
  const both = ['apple of others', 'apple of yesterday']
  expect(await search()).toEqual(both)
  expect(signs().find(dataset_id, space_id).get(source.generation.number)).toMatchObject({ chunks: 1 })
  expect(await search()).toEqual(both)

  const next = await library.addGeneration(source, ['apple of today'], options)
  await library.serve(source.dataset_source_id, next, source.generation)
  expect(await search()).toEqual(['apple of others', 'apple of today'])
  // What was replaced is not kept either.
  expect([...signs().find(dataset_id, space_id).keys()]).toEqual([other.generation.number, next.number])
  await library.database.pool.query('delete from dataset_sources where id = $1', [other.dataset_source_id])
  expect(await search()).toEqual(['apple of today'])
})

test('K6: of what is searched through a filter alone, or no more, what was replaced or deleted goes after ten minutes', async () => {
  const space_id = await library.addSpace()
  const dataset_id = await library.addDataset(space_id)
  const { generation } = await library.addSource(textsOf('kept', 5), { dataset_id, space_id })
  const { generation: left } = await library.addSource(textsOf('left', 5), { dataset_id, space_id })
  let now = 0
  const cache = new SignCache({ most_bytes: 1_000_000, clock: { monotonic: () => now }, log: { debug: () => {} } })
  cache.load(library.store, [
    { dataset_id, space_id, generations: [generation.number, left.number], whole_bytes: null },
  ])
  await cache.settled()
  const kept = () => [...cache.find(dataset_id, space_id).keys()].toSorted((a, b) => a - b)
  const filtered = () => cache.retain(dataset_id, space_id, new Set([generation.number]), false)
  now = 599_000
  expect(kept()).toEqual([generation.number, left.number])
  filtered()
  expect(kept()).toEqual([generation.number, left.number])
  now = 600_000
  filtered()
  expect(kept()).toEqual([generation.number])
  now = 1_200_000
  cache.find(await library.addDataset(space_id), space_id)
  expect(kept()).toEqual([])
})

test('are those of one organization and one space, and whole', async () => {
  const space_id = await library.addSpace()
  const dataset_id = await library.addDataset(space_id)
  const { generation } = await library.addSource(textsOf('own', 5), { dataset_id, space_id })
  const load = async (store: Library['store'], space = space_id) => {
    const cache = new SignCache({ most_bytes: 1_000_000, clock: { monotonic: () => 0 }, log: { debug: () => {} } })
    cache.load(store, [{ dataset_id, space_id: space, generations: [generation.number], whole_bytes: null }])
    await cache.settled()
    return cache.find(dataset_id, space).get(generation.number)
  }
  expect(await load(library.store)).toMatchObject({ chunks: 5 })
  expect(await load((await createLibrary(test_database.database, 64)).store)).toBeUndefined()
  expect(await load(library.store, await library.addSpace())).toBeUndefined()
  await library.database.pool.query('delete from chunk_signs where generation = $1 and position = 2', [
    generation.number,
  ])
  expect(await load(library.store)).toBeUndefined()
})

test('K12: keep within their bound; a dataset that was not searched for ten minutes gives way, and no other', async () => {
  const space_id = await library.addSpace()
  const add = async (name: string) => {
    const dataset_id = await library.addDataset(space_id)
    const { generation } = await library.addSource(textsOf(name, 100), { dataset_id, space_id })
    return { dataset_id, space_id, generations: [generation.number], whole_bytes: null }
  }
  const all = [await add('one'), await add('two'), await add('three')]
  const [one, two, three] = all.map(({ dataset_id }) => dataset_id) as [string, string, string]
  let now = 0
  const make = (most_bytes: number) =>
    new SignCache({ most_bytes, clock: { monotonic: () => now }, log: { debug: () => {} } })
  // Of each chunk 64 signs and two numbers, of each generation something beside: two of the three.
  const cache = make(2 * (100 * 16 + 1024))
  const search = async (dataset_id: string) => {
    const found = await findNear(dataset_id, space_id, cache)
    cache.load(
      library.store,
      all.filter((unkept) => unkept.dataset_id === dataset_id),
    )
    await cache.settled()
    return found.unkept.length === 0
  }
  const isKept = async () => [await search(one), await search(two), await search(three)]
  expect(await isKept()).toEqual([false, false, false])
  expect(await isKept()).toEqual([true, true, false])
  now += 599_000
  expect(await search(two)).toBe(true)
  expect(await search(three)).toBe(false)
  expect(await search(three)).toBe(false)
  // There was no room a moment ago: nothing is read for a minute. By then the first one was not searched for long.
  now += 2000
  expect(await search(three)).toBe(false)
  now += 60_000
  expect(await search(three)).toBe(false)
  expect([await search(three), await search(two), await search(one)]).toEqual([true, true, false])

  // What is of use as a whole is not kept in part.
  const little = make(100 * 16 + 1024)
  const bytes = 100 * 16
  little.load(library.store, [{ ...all[0]!, whole_bytes: 2 * bytes }])
  await little.settled()
  expect(little.find(one, space_id).size).toBe(0)
  little.load(library.store, [{ ...all[0]!, whole_bytes: bytes }])
  await little.settled()
  expect(little.find(one, space_id).size).toBe(1)

  const none = make(0)
  none.load(library.store, all)
  await none.settled()
  expect(none.find(one, space_id).size).toBe(0)
})
