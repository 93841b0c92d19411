// The manifest of the health checks.
import { systemOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Room } from '../calls/room.ts'
import * as operations from './operations.ts'

export function createSystem(): Room<typeof systemOperations> {
  return { name: 'system', operations: bindRoom(null, systemOperations, operations) }
}
