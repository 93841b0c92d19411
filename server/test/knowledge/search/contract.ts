// The entry of the operation that searches.
import type { knowledgeOperations } from '@parley/contract'
import type { EntriesOf, World } from '../../contract/entries.ts'

const newDataset = async ({ server }: World) => {
  const { rows } = await server.database.pool.query<{ id: string }>(
    `insert into datasets (id, organization_id, name) values (gen_random_uuid(), $1, 'Searched') returning id`,
    [server.organization_id],
  )
  return rows[0]!.id
}

export const entries: EntriesOf<Pick<typeof knowledgeOperations, 'queryDataset'>> = {
  queryDataset: {
    input: async (world) => ({ dataset_id: await newDataset(world), query: 'How do I reset it?' }),
    outsider: 'not found',
  },
}
