// The manifest of knowledge bases.
import { knowledgeOperations } from '@parley/contract'
import type { AgentContributions } from '../agents/agents.ts'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import type { TurnContributions } from '../engine/engine.ts'
import * as operations from './operations/index.ts'
import { search } from './search/search.ts'
import type { Knowledge } from './services.ts'
import { createSearchAction } from './turn/call.ts'
import { reviewDatasets } from './turn/review.ts'
import { createKnowledgeSource } from './turn/source.ts'

type KnowledgeRoom = Room<typeof knowledgeOperations> &
  TurnContributions &
  AgentContributions & { knowledge: Knowledge }

export function createKnowledge(core: Core): KnowledgeRoom {
  const own = {} as Knowledge
  own.search = (store, request, signal) => search(core, own, store, request, signal)
  const ofTurns = { database: core.database, room: own }
  return {
    name: 'knowledge',
    knowledge: own,
    operations: bindRoom(own, knowledgeOperations, operations),
    sources: [createKnowledgeSource(ofTurns)],
    actions: { knowledge_base: createSearchAction(ofTurns) },
    reviews: [reviewDatasets],
  }
}
