// The manifest of knowledge bases.
import { knowledgeOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import * as operations from './operations/index.ts'
import type { Knowledge } from './services.ts'
import { createUploadResolver, uploadWork } from './uploads.ts'

export function createKnowledge(core: Core): Room<typeof knowledgeOperations> {
  const own = { blobs: core.blobs } as Knowledge
  return {
    name: 'knowledge',
    operations: bindRoom(own, knowledgeOperations, operations),
    work: [uploadWork(core)],
    resources: { upload: createUploadResolver(core) },
  }
}
