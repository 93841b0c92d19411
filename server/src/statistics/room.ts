// The manifest of statistics.
import { statisticsOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Room } from '../calls/room.ts'
import * as operations from './operations.ts'

export function createStatistics(): Room<typeof statisticsOperations> {
  return { name: 'statistics', operations: bindRoom(null, statisticsOperations, operations) }
}
