// Questions over the project's documents are answered by words, by vectors and by both. The vectors are those of a stand-in that learns
// from the documents what goes together (latent-vector.ts); `npm run bench:search-quality` tells the figures, also with a real model.
import { expect, test } from 'vitest'
import { createTestDatabase } from '../../support/database.ts'
import { latentVectors } from './latent-vector.ts'
import { createLibrary } from './library.ts'
import { addDocuments, askDocuments, askSmall, judge, readDocuments, textsOf } from './quality.ts'
import { type Question, questions, small } from './questions.ts'

/** The documents grow with the project, and ties are broken by random ids: what three questions of all can change is no difference. */
const three_questions = 3 / questions.length

const limit = { timeout: 1_800_000 }

test('both find misspelt words better than words and vectors alone, and lose nothing elsewhere', limit, async () => {
  await using test_database = await createTestDatabase()
  const library = await createLibrary(test_database.database, 4096)
  const documents = readDocuments()
  library.embed = latentVectors(textsOf(documents), 4096)
  const dataset_id = await addDocuments(library, documents)
  const judgeThose = (of: readonly Question[]) => judge(library, dataset_id, of.map(askDocuments))
  const misspelt = await judgeThose(questions.filter(({ kind }) => kind === 'misspelt'))
  const all = await judgeThose(questions)
  for (const alone of ['full_text', 'vector'] as const) {
    expect(misspelt.auto.recall_at_5).toBeGreaterThan(misspelt[alone].recall_at_5)
    expect(all.auto.recall_at_5).toBeGreaterThan(all[alone].recall_at_5 - three_questions)
    expect(all.auto.mrr_at_10).toBeGreaterThan(all[alone].mrr_at_10 - three_questions)
  }
  expect(all.auto.recall_at_5).toBeGreaterThan(0.88)
})

test.each(small)('small texts: $language', async (of) => {
  await using test_database = await createTestDatabase()
  const library = await createLibrary(test_database.database, 4096)
  library.embed = latentVectors(of.texts, 4096)
  const space_id = await library.addSpace()
  const dataset_id = await library.addDataset(space_id)
  await library.addSource(of.texts, { dataset_id, space_id, language: of.language })
  const { auto, full_text, vector } = await judge(library, dataset_id, askSmall(of))
  expect(auto.recall_at_5).toBe(1)
  expect(full_text.recall_at_5).toBeGreaterThan(0.9)
  expect(auto.mrr_at_10).toBeGreaterThan(vector.mrr_at_10)
})
