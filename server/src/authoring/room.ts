// The manifest of authoring.
import { authoringOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import type { AuthoringServices } from './authoring.ts'
import * as operations from './operations.ts'

export function createAuthoring(_core: Core, { models }: AuthoringServices): Room<typeof authoringOperations> {
  return { name: 'authoring', operations: bindRoom({ models }, authoringOperations, operations) }
}
