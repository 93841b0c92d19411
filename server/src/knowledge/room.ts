// The manifest of knowledge bases.
import { knowledgeOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import * as operations from './operations/index.ts'
import type { Knowledge } from './services.ts'

export function createKnowledge(_core: Core, { embeddings }: Pick<Knowledge, 'embeddings'>): Room<typeof knowledgeOperations> {
  const own = { embeddings } as Knowledge
  return {
    name: 'knowledge',
    operations: bindRoom(own, knowledgeOperations, operations),
  }
}
