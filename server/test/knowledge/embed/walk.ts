// What is recorded of embeddings.
import type { Walk } from '../../wire/world.ts'
import { unknown_id } from '../../wire/walks/constants.ts'

export async function walkEmbeddings(walk: Walk): Promise<void> {
  const { call } = walk
  await call('getKnowledgeCapabilities', 'without a model')
  const made = await walk.prepare('createDataset', { body: { name: 'Manual' } })
  const params = { dataset_id: made.json.id as string }
  await call('reembedDataset', 'without a model', { params })
  await call('reembedDataset', 'of an unknown dataset', { params: { dataset_id: unknown_id } })
}
