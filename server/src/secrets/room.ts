// The manifest of organizations' secrets.
import { secretOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Room } from '../calls/room.ts'
import * as operations from './operations.ts'
import { purges } from './purge.ts'

export function createSecrets(): Room<typeof secretOperations> {
  return { name: 'secrets', purges, operations: bindRoom(null, secretOperations, operations) }
}
