// The manifest of statistics.
import { statisticsOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import * as operations from './operations.ts'
import { statisticsWork } from './work.ts'
import { purges } from './purge.ts'

export function createStatistics({ database }: Core): Room<typeof statisticsOperations> {
  return {
    name: 'statistics',
    purges,
    operations: bindRoom(null, statisticsOperations, operations),
    work: [statisticsWork(database)],
  }
}
