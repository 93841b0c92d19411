// The operations on embeddings, for contract.test.ts.
import type { knowledgeOperations } from '@parley/contract'
import type { EntriesOf } from '../../contract/entries.ts'

type Own = Pick<typeof knowledgeOperations, 'getKnowledgeCapabilities' | 'reembedDataset'>

export const entries: EntriesOf<Own> = {
  getKnowledgeCapabilities: { input: () => ({}), outsider: 'own' },
  reembedDataset: {
    input: async ({ client }) => ({ dataset_id: (await client.createDataset({ name: 'Re-embedded' })).id }),
    outsider: 'not found',
  },
}
