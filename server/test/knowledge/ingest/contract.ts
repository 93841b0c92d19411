// The operations on datasets and attachments, for contract.test.ts.
import type { knowledgeOperations } from '@parley/contract'
import type { EntriesOf, World } from '../../contract/entries.ts'

const newDataset = async ({ client }: World) => ({ dataset_id: (await client.createDataset({ name: 'Handbook' })).id })

const newSource = async ({ client }: World) => {
  const [source] = await client.createSources({ items: { name: 'manual.txt', type: 'FILE' } })
  return source!.id
}

const newAttachment = async (world: World) => {
  const { dataset_id } = await newDataset(world)
  const [attached] = await world.client.attachSources({ dataset_id, items: { source_id: await newSource(world) } })
  return { dataset_id, dataset_source_id: attached!.id }
}

type Ours =
  | 'createDataset'
  | 'listDatasets'
  | 'getDataset'
  | 'updateDataset'
  | 'deleteDataset'
  | 'streamDatasetProgress'
  | 'listDatasetSources'
  | 'attachSources'
  | 'getDatasetSource'
  | 'updateDatasetSource'
  | 'detachSource'
  | 'reprocessDatasetSource'
  | 'listDatasetSourceChunks'

export const entries: EntriesOf<Pick<typeof knowledgeOperations, Ours>> = {
  createDataset: { input: () => ({ name: 'Handbook' }), outsider: 'own' },
  listDatasets: { input: () => ({}), outsider: 'own' },
  getDataset: { input: newDataset, outsider: 'not found' },
  updateDataset: {
    input: async (world) => ({ ...(await newDataset(world)), description: 'All about it' }),
    outsider: 'not found',
  },
  deleteDataset: { input: newDataset, outsider: 'not found' },
  streamDatasetProgress: { input: newDataset, outsider: 'not found' },
  listDatasetSources: { input: newDataset, outsider: 'not found' },
  attachSources: {
    input: async (world) => ({ ...(await newDataset(world)), items: [await newSource(world)] }),
    outsider: 'not found',
  },
  getDatasetSource: { input: newAttachment, outsider: 'not found' },
  updateDatasetSource: {
    input: async (world) => ({ ...(await newAttachment(world)), chunking_strategy: 'structure_based' }),
    outsider: 'not found',
  },
  detachSource: { input: newAttachment, outsider: 'not found' },
  reprocessDatasetSource: { input: newAttachment, outsider: 'not found' },
  listDatasetSourceChunks: { input: newAttachment, outsider: 'not found' },
}
