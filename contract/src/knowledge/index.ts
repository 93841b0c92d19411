// Knowledge bases: all of their operations.
import { chunkOperations } from './chunks.ts'
import { crawlOperations } from './crawls.ts'
import { datasetOperations } from './datasets.ts'
import { datasetSourceOperations } from './attachments.ts'
import { sourceOperations } from './sources.ts'

export const knowledgeOperations = {
  ...datasetOperations,
  ...datasetSourceOperations,
  ...sourceOperations,
  ...crawlOperations,
  ...chunkOperations,
}

export * from './attachments.ts'
export * from './chunks.ts'
export * from './crawls.ts'
export * from './datasets.ts'
export * from './fence.ts'
export * from './objects.ts'
export * from './retrievals.ts'
export * from './sources.ts'
export * from './words.ts'
