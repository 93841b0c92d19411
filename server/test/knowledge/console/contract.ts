// The entries for the operation on one chunk.
import type { knowledgeOperations } from '@parley/contract'
import type { EntriesOf } from '../../contract/entries.ts'
import { insertChunk } from './rows.ts'

export const entries: EntriesOf<Pick<typeof knowledgeOperations, 'getChunk'>> = {
  getChunk: {
    input: async ({ server }) => ({ chunk_id: (await insertChunk(server, 'Refunds take 14 days.')).chunk_id }),
    outsider: 'not found',
  },
}
