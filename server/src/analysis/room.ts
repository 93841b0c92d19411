// The manifest of analysis.
import { analysisOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import type { ConversationContributions } from '../conversations/conversations.ts'
import { analysisAtEnd } from './at-end.ts'
import { analyses } from './metrics.ts'
import * as operations from './operations.ts'
import { type AnalysisServices, analysisWork } from './work.ts'

export function createAnalysis(
  core: Core,
  { conversations, models }: Omit<AnalysisServices, 'core'>,
): Room<typeof analysisOperations> & ConversationContributions {
  core.metrics.declare(analyses)
  const own = { core, conversations, models }
  return {
    name: 'analysis',
    operations: bindRoom(own, analysisOperations, operations),
    work: [analysisWork(own)],
    additions: [analysisAtEnd],
  }
}
