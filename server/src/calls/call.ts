// A call of an operation as data: its origin, its checked input, its result.
import type { Input, OperationId, Output } from '@parley/contract'
import type { Logger } from 'pino'
import type { StoredBlob } from '../blobs/blobs.ts'
import type { EventStream, FileStream, ForeignAnswer, TextStream } from './event-stream.ts'
import type { Principal } from './principal.ts'

export type CookieName = 'session' | 'sign_in'

/** Where a request comes from. */
export interface RequestOrigin {
  /** Whether it changes anything: it is not a GET. */
  readonly writes: boolean
  /** The token in `Authorization`; null without one. */
  readonly bearer: string | null
  /** What the browser says of the page; null: the header is missing. */
  readonly origin: string | null
  /** The origin at which this request reached the server. */
  readonly own_origin: string
  /** The client's address as reported by the nearest trusted proxy. */
  readonly address: string
}

/** The request of a program that knows nothing of this server, as it came. */
export interface ForeignRequest {
  readonly method: string
  /** By name, in small letters. Several of one name are joined with commas. */
  readonly headers: Readonly<Record<string, string>>
  /** Behind the question mark, without it. */
  readonly query: string
  /** Empty without one. */
  readonly body: Buffer
}

/** The HTTP request of a call: its client and the headers of the response. Other calls have none. */
export interface WebEdge {
  /** The client's address as reported by the nearest trusted proxy. */
  readonly address: string
  /** What the client says of itself; null: nothing. */
  readonly user_agent: string | null
  /** Path and query, to build links to other pages. */
  readonly url: string
  /** The address of this server as browsers and programs reach it: by the settings, else as the request names it. */
  readonly origin: string
  readonly from: RequestOrigin
  /** Of an operation that takes such requests; null: of another one. */
  readonly foreign: ForeignRequest | null
  readCookie(name: CookieName): string | null
  /** Null deletes it. */
  writeCookie(name: CookieName, value: string | null, seconds?: number): void
  setHeader(name: string, value: string): void
}

/** A file that came with a call. It is stored, and deleted after a day unless the call keeps it. */
export interface ReceivedFile {
  readonly blob: StoredBlob
  /** As the sender calls it; null where a name cannot be sent. */
  readonly name: string | null
  /** As the sender says. */
  readonly media_type: string | null
}

/** What a handler gets: the input of the contract, with a file where the caller sends its bytes. */
export type Received<In> = In extends { file: Blob } ? Omit<In, 'file'> & { file: ReceivedFile } : In

declare const checked: unique symbol
/** Input that was checked against the contract by `checkFlat`, or by HTTP, which has to convert text to numbers. */
export type Checked<Id extends OperationId> = Received<Input<Id>> & { readonly [checked]: Id }

/** The origin of a call. */
export interface Origin {
  readonly via: 'http' | 'mcp' | 'workflow' | 'channel'
  readonly request_id: string
  readonly log: Logger
  readonly accepts_stream: boolean
  /** The idempotency key and its request; null without one. */
  readonly key: RequestKey | null
  /** Required by operations for signing in; others may only add a header. */
  readonly edge: WebEdge | null
  /** How many workflows and tools have led to this call, one after another. Absent: none. */
  readonly depth?: number
}

export interface RequestKey {
  readonly value: string
  readonly method: string
  readonly path: string
  readonly body: unknown
  /** The conversation in the path, if there is one. */
  readonly conversation_id: string | null
}

export interface Answered<Id extends OperationId> {
  readonly output: Output<Id> | EventStream | TextStream | FileStream | ForeignAnswer
  /** Whether this is the result of an earlier call with the same idempotency key. */
  readonly replayed: boolean
}

export type Invoke = <Id extends OperationId>(
  id: Id,
  caller: Principal | null,
  input: Checked<Id>,
  from: Origin,
) => Promise<Answered<Id>>
