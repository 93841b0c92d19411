// Words and vectors together find more than either: over the project's documents, and over small German and Japanese texts.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, createTestDatabase } from '../../support/database.ts'
import { corpusVectors } from './corpus-vector.ts'
import { type Library, createLibrary } from './library.ts'
import { type Figures, type Mode, addDocuments, judge, modes, readDocuments } from './quality.ts'
import { questions, small } from './questions.ts'

let test_database: TestDatabase
let library: Library
beforeAll(async () => {
  test_database = await createTestDatabase()
  library = await createLibrary(test_database.database, 2048)
})
afterAll(() => test_database[Symbol.asyncDispose]())

function expectBest(figures: Record<Mode, Figures>): void {
  for (const other of ['full_text', 'vector'] as const) {
    expect(figures.auto.recall_at_5, `recall@5 of both, beside ${other}`).toBeGreaterThan(figures[other].recall_at_5)
    expect(figures.auto.mrr_at_10, `MRR@10 of both, beside ${other}`).toBeGreaterThan(figures[other].mrr_at_10)
  }
}

test('150 questions over the documents of the project', { timeout: 600_000 }, async () => {
  const documents = readDocuments()
  const dataset_id = await addDocuments(library, documents)
  const asked = questions.map(({ kind, question, files }) => ({
    kind,
    question,
    isRight: ({ source_name }: { source_name: string }) => files.some((file) => source_name.startsWith(file)),
  }))
  for (const [kind, some] of Map.groupBy(asked, (each) => each.kind)) {
    process.stdout.write(`${kind}: ${JSON.stringify(await judge(library, dataset_id, some))}\n`)
  }
  const figures = await judge(library, dataset_id, asked)
  process.stdout.write(`all: ${JSON.stringify(figures)}\n`)
  expectBest(figures)
})

test('30 questions over German and Japanese texts', async () => {
  const sums = Object.fromEntries(modes.map((mode) => [mode, { recall_at_5: 0, mrr_at_10: 0 }])) as Record<
    Mode,
    Figures
  >
  let count = 0
  for (const { language, texts, asked } of small) {
    library.embed = corpusVectors(texts, library.dimension)
    const space_id = await library.addSpace()
    const dataset_id = await library.addDataset(space_id)
    await library.addSource(texts, { dataset_id, space_id, language })
    const figures = await judge(
      library,
      dataset_id,
      asked.map(([question, place]) => ({ question, isRight: ({ content }) => content === texts[place] })),
    )
    count += asked.length
    for (const mode of modes) {
      sums[mode].recall_at_5 += figures[mode].recall_at_5 / small.length
      sums[mode].mrr_at_10 += figures[mode].mrr_at_10 / small.length
    }
    process.stdout.write(`${language}: ${JSON.stringify(figures)}\n`)
  }
  expect(count).toBe(30)
  expectBest(sums)
})
