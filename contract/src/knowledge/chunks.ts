// The operation on one chunk.
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import { knowledgeReaders, knowledgeTag } from './datasets.ts'
import { NamedChunk } from './objects.ts'

export const chunkOperations = {
  getChunk: defineOperation({
    id: 'getChunk',
    method: 'GET',
    path: '/knowledge-base/chunks/{chunk_id}',
    tag: knowledgeTag,
    summary: 'Read a chunk, such as the one that a citation names',
    description:
      'Ours. A chunk that newer content has replaced can be read for 30 days; one of a source that was deleted or detached cannot.',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    params: Type.Object({ chunk_id: Type.String() }),
    success: { status: 200, description: 'The chunk.', schema: NamedChunk },
    errors: ['not_found', 'knowledge_unavailable'],
  }),
}
