// The manifest of knowledge bases.
import { knowledgeOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import * as operations from './operations/index.ts'
import type { Knowledge } from './services.ts'
import { findModelsWork, removeUnusedWork } from './vectors/minute-work.ts'
import { embedDatasetWork } from './vectors/work.ts'

export function createKnowledge(core: Core, { embeddings }: Pick<Knowledge, 'embeddings'>): Room<typeof knowledgeOperations> {
  const own: Knowledge = { blobs: core.blobs, embeddings }
  return {
    name: 'knowledge',
    operations: bindRoom(own, knowledgeOperations, operations),
    work: [embedDatasetWork({ core, room: own }), findModelsWork(core, own), removeUnusedWork(core)],
  }
}
