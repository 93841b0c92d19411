// The manifest of agents and their versions.
import { agentOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Room } from '../calls/room.ts'
import * as operations from './operations.ts'
import type { AgentContributions, Agents } from './services.ts'
import { purges } from './purge.ts'

export function createAgents(): Room<typeof agentOperations> & { contribute(contributions: AgentContributions): void } {
  const own: Agents = { reviews: [], refusals: [], listWebWidgets: async () => [] }
  return {
    name: 'agents',
    purges,
    operations: bindRoom(own, agentOperations, operations),
    contribute({ reviews = [], refusals = [], listWebWidgets }) {
      own.reviews.push(...reviews)
      own.refusals.push(...refusals)
      if (listWebWidgets) own.listWebWidgets = listWebWidgets
    },
  }
}
