// The entry for the operation on what conversations asked of a dataset.
import type { knowledgeOperations } from '@parley/contract'
import type { EntriesOf } from '../../contract/entries.ts'
import { plantDataset } from './fixture.ts'

export const entries: EntriesOf<Pick<typeof knowledgeOperations, 'listDatasetRetrievals'>> = {
  listDatasetRetrievals: {
    input: async ({ server }) => ({ dataset_id: (await plantDataset(server, [])).dataset_id }),
    outsider: 'not found',
  },
}
