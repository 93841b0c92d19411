// The manifest of analysis.
import { analysisOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import type { AnalysisServices } from './analyze.ts'
import * as operations from './operations.ts'

export function createAnalysis(
  core: Core,
  { conversations, models }: Omit<AnalysisServices, 'core'>,
): Room<typeof analysisOperations> & { analysis: AnalysisServices } {
  const analysis = { core, conversations, models }
  return { name: 'analysis', operations: bindRoom(analysis, analysisOperations, operations), analysis }
}
