// A room's manifest: what the room provides to the rest of the server. Rooms are created in rooms.ts, in the order of the layers.
import type { OperationId, ResourceKind } from '@parley/contract'
import type { Purge } from '../database/purge.ts'
import type { WorkKind } from '../work/port.ts'
import type { Access } from './access.ts'
import type { RequestOrigin } from './call.ts'
import type { Handlers } from './context.ts'

/** What a request for a resource says before its body is read. */
export interface NamedResource {
  readonly operation_id: OperationId
  readonly path: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  readonly from: RequestOrigin
}

/** Finds what the address of a resource gives access to. Null: nothing, or its token is not valid. Throws other refusals. */
export type ResolveResource = (named: NamedResource) => Promise<Access | null>

/** Throws what forbids a visitor to call with the token of their conversation. */
export type CheckVisitor = (access: Access, from: RequestOrigin) => Promise<void>

export type Resources = Partial<Record<ResourceKind, ResolveResource>>

/** `Group`: the operations in the room's contract. */
export interface Room<Group = object> {
  readonly name: string
  /** Their handlers. */
  readonly operations: Handlers<keyof Group & OperationId>
  /** What it gives access to by addresses with a token of their own. */
  readonly resources?: Resources
  /** Work that it does later or repeatedly, on any node. */
  readonly work?: WorkKind[]
  /** What it has of an organization that is deleted, in the order in which it can go. */
  readonly purges?: readonly Purge[]
  /** Starts background work; disposing of the result ends it. Rooms start in order and end in reverse. */
  start?(): Promise<AsyncDisposable | Disposable>
}
