// The manifest of authoring.
import { authoringOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import type { AuthoringServices } from './services.ts'
import * as operations from './operations.ts'
import { instructionsWork } from './work.ts'

export function createAuthoring(core: Core, { models }: AuthoringServices): Room<typeof authoringOperations> {
  const work = [instructionsWork({ ...core, models })]
  return { name: 'authoring', operations: bindRoom({ models }, authoringOperations, operations), work }
}
