// How the signs of vectors are made: in parts, from the centre of their space, which another one replaces once the space is larger.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { indexVectors } from '../../../src/knowledge/search/index-chunks.ts'
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

test('signing goes on where it stopped, from one centre, and a larger space gets another', async () => {
  const space_id = await library.addSpace()
  const dataset_id = await library.addDataset(space_id)
  const texts = (name: string, many: number) => Array.from({ length: many }, (_, at) => `${name} text number ${at}`)
  const first = await library.addSource(texts('first', 700), { dataset_id, space_id })
  const again = () => library.store.transaction((tx) => indexVectors(tx, first.generation, space_id))
  expect(await again()).toBe(false)
  const signed = await query<{ count: number }>(
    'select count(*)::integer as count from chunk_signs where generation = $1',
    [first.generation.number],
  )
  expect(signed[0]!.count).toBe(700)
  await library.addSource(texts('second', 3000), { dataset_id, space_id })
  await library.addSource(texts('third', 3000), { dataset_id, space_id })
  await library.addSource(texts('fourth', 10), { dataset_id, space_id })
  const centres = await query<{ vectors: number }>(
    'select vectors from vector_centres where space_id = $1 order by vectors',
    [space_id],
  )
  expect(centres.map(({ vectors }) => vectors)).toEqual([700, 2048])
  // Chunks of both centres are found.
  for (const name of ['first', 'fourth']) {
    const { passages } = await library.search({ dataset_id, query: `${name} text number 5`, mode: 'vector' })
    expect(passages[0]!.content).toBe(`${name} text number 5`)
  }
})
