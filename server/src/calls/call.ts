// A call of an operation as data: what it came by, its checked input, its answer.
import type { Input, OperationId, Output } from '@parley/contract'
import type { Logger } from 'pino'
import type { EventStream, TextStream } from './event-stream.ts'
import type { Principal } from './principal.ts'

export type CookieName = 'session' | 'sign_in'

/** The request that a call came in: the browser or client behind it, and headers of the answer. Only calls over HTTP have one. */
export interface WebEdge {
  /** Of the client, as the nearest trusted proxy reports it. */
  readonly address: string
  /** Path and query, for links to other pages. */
  readonly url: string
  readCookie(name: CookieName): string | null
  /** Null deletes it. */
  writeCookie(name: CookieName, value: string | null, seconds?: number): void
  setHeader(name: string, value: string): void
}

declare const checked: unique symbol
/** Input that was checked against the contract: by `checkFlat`, or by HTTP, which has to make numbers of text. */
export type Checked<Id extends OperationId> = Input<Id> & { readonly [checked]: Id }

/** What a call came by. */
export interface Origin {
  readonly via: 'http' | 'mcp' | 'workflow' | 'channel'
  readonly request_id: string
  readonly log: Logger
  readonly accepts_stream: boolean
  /** The idempotency key with the request that it stands for; null without one. */
  readonly key: RequestKey | null
  /** Required by operations about signing in; others may only add a header. */
  readonly edge: WebEdge | null
}

export interface RequestKey {
  readonly value: string
  readonly method: string
  readonly path: string
  readonly body: unknown
  /** The conversation that the path names, if it does. */
  readonly conversation_id: string | null
}

export interface Answered<Id extends OperationId> {
  readonly output: Output<Id> | EventStream | TextStream
  /** An earlier call with the same idempotency key was answered so. */
  readonly replayed: boolean
}

export type Invoke = <Id extends OperationId>(
  id: Id,
  caller: Principal | null,
  input: Checked<Id>,
  from: Origin,
) => Promise<Answered<Id>>
