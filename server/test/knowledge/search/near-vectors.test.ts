// Indexes of pgvector: what they find, that they hold nothing that is gone, and that searches do without them. Runs where the PostgreSQL
// of the tests has the extension; the one that comes with the server has not.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/settings.ts'
import { countWords, eraseIndex } from '../../../src/knowledge/search/index-chunks.ts'
import { findDatasets, indexSome, indexVectorsWork } from '../../../src/knowledge/search/near-vectors.ts'
import { readSnapshot } from '../../../src/knowledge/search/snapshot.ts'
import { chooseVectorIndex } from '../../../src/knowledge/search/vector-index.ts'
import type { WorkPort } from '../../../src/work/port.ts'
import { createTestDatabase } from '../../support/database.ts'
import { startTestServer } from '../../support/server.ts'
import { type Library, createLibrary } from './library.ts'

const test_database = await createTestDatabase()
const { database } = test_database
// Keeps no signs, which would be compared instead.
const library: Library = await createLibrary(database, 64, undefined, 0)
afterAll(() => test_database[Symbol.asyncDispose]())

const query = async <Row extends object>(text: string, values: unknown[] = []) =>
  (await database.pool.query<Row>(text, values)).rows
const [available] = await query(`select from pg_available_extensions where name = 'vector'`)
const hasPgvector = available !== undefined

const database_url = 'postgres://parley@host/parley'
const choose = (vector_index: string) =>
  chooseVectorIndex({ config: readConfig({ PARLEY_VECTOR_INDEX: vector_index, DATABASE_URL: database_url }), database })

describe('the setting', () => {
  test('that contradicts others, or is unknown, stops the start', () => {
    const read = (vector_index: string) => () => readConfig({ PARLEY_VECTOR_INDEX: vector_index })
    expect(read('pgvector')).toThrow('PARLEY_VECTOR_INDEX=pgvector requires DATABASE_URL')
    expect(read('hnsw')).toThrow('PARLEY_VECTOR_INDEX must be auto, sign_bits or pgvector, not "hnsw"')
    expect(read('auto')).not.toThrow()
  })

  test('wants an extension that is not there', async () => {
    expect(await choose('auto')).toBe('sign_bits')
    expect(await choose('sign_bits')).toBe('sign_bits')
    await expect(choose('pgvector')).rejects.toThrow('the database lacks the extension vector')
  })
})

describe.runIf(hasPgvector)('with pgvector', () => {
  const words = 'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu'.split(' ')
  const textsOf = (name: string, many: number) =>
    Array.from({ length: many }, (_, at) => `${name} ${words[at % 12]} ${words[(at * 5) % 12]} number ${at}`)
  const contentsOf = (found: { passages: { content: string }[] }) => found.passages.map(({ content }) => content)

  beforeAll(async () => {
    await query('create extension vector')
    Object.assign(library.index, { kind: 'pgvector', least_chunks: 50 })
  })

  /** As a node does the work. */
  async function index(dataset_id: string): Promise<void> {
    const { store } = library
    const port = { signal: new AbortController().signal, commit: (write) => store.transaction(write) } as WorkPort
    const item = { organization_id: store.organization_id, owner: dataset_id, subject: dataset_id, tries: 1 }
    expect(await indexVectorsWork(library.index).run(item, port)).toEqual({ next: 'done' })
  }

  const isToBeIndexed = async (dataset_id: string) =>
    (await findDatasets(database, library.index)).some((found) => found.dataset_id === dataset_id)

  async function tableOf(dataset_id: string): Promise<string | null> {
    const [found] = await query<{ number: number }>('select number from vector_indexes where dataset_id = $1', [
      dataset_id,
    ])
    return found ? `near_vectors_${found.number}` : null
  }

  async function addLarge(many = 120) {
    const space_id = await library.addSpace()
    const dataset_id = await library.addDataset(space_id)
    const options = { dataset_id, space_id }
    const source = await library.addSource(textsOf('first', many), options)
    return { space_id, dataset_id, options, source }
  }

  const forgetSigns = (generation: number) => query('delete from chunk_signs where generation = $1', [generation])

  test('is chosen', async () => {
    expect(await choose('auto')).toBe('pgvector')
    expect(await choose('pgvector')).toBe('pgvector')
    expect(await choose('sign_bits')).toBe('sign_bits')
  })

  test('a large dataset gets an index, which finds the nearest; what is not in it yet is found by signs', async () => {
    const { dataset_id, options, source } = await addLarge()
    const asked = { dataset_id, query: 'first gamma lambda number 38', mode: 'vector' as const, top_n: 10 }
    library.index.kind = 'sign_bits'
    const bySigns = contentsOf(await library.search(asked))
    library.index.kind = 'pgvector'
    expect(await isToBeIndexed(dataset_id)).toBe(true)
    await index(dataset_id)
    expect(await isToBeIndexed(dataset_id)).toBe(false)
    await forgetSigns(source.generation.number)
    expect(contentsOf(await library.search(asked))).toEqual(bySigns)

    const late = await library.addSource(textsOf('late', 20), options)
    const found = contentsOf(await library.search({ ...asked, query: 'late gamma lambda number 2' }))
    expect(found[0]).toBe('late gamma lambda number 2')
    expect(found).toHaveLength(10)
    expect(await isToBeIndexed(dataset_id)).toBe(true)
    await index(dataset_id)
    await forgetSigns(late.generation.number)
    expect(contentsOf(await library.search({ ...asked, query: 'late gamma lambda number 2' }))).toEqual(found)
  })

  test('is not read for what the process keeps the signs of', async () => {
    const { dataset_id, space_id, options, source } = await addLarge()
    await index(dataset_id)
    const keeping = await createLibrary(database, 64, library.store.organization_id)
    Object.assign(keeping.index, { kind: 'pgvector', least_chunks: 50 })
    const { signs } = keeping.room.searches
    const text = 'first gamma lambda number 38'
    const read = async () => {
      const vector = { space_id, values: library.embed(text) }
      const target = { dataset_id, filter: null, top_n: 10, words: { words: [], spelled: [] }, vector }
      const asked = {
        targets: [target],
        source_ids: null,
        parts: { words: false, vectors: true },
        way: 'index' as const,
      }
      const { found, unkept } = await library.store.snapshot(1000, (tx) =>
        readSnapshot(tx, keeping.room.searches, asked),
      )
      return { isShort: found.get(1)!.isShort, unkept: unkept.map(({ generations }) => generations) }
    }
    expect(await read()).toEqual({ isShort: false, unkept: [[source.generation.number]] })
    const asked = { dataset_id, query: text, mode: 'vector' as const, top_n: 10 }
    const byIndex = contentsOf(await keeping.search(asked))
    await signs.settled()
    await query(`delete from ${await tableOf(dataset_id)}`)
    await forgetSigns(source.generation.number)
    expect(await read()).toEqual({ isShort: false, unkept: [] })
    expect(contentsOf(await keeping.search(asked))).toEqual(byIndex)
    // Of what is new, few signs are read by the database.
    await library.addSource(textsOf('late', 20), options)
    const late = contentsOf(await keeping.search({ ...asked, query: 'late gamma lambda number 2' }))
    expect(late[0]).toBe('late gamma lambda number 2')
  })

  test('is read where the signs of all do not fit; no part of them is kept for nothing', async () => {
    const { dataset_id, space_id, options } = await addLarge()
    await library.addSource(textsOf('second', 60), options)
    await index(dataset_id)
    const small = await createLibrary(database, 64, library.store.organization_id, 120 * 16 + 1100)
    Object.assign(small.index, { kind: 'pgvector', least_chunks: 50 })
    const { signs } = small.room.searches
    const search = async () => {
      await small.search({ dataset_id, query: 'first gamma', mode: 'vector', top_n: 10 })
      await signs.settled()
      return signs.find(dataset_id, space_id).size
    }
    expect(await search()).toBe(0)
    // By signs, as many as fit.
    small.index.kind = 'sign_bits'
    expect(await search()).toBe(1)
  })

  test('is read by the nearest first, not from end to end', async () => {
    const { dataset_id, source } = await addLarge(1000)
    await index(dataset_id)
    const table = await tableOf(dataset_id)
    await query(`analyze ${table}`)
    const plan = await query<{ 'QUERY PLAN': string }>(
      `explain select near.generation, near.position from (
         select n.generation, n.position from ${table} n order by n.vector <#> (select vector from ${table} limit 1) offset 0
       ) near where near.generation = any('{${source.generation.number}}') limit 100`,
    )
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain(`Index Scan using ${table}_vector_idx`)
  })

  test('a small dataset has none', async () => {
    const { dataset_id, options } = await addLarge(30)
    expect(await isToBeIndexed(dataset_id)).toBe(false)
    await index(dataset_id)
    expect(await tableOf(dataset_id)).toBeNull()
    // Once there is one, it stays although the dataset shrinks.
    await library.addSource(textsOf('more', 30), options)
    await index(dataset_id)
    expect(await tableOf(dataset_id)).not.toBeNull()
  })

  test('a search sees what serves, and what is gone leaves nothing in the index', async () => {
    const { dataset_id, options, source } = await addLarge()
    const other = await library.addSource(textsOf('other', 60), options)
    await index(dataset_id)
    const next = await library.addGeneration(source, textsOf('second', 120), options)
    const ask = async () =>
      contentsOf(await library.search({ dataset_id, query: 'first alpha number 0', mode: 'vector', top_n: 100 }))
    const namesIn = (contents: string[]) => [...new Set(contents.map((content) => content.split(' ')[0]!))].toSorted()
    expect(namesIn(await ask())).toEqual(['first', 'other'])
    await library.serve(source.dataset_source_id, next, source.generation)
    expect(namesIn(await ask())).toEqual(['other', 'second'])
    expect(await ask()).toHaveLength(100)
    await index(dataset_id)
    expect(namesIn(await ask())).toEqual(['other', 'second'])

    await query('delete from dataset_sources where id = $1', [other.dataset_source_id])
    expect(namesIn(await ask())).toEqual(['second'])
    const table = await tableOf(dataset_id)
    const rowsOf = async (generation: number) =>
      (await query(`select from ${table} where generation = $1`, [generation])).length
    expect(await rowsOf(other.generation.number)).toBe(60)
    await library.store.transaction((tx) => countWords(tx, { added: null, removed: other.generation }))
    // Erased whatever the setting is by then.
    library.index.kind = 'sign_bits'
    for (const { generation } of [source, other]) {
      while (await library.store.transaction((tx) => eraseIndex(tx, generation, 25)));
      expect(await rowsOf(generation.number)).toBe(0)
    }
    library.index.kind = 'pgvector'
    expect(await rowsOf(next.number)).toBe(120)
    // A generation that is gone is not added again.
    await query(`update signed_generations set indexed = 0 where generation = $1`, [next.number])
    await query(`delete from ${table}`)
    await query(`update generations set state = 'gone' where number = $1`, [next.number])
    expect(await library.store.transaction((tx) => indexSome(tx, dataset_id, options.space_id))).toBe(true)
    expect(await query(`select from ${table}`)).toEqual([])
  })

  test('a short result is searched again by signs, also behind a filter', async () => {
    const { dataset_id, options, source } = await addLarge()
    const marked = await library.addSource(textsOf('marked', 30), { ...options, metadata: { marked: true } })
    await index(dataset_id)
    const table = await tableOf(dataset_id)
    await query(`delete from ${table} where generation = $1`, [marked.generation.number])
    const filtered = { dataset_id, top_n: 30, min_score: null, filter: { marked: true } }
    const byFilter = await library.search({ query: 'marked', mode: 'vector', datasets: [filtered], results: 30 })
    expect(contentsOf(byFilter)).toHaveLength(30)

    await query(`delete from ${table} where generation = $1 and position >= 40`, [source.generation.number])
    const found = await library.search({ dataset_id, query: 'first mu number 59', mode: 'vector', top_n: 5 })
    expect(contentsOf(found)).toContain('first mu eta number 59'.replace('eta', words[(59 * 5) % 12]!))
    expect(found).toMatchObject({ degraded: [] })
  })

  test('another space gets another index, and what the dataset has left is dropped', async () => {
    const { dataset_id, source } = await addLarge()
    await index(dataset_id)
    const before = await tableOf(dataset_id)
    await query('update datasets set space_id = null where id = $1', [dataset_id])
    expect(await isToBeIndexed(dataset_id)).toBe(true)
    await index(dataset_id)
    expect(await tableOf(dataset_id)).toBeNull()
    expect(await query(`select to_regclass($1) as there`, [before])).toEqual([{ there: null }])
    expect(
      await query('select indexed from signed_generations where generation = $1', [source.generation.number]),
    ).toEqual([{ indexed: 0 }])
  })

  test('of a dataset that is deleted, nothing is left', async () => {
    const { dataset_id, source } = await addLarge()
    await index(dataset_id)
    const table = await tableOf(dataset_id)
    await query('delete from datasets where id = $1', [dataset_id])
    while (await library.store.transaction((tx) => eraseIndex(tx, source.generation, 1000)));
    expect(await query(`select from ${table}`)).toEqual([])
    expect(await isToBeIndexed(dataset_id)).toBe(true)
    await index(dataset_id)
    expect(await tableOf(dataset_id)).toBeNull()
  })

  test('is shown, and needs no other start where it is there', async () => {
    await using server = await startTestServer()
    const shown = async () => (await server.client.getKnowledgeCapabilities()).vector_index
    expect(await shown()).toBe('sign_bits')
    await server.database.pool.query('create extension vector')
    await server.restart()
    expect(await shown()).toBe('pgvector')
  })

  test('an extension that is dropped leaves signs, and one that comes back makes the index again', async () => {
    const { dataset_id } = await addLarge()
    await index(dataset_id)
    const asked = { dataset_id, query: 'first gamma lambda number 38', mode: 'vector' as const }
    const before = contentsOf(await library.search(asked))
    await query('set client_min_messages = error; drop extension vector cascade')
    expect(contentsOf(await library.search(asked))).toEqual(before)
    await query('create extension vector')
    expect(await isToBeIndexed(dataset_id)).toBe(true)
    await index(dataset_id)
    expect(contentsOf(await library.search(asked))).toEqual(before)
    const table = await tableOf(dataset_id)
    expect(await query(`select from ${table}`)).toHaveLength(120)
  })
})
