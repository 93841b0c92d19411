// Reads one chunk by its id, as a citation or a record of a turn names it.
import type { NamedChunk } from '@parley/contract'
import { isUuid } from '../../base/ports.ts'
import { notFound } from '../../base/errors.ts'
import type { Handler } from '../../calls/context.ts'
import { statement } from '../../database/database.ts'
import type { Knowledge } from '../services.ts'

/** The joins leave out what was deleted or detached, from the commit on that did it. An unfinished generation has no readers. */
const readStatement = statement(
  'read_named_chunk',
  `select chunk.id, chunk.position, chunk.content, chunk.heading_path, chunk.page, chunk.url, chunk.characters,
     attachment.dataset_id, attachment.source_id, attachment.id as dataset_source_id, source.name as source_name,
     dataset.name as dataset_name, attachment.serving_generation is not distinct from generation.id as serving
   from chunks chunk
   join generations generation on generation.id = chunk.generation_id and generation.state in ('serving', 'replaced')
   join dataset_sources attachment on attachment.id = generation.dataset_source_id
   join sources source on source.id = attachment.source_id
   join datasets dataset on dataset.id = attachment.dataset_id
   where chunk.organization_id = $1 and chunk.id = $2 and attachment.organization_id = $1`,
)

export const getChunk: Handler<'getChunk', Knowledge> = async (ctx, { chunk_id }) => {
  if (!isUuid(chunk_id)) throw notFound('Chunk')
  const [chunk] = await ctx.store.query<NamedChunk>(readStatement, [ctx.store.organization_id, chunk_id])
  if (!chunk) throw notFound('Chunk')
  return chunk
}
