// Searches find what is served, by words and vectors, and say what they had to do without.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, createTestDatabase } from '../../support/database.ts'
import { readSnapshot } from '../../../src/knowledge/search/snapshot.ts'
import { type Library, createLibrary } from './library.ts'

let test_database: TestDatabase
let library: Library
beforeAll(async () => {
  test_database = await createTestDatabase()
  library = await createLibrary(test_database.database)
})
afterAll(() => test_database[Symbol.asyncDispose]())

const contentsOf = (found: { passages: { content: string }[] }) => found.passages.map(({ content }) => content)

describe('words', () => {
  test('are found in any form, whole numbers and codes as they stand, and headings count double', async () => {
    const dataset_id = await library.addDataset()
    await library.addSource(
      [
        'Invoices are sent on the first day of each month.',
        { content: 'They are paid within thirty days.', heading_path: ['Billing', 'Invoices'] },
        'Error ERR-4042 means that the tariff PX-77 has ended.',
        'The office is open from nine to five.',
      ],
      { dataset_id },
    )
    const byStem = await library.search({ dataset_id, query: 'when was my invoice sent?' })
    expect(byStem).toMatchObject({ mode: 'full_text', degraded: [], failed: null })
    expect(contentsOf(byStem)).toEqual([
      'Invoices are sent on the first day of each month.',
      'They are paid within thirty days.',
    ])
    expect(contentsOf(await library.search({ dataset_id, query: 'err-4042' }))).toEqual([
      'Error ERR-4042 means that the tariff PX-77 has ended.',
    ])
    expect(contentsOf(await library.search({ dataset_id, query: 'off\u200Bi\u00ADce' }))).toEqual([
      'The office is open from nine to five.',
    ])
    const [passage] = (await library.search({ dataset_id, query: 'invoice' })).passages
    expect(passage).toMatchObject({
      content: 'They are paid within thirty days.',
      has_vector: false,
      source_name: 'file.md',
    })
    expect(passage!.scores.vector).toBeNull()
    expect(passage!.score).toBeCloseTo(passage!.scores.full_text! / (passage!.scores.full_text! + 5))
  })

  test('that very many chunks have count only where there is no rarer one', async () => {
    const dataset_id = await library.addDataset()
    await library.addSource(['usual matter', 'usual rarity'], { dataset_id })
    // As if so many chunks had it.
    const many = `update dataset_words set chunks = 60000 where dataset_id = $1 and text = 'usual'`
    await library.database.pool.query(many, [dataset_id])
    expect(contentsOf(await library.search({ dataset_id, query: 'usual rarity' }))).toEqual(['usual rarity'])
    expect(contentsOf(await library.search({ dataset_id, query: 'usual' })).toSorted()).toEqual([
      'usual matter',
      'usual rarity',
    ])
  })

  test('that are misspelt stand for the nearest ones of the dataset', async () => {
    const dataset_id = await library.addDataset()
    await library.addSource(['The configuration of retention', 'A cancellation takes a day'], { dataset_id })
    expect(contentsOf(await library.search({ dataset_id, query: 'confguration' }))).toEqual([
      'The configuration of retention',
    ])
    expect(contentsOf(await library.search({ dataset_id, query: 'cancelation' }))).toEqual([
      'A cancellation takes a day',
    ])
    expect(contentsOf(await library.search({ dataset_id, query: 'zebra' }))).toEqual([])
  })

  test('of German, Japanese and Thai are cut and stemmed', async () => {
    const dataset_id = await library.addDataset()
    await library.addSource(['Die Häuser der Müllers sind verkauft.', 'Der Garten ist groß.'], {
      dataset_id,
      language: 'german',
    })
    await library.addSource(['請求書は毎月一日に送られます。', '会社は東京にあります。'], {
      dataset_id,
      language: 'simple',
    })
    await library.addSource(['ใบแจ้งหนี้ส่งทุกเดือน', 'สำนักงานอยู่ในกรุงเทพ'], { dataset_id, language: 'simple' })
    const find = async (query: string) => contentsOf(await library.search({ dataset_id, query }))
    expect(await find('Haus')).toEqual(['Die Häuser der Müllers sind verkauft.'])
    expect(await find('Muller')).toEqual(['Die Häuser der Müllers sind verkauft.'])
    expect(await find('請求書')).toEqual(['請求書は毎月一日に送られます。'])
    expect(await find('東京')).toEqual(['会社は東京にあります。'])
    expect(await find('ใบแจ้งหนี้')).toEqual(['ใบแจ้งหนี้ส่งทุกเดือน'])
  })
})

describe('vectors', () => {
  test('find what words do not, and the score is the exact cosine similarity', async () => {
    const space_id = await library.addSpace()
    const dataset_id = await library.addDataset(space_id)
    await library.addSource(['alpha beta gamma', 'delta epsilon zeta', 'eta theta iota'], { dataset_id, space_id })
    const found = await library.search({ dataset_id, query: 'alpha beta', top_n: 3 })
    expect(found).toMatchObject({ mode: 'hybrid', degraded: [] })
    // All chunks that there are, although words find only one.
    expect(found.passages).toHaveLength(3)
    const [first] = found.passages
    expect(first).toMatchObject({ content: 'alpha beta gamma', has_vector: true })
    const [query, content] = [library.embed('alpha beta'), library.embed('alpha beta gamma')]
    const cosine = query.reduce((sum, value, at) => sum + value * content[at]!, 0)
    expect(first!.score).toBeCloseTo(cosine, 5)
    expect(first!.scores).toMatchObject({ rerank: null })
    expect(first!.scores.vector).toBeCloseTo(cosine, 5)
  })

  test('without which words answer alone, and the search says why', async () => {
    const space_id = await library.addSpace()
    const dataset_id = await library.addDataset(space_id)
    await library.addSource(['alpha beta gamma'], { dataset_id, space_id })
    await library.addSource(['alpha omega'], { dataset_id })
    const failed = await library.search({ dataset_id, query: 'alpha «no model»' })
    expect(failed).toMatchObject({ mode: 'full_text', degraded: ['embedding_failed'], failed: null })
    expect(failed.passages).toHaveLength(2)
    expect(await library.search({ dataset_id, query: 'alpha «slow model»' })).toMatchObject({
      degraded: ['embedding_timeout'],
    })
    const incomplete = await library.search({ dataset_id, query: 'alpha' })
    expect(incomplete).toMatchObject({ mode: 'hybrid', degraded: ['vectors_incomplete'] })
    expect(contentsOf(incomplete).toSorted()).toEqual(['alpha beta gamma', 'alpha omega'])
    expect(await library.search({ dataset_id, query: 'alpha', mode: 'full_text' })).toMatchObject({
      mode: 'full_text',
      degraded: [],
    })
  })

  test('of a large dataset are those that are as near as a sample of it says', async () => {
    const space_id = await library.addSpace()
    const dataset_id = await library.addDataset(space_id)
    const texts = Array.from({ length: 260 }, (_, at) => `text number ${at}`)
    await library.addSource(texts, { dataset_id, space_id })
    const claim = 'update signed_generations set signed = 1000000 where space_id = $1'
    await library.database.pool.query(claim, [space_id])
    const found = await library.search({ dataset_id, query: 'text number 77', mode: 'vector', top_n: 10 })
    expect(contentsOf(found)[0]).toBe('text number 77')
    expect(found.passages).toHaveLength(10)
  })

  test('of many equal texts do not hide other ones', async () => {
    const space_id = await library.addSpace()
    const dataset_id = await library.addDataset(space_id)
    const footer = 'alpha footer of every page'
    const other = 'another text, which has the word footer among many that nobody has asked for'
    await library.addSource([...Array.from({ length: 450 }, () => footer), 'something else', other], {
      dataset_id,
      space_id,
    })
    const found = await library.search({ dataset_id, query: 'alpha footer', mode: 'vector' })
    expect(contentsOf(found).toSorted()).toEqual([footer, other, 'something else'])
    const byWords = await library.search({ dataset_id, query: 'footer', mode: 'full_text' })
    expect(contentsOf(byWords)).toEqual([footer, other])
  })
})

describe('what is searched', () => {
  test('is one complete generation of each attachment, or none', async () => {
    const space_id = await library.addSpace()
    const dataset_id = await library.addDataset(space_id)
    const options = { dataset_id, space_id }
    const source = await library.addSource(['apple old', 'pear old'], options)
    const next = await library.addGeneration(source, ['apple new', 'pear new'], options)
    expect(contentsOf(await library.search({ dataset_id, query: 'apple' })).toSorted()).toEqual([
      'apple old',
      'pear old',
    ])
    await library.serve(source.dataset_source_id, next, source.generation)
    expect(contentsOf(await library.search({ dataset_id, query: 'apple' })).toSorted()).toEqual([
      'apple new',
      'pear new',
    ])
    await library.database.pool.query('delete from dataset_sources where id = $1', [source.dataset_source_id])
    expect(await library.search({ dataset_id, query: 'apple' })).toMatchObject({ passages: [], failed: null })
  })

  test('can be narrowed to sources and metadata', async () => {
    const space_id = await library.addSpace()
    const dataset_id = await library.addDataset(space_id)
    const one = await library.addSource(['apple one'], {
      dataset_id,
      space_id,
      metadata: { product: 'a', tags: ['x'] },
    })
    await library.addSource(['apple two'], { dataset_id, space_id, metadata: { product: 'b' } })
    const base = { query: 'apple', dataset_id }
    expect(contentsOf(await library.search({ ...base, source_ids: [one.source_id] }))).toEqual(['apple one'])
    const filtered = { dataset_id, top_n: 5, min_score: null, filter: { product: 'b' } }
    expect(contentsOf(await library.search({ query: 'apple', datasets: [filtered], results: 5 }))).toEqual([
      'apple two',
    ])
    const strict = { dataset_id, top_n: 5, min_score: 0.99, filter: null }
    expect(await library.search({ query: 'apple', datasets: [strict], results: 5 })).toMatchObject({ passages: [] })
  })

  test('of another organization is missing, also for equal texts', async () => {
    const other = await createLibrary(test_database.database)
    const dataset_id = await other.addDataset()
    await other.addSource(['apple of others'], { dataset_id })
    expect(await library.search({ dataset_id, query: 'apple' })).toMatchObject({
      passages: [],
      degraded: ['dataset_missing'],
    })
    expect(contentsOf(await other.search({ dataset_id, query: 'apple' }))).toEqual(['apple of others'])
    // Each statement compares the organization by itself.
    const words = { words: [], spelled: [{ token: 0, text: 'apple' }] }
    const target = { dataset_id, filter: null, top_n: 5, words, vector: null }
    const parts = { words: true, vectors: false }
    const asked = { targets: [target], source_ids: null, parts, way: 'signs' as const }
    const read = (store: Library['store']) =>
      store.snapshot(1000, (tx) => readSnapshot(tx, library.room.searches, asked))
    expect((await read(other.store)).found.get(1)!.rows).toHaveLength(1)
    expect((await read(library.store)).found.size).toBe(0)
  })

  test('in several datasets is merged, at most as many of each, equal texts once', async () => {
    const space_id = await library.addSpace()
    const [one, two] = [await library.addDataset(space_id), await library.addDataset(space_id)]
    await library.addSource(['apple pie', 'apple tart', 'apple cake'], { dataset_id: one, space_id })
    await library.addSource(['apple pie', 'apple juice'], { dataset_id: two, space_id })
    const of = (dataset_id: string) => ({ dataset_id, top_n: 2, min_score: null, filter: null })
    const found = await library.search({ query: 'apple pie', datasets: [of(one), of(two)], results: 10 })
    expect(contentsOf(found)[0]).toBe('apple pie')
    expect(new Set(contentsOf(found)).size).toBe(found.passages.length)
    expect(found.passages.filter(({ dataset_id }) => dataset_id === one).length).toBeLessThanOrEqual(2)
    expect(contentsOf(found)).toContain('apple juice')
  })
})
