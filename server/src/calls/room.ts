// A room's manifest: what the room provides to the rest of the server. Rooms are created in rooms.ts, in the order of the layers.
import type { OperationId } from '@parley/contract'
import type { WorkKind } from '../work/port.ts'
import type { Handlers } from './context.ts'

/** `Group`: the operations in the room's contract. */
export interface Room<Group = object> {
  readonly name: string
  /** Their handlers. */
  readonly operations: Handlers<keyof Group & OperationId>
  /** Work that it does later or repeatedly, on any node. */
  readonly work?: WorkKind[]
  /** Starts background work; disposing of the result ends it. Rooms start in order and end in reverse. */
  start?(): Promise<AsyncDisposable | Disposable>
}
