// What an operation of the contract is, and the types that follow from it.
import type { Static, TObject, TSchema } from 'typebox'
import type { ErrorName } from './errors.ts'
import type { AuditTargetType } from './audit/words.ts'
import type { ConversationPermission, Scope } from './vocabulary.ts'

/** What an address gives access to with a token of its own: an upload by one in the address, a visitor by a bearer token. */
export type ResourceKind = 'upload' | 'visitor'

/**
 * Who can call it. `public`: anyone; `user`: a personal access token (without an organization) or a user's session; `session`: a
 * session; `member`: any credential of the organization; a list: any credential that has one of the scopes; `by`: anyone who has the
 * address of such a resource, with its token.
 */
export type OperationAccess =
  | 'public'
  | 'user'
  | 'session'
  | 'member'
  | readonly [Scope, ...Scope[]]
  | { readonly by: ResourceKind }

/**
 * `events`: server-sent events, with the data of each by its name. If `success` has a schema too, only callers that accept
 * `text/event-stream` get a stream; otherwise all do. `text`: `text/plain`, sent piece by piece as it is written; callers that ask
 * with `?format=json` get the schema of `success`. `file`: its bytes, as a download.
 */
export type OperationAnswer =
  | { readonly kind: 'events'; readonly data: Readonly<Record<string, TSchema>> }
  | { readonly kind: 'text'; readonly says: string }
  | { readonly kind: 'file'; readonly media_types: readonly string[] }

/**
 * Takes a file, in pieces as it arrives, as `file` of the input. `raw`: the whole body, of any media type. `multipart`: the part
 * `file` of a form, whose part `metadata` is JSON; where the operation has a body too, a request sends one or the other.
 */
export type OperationUpload =
  | { readonly form: 'raw' }
  | { readonly form: 'multipart'; readonly metadata: TObject; readonly describes: string }

/**
 * What a call leaves in the audit log: the kind of its target, and where its id is. `id`: the path parameter with it, or else the
 * field of the response. Of `organization`: the caller's own.
 */
export interface AuditedTarget {
  readonly target: AuditTargetType
  readonly id?: string
  /** The field of the target, or of the request, with its name. Default `name`. */
  readonly name?: string
  /** The part of the target that the call is about; paths of changes begin with `as` and the part's own `id`. */
  readonly part?: { readonly as: string; readonly id: string }
  /** Fields of the target whose values are secrets, although they can be read. */
  readonly secrets?: readonly string[]
  /** It waits for what no transaction waits for (T12), or has none of an organization: its handler writes the entry with its effect. */
  readonly by_itself?: true
  /** It changes nothing and shows what was said: it leaves an entry only with PARLEY_AUDIT_READS, and for people. */
  readonly reads?: true
}

export interface Operation {
  /** The name of the function, the SDK method, the metric label and the span. */
  id: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `{name}` for each path parameter. */
  path: string
  tag: string
  summary: string
  description?: string
  access: OperationAccess
  /** Whether a credential that is narrowed to some agents may call it; otherwise such a credential gets 404. */
  narrowed: boolean
  /**
   * Its entry in the audit log. True to the rule: changes outside conversations, and exports, have one; what is said in
   * conversations, and what is carried out (executions of workflows, tests), has none.
   */
  audit: AuditedTarget | false
  /** How many requests a call counts as in the rate limits. Default 1. */
  cost?: number
  /** A query field with which a call is so large that it is limited like an operation that costs more than one request. */
  large_with?: string
  /** Of a GET that answers keys, links or secrets, or acts outside: a partner who looks at the organization cannot call it. */
  not_for_views?: true
  /** The permission that a conversation token needs to call it; absent: no token can. */
  conversation_permission?: ConversationPermission
  /** Whether it waits for a model or a turn. It then has several transactions and binds its idempotency key itself. */
  waits?: true
  /** Whether it commits in parts that can each be repeated. Its idempotency key is bound before the first. */
  in_parts?: true
  /** Marks a POST that changes nothing, so it is safe to repeat without an idempotency key. */
  changes_nothing?: true
  /**
   * Whether it is part of signing in. Its response may set the session's cookie and is never cached, and calls from pages of
   * another origin are refused. A POST takes no idempotency key, because a response with a session is never stored.
   */
  sign_in?: true
  params?: TObject
  query?: TObject
  /** Custom headers; the input has them under their names with underscores. */
  headers?: TObject
  body?: TObject
  /** The one field of `body` that is the request's whole body: such as a list, or one of several shapes. */
  whole_body?: string
  /** Whether the request may come without a body. */
  body_optional?: boolean
  upload?: OperationUpload
  /**
   * Takes requests of programs that know nothing of this server: of these methods, with any query, headers and body, which the input does
   * not have. What it answers may have another status and form than `success`.
   */
  foreign?: { readonly methods: readonly Operation['method'][] }
  /** 303 redirects browsers to the address in `Location`. */
  success: { status: 200 | 201 | 202 | 204 | 303; description: string; schema?: TSchema }
  /** What it can answer besides JSON; absent: only JSON. */
  answer?: OperationAnswer
  /** Whether pages of other sites call it: their origins get CORS headers if the settings list them, and addresses have a limit. */
  from_sites?: true
  /** Whether the query parameter `token` may carry a conversation token, because `EventSource` cannot send headers. */
  token_in_query?: true
  /** Errors specific to the operation; those of access and validation follow from its other fields. */
  errors: readonly ErrorName[]
}

type Part<T> = T extends TObject ? Static<T> : unknown

/** What carries a file, where the operation takes one. A `File` has a name. */
type Form<U> = U extends { form: 'multipart'; metadata: infer M extends TObject }
  ? { file: Blob; metadata?: Static<M> }
  : { file: Blob }

type Content<O extends Operation> = O extends { upload: infer U }
  ? (O extends { body: infer B extends TObject } ? Static<B> : never) | Form<U>
  : Part<O['body']>

/** A call's input: path, query, headers and body in one object; a test of the contract ensures that their names differ. */
export type InputOf<O extends Operation> = Part<O['params']> & Part<O['query']> & Part<O['headers']> & Content<O>

/** What the operation returns; nothing for 204. */
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
