// The context of an operation: the core, its room's own services, the caller, and the database opened for the caller's organization.
import type { Input, Operation, OperationId, Operations, Output } from '@parley/contract'
import type { Logger } from 'pino'
import type { AuditOrigin } from '../audit/entry.ts'
import type { RootStore, TransactionStore } from '../database/store.ts'
import type { CallKey } from '../idempotency/run-once.ts'
import type { Access } from './access.ts'
import type { Received, WebEdge } from './call.ts'
import type { Core } from './core.ts'
import type { EventStream, FileStream, ForeignAnswer, TextStream } from './event-stream.ts'
import type { Minter, Session } from './principal.ts'

/** `Own`: the private services of the operation's room. */
export interface PublicContext<Own = unknown> {
  readonly core: Core
  readonly room: Own
  readonly request_id: string
  readonly log: Logger
  /** Null for calls that did not come over HTTP. */
  readonly edge: WebEdge | null
  /** How many workflows and tools have led to this call, one after another. */
  readonly depth: number
  /** For entries of the audit log that the handler writes by itself. */
  readonly origin: AuditOrigin
}

/** A transaction with the call's entry in the audit log, which is written last. `outputOf`: what the call returns, for the entry. */
export type Audited = <T>(work: (tx: TransactionStore) => Promise<T>, outputOf?: (made: T) => unknown) => Promise<T>

/** A call of an operation for signing in, which only a browser can make. */
export interface SignInContext<Own = unknown> extends PublicContext<Own> {
  readonly edge: WebEdge
}

/** A call about the caller's session itself. */
export interface SessionContext<Own = unknown> extends SignInContext<Own> {
  readonly session: Session
}

/** A signed-in user's call about themselves, in no organization. */
export interface UserContext<Own = unknown> extends PublicContext<Own> {
  readonly user: { readonly id: string; readonly email: string }
  readonly minter: Minter
}

/** A call within an organization. */
export interface Context<Own = unknown> extends PublicContext<Own> {
  readonly access: Access
  readonly store: RootStore
  /** Whether the caller accepts server-sent events. */
  readonly accepts_stream: boolean
  /** A stream ends after what is stored: its caller asks again for the rest. */
  readonly stops_at_stored?: boolean
  /** The idempotency key, only for operations that wait; null without one. */
  readonly key: CallKey | null
  /** For operations that are audited `by_itself`. */
  readonly audited: Audited
}

type ContextOf<O extends Operation, Own> = O['access'] extends 'public'
  ? O extends { sign_in: true }
    ? SignInContext<Own>
    : PublicContext<Own>
  : O['access'] extends 'user'
    ? UserContext<Own>
    : O['access'] extends 'session'
      ? SessionContext<Own>
      : Context<Own>

/** The implementation of an operation, typed by its entry in the contract. */
export type Handler<Id extends OperationId, Own = unknown> = (
  ctx: ContextOf<Operations[Id], Own>,
  input: Received<Input<Id>>,
) => Promise<AnswerOf<Id>>

/** Streaming operations may return a stream. */
export type AnswerOf<Id extends OperationId> = Operations[Id] extends { answer: { kind: 'events' } }
  ? (Operations[Id]['success'] extends { schema: object } ? Output<Id> : never) | EventStream
  : Operations[Id] extends { answer: { kind: 'text' } }
    ? Output<Id> | TextStream
    : Operations[Id] extends { answer: { kind: 'file' } }
      ? (Operations[Id]['success'] extends { schema: object } ? Output<Id> : never) | FileStream
      : Operations[Id] extends { foreign: object }
        ? Output<Id> | ForeignAnswer
        : Output<Id>

/** The handlers of these operations, from any room. */
export type Handlers<Id extends OperationId = OperationId> = { [Each in Id]: Handler<Each> }

type AnyHandler = (ctx: never, input: never) => Promise<unknown>

/** Passes a room's own services to its handlers as `ctx.room`. A missing handler does not compile. */
export function bindRoom<Own, Group extends Partial<Operations>>(
  own: Own,
  group: Group,
  handlers: { [Id in keyof Group & OperationId]: Handler<Id, Own> },
): Handlers<keyof Group & OperationId> {
  const bind = (handler: AnyHandler) => (ctx: object, input: never) => handler({ ...ctx, room: own } as never, input)
  const handlerOf = (id: string) => (handlers as Record<string, AnyHandler>)[id]!
  return Object.fromEntries(Object.keys(group).map((id) => [id, bind(handlerOf(id))])) as never
}
