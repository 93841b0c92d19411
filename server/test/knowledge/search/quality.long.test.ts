// Questions over the project's documents are answered by words, by vectors and by both. The vectors are those of a stand-in that knows
// nothing of meaning (corpus-vector.ts): with it both cannot find more than words do, which know stems, codes and what is misspelt;
// `npm run bench:search-quality` tells the figures, also with a real model.
import { expect, test } from 'vitest'
import { createTestDatabase } from '../../support/database.ts'
import { corpusVectors } from './corpus-vector.ts'
import { createLibrary } from './library.ts'
import { addDocuments, askDocuments, askSmall, judge, readDocuments, textsOf } from './quality.ts'
import { questions, small } from './questions.ts'

test(
  'both find more than vectors alone, and what is misspelt more often than words alone',
  { timeout: 240_000 },
  async () => {
    await using test_database = await createTestDatabase()
    const library = await createLibrary(test_database.database, 2048)
    const documents = readDocuments()
    library.embed = corpusVectors(textsOf(documents), 2048)
    const dataset_id = await addDocuments(library, documents)
    const all = await judge(library, dataset_id, questions.map(askDocuments))
    expect(all.auto.recall_at_5).toBeGreaterThan(all.vector.recall_at_5)
    expect(all.auto.mrr_at_10).toBeGreaterThan(all.vector.mrr_at_10)
    expect(all.auto.recall_at_5).toBeGreaterThan(0.88)
    // What vectors that know nothing of meaning may cost.
    expect(all.auto.recall_at_5).toBeGreaterThan(all.full_text.recall_at_5 - 0.02)
    expect(all.auto.mrr_at_10).toBeGreaterThan(all.full_text.mrr_at_10 - 0.03)

    const misspelt = questions.filter(({ kind }) => kind === 'misspelt').map(askDocuments)
    const of = await judge(library, dataset_id, misspelt)
    expect(of.auto.recall_at_5).toBeGreaterThan(of.full_text.recall_at_5)
    expect(of.auto.recall_at_5).toBeGreaterThan(of.vector.recall_at_5)
  },
)

test.each(small)('small texts: $language', async (of) => {
  await using test_database = await createTestDatabase()
  const library = await createLibrary(test_database.database, 2048)
  library.embed = corpusVectors(of.texts, 2048)
  const space_id = await library.addSpace()
  const dataset_id = await library.addDataset(space_id)
  await library.addSource(of.texts, { dataset_id, space_id, language: of.language })
  const { auto, full_text, vector } = await judge(library, dataset_id, askSmall(of))
  expect(auto.recall_at_5).toBe(1)
  expect(full_text.recall_at_5).toBeGreaterThan(0.9)
  expect(auto.mrr_at_10).toBeGreaterThan(vector.mrr_at_10)
})
