// The chunks of a generation as they are read.
import type { Chunk } from '@parley/contract'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

const readableStatement = statement(
  'find_readable_generation',
  `select id from generations
   where organization_id = $1 and dataset_source_id = $2 and id = $3 and state in ('serving', 'replaced')`,
)

/** Whether it is one of the attachment that serves, or did and is not erased yet. */
export async function findReadableGeneration(
  store: Store,
  dataset_source_id: string,
  generation_id: string,
): Promise<boolean> {
  const values = [store.organization_id, dataset_source_id, generation_id]
  return (await store.query(readableStatement, values)).length > 0
}

export type ChunkRecord = Omit<Chunk, 'dataset_id' | 'source_id' | 'dataset_source_id'>

const pageStatement = statement(
  'list_chunks',
  `select c.id, c.position, c.content, c.heading_path, c.page, c.url, c.characters,
          exists (select from vectors v where v.organization_id = $1 and v.space_id = d.space_id and v.text_hash = c.text_hash)
            as has_vector
   from chunks c join generations g on g.id = c.generation_id join datasets d on d.id = g.dataset_id
   where c.organization_id = $1 and c.generation_id = $2 and c.position > $3 order by c.position limit $4`,
)

/** In order, after a position. */
export function listChunkRows(
  store: Store,
  generation_id: string,
  after: number,
  limit: number,
): Promise<ChunkRecord[]> {
  return store.query<ChunkRecord>(pageStatement, [store.organization_id, generation_id, after, limit])
}
