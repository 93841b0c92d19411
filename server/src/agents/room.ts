// The manifest of agents and their versions.
import { agentOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Room } from '../calls/room.ts'
import * as operations from './operations.ts'

export function createAgents(): Room<typeof agentOperations> {
  return { name: 'agents', operations: bindRoom(null, agentOperations, operations) }
}
