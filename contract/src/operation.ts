// What an operation of the contract is, and the types that follow from it.
import type { Static, TObject, TSchema } from 'typebox'
import type { ErrorName } from './errors.ts'
import type { ConversationPermission, Scope } from './vocabulary.ts'

/**
 * Who may call: `public` needs no credential, `user` a personal access token (no organization) or a user's session, `session` a
 * session, `member` any credential of the organization, a list any credential that holds one of the scopes.
 */
export type OperationAccess = 'public' | 'user' | 'session' | 'member' | readonly [Scope, ...Scope[]]

/**
 * `events`: server-sent events, the data of each by its name. With a schema of `success` beside it the answer is a stream only for
 * callers that accept `text/event-stream`, otherwise always. `text`: `text/plain`, sent piece by piece as it is written; the schema
 * of `success` is for callers that ask with `?format=json`.
 */
export type OperationAnswer =
  | { readonly kind: 'events'; readonly data: Readonly<Record<string, TSchema>> }
  | { readonly kind: 'text'; readonly says: string }

export interface Operation {
  /** Names the function, the SDK method, the metric label and the span. */
  id: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `{name}` for each path parameter. */
  path: string
  tag: string
  summary: string
  description?: string
  access: OperationAccess
  /** Whether a credential narrowed to some agents may call it; else it answers 404 to such a one. */
  narrowed: boolean
  /** How many requests one call counts as towards the rate limits. Default 1. */
  cost?: number
  /** What a conversation token needs to call it; absent: such a token cannot. */
  conversation_permission?: ConversationPermission
  /** Whether it waits for a model or a turn: then it is more than one transaction, and binds its idempotency key itself. */
  waits?: true
  /** Whether it commits part by part, each of which can be repeated: its idempotency key is bound before the first. */
  in_parts?: true
  /** Of a POST that changes nothing, and so is safe to repeat without an idempotency key. */
  changes_nothing?: true
  /**
   * Whether it is about signing in: its answer may set the session's cookie, is never cached, and a call that a page of another
   * origin makes is refused. A POST takes no idempotency key, since no answer that holds a session is kept.
   */
  sign_in?: true
  params?: TObject
  query?: TObject
  /** Headers of ours, in the input under their names with underscores. */
  headers?: TObject
  body?: TObject
  /** Whether the request may come without a body. */
  body_optional?: boolean
  /** 303 is for browsers: where to is in `Location`. */
  success: { status: 200 | 201 | 202 | 204 | 303; description: string; schema?: TSchema }
  /** What it answers besides JSON; absent: JSON only. */
  answer?: OperationAnswer
  /** Whether a conversation token may come as the query's `token`: `EventSource` cannot send headers. */
  token_in_query?: true
  /** Refusals of the operation's own; those of access and validation come from its shape. */
  errors: readonly ErrorName[]
}

type Part<T> = T extends TObject ? Static<T> : unknown

/** What a caller gives: path, query, headers and body in one object; the contract's test keeps their names apart. */
export type InputOf<O extends Operation> = Part<O['params']> & Part<O['query']> & Part<O['headers']> & Part<O['body']>

/** What the operation answers; nothing for 204. */
export type OutputOf<O extends Operation> = O['success'] extends { schema: infer S extends TSchema } ? Static<S> : void

export function defineOperation<const O extends Operation>(operation: O): O {
  return operation
}

/** `if_match` of the input is the header `If-Match`. */
export function headerName(field: string): string {
  return field
    .split('_')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('-')
}
