// A room's manifest: what the room hands to the rest of the server. Rooms are created in rooms.ts, in the order of the layers.
import type { OperationId } from '@parley/contract'
import type { WorkKind } from '../work/port.ts'
import type { Handlers } from './context.ts'

/** `Group`: the operations of the room's contract. */
export interface Room<Group = object> {
  readonly name: string
  /** What carries them out. */
  readonly operations: Handlers<keyof Group & OperationId>
  /** What it does later, or again and again, on whichever node. */
  readonly work?: WorkKind[]
  /** Begins what runs in the background; disposing of the answer ends it. Rooms start in order and end in reverse. */
  start?(): Promise<AsyncDisposable | Disposable>
}
