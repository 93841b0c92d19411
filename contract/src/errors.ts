// Every refusal the API can give: its code, its status and its default text. The one table from error to status.
import { Type } from 'typebox'
import { named, oneOf } from './schema.ts'

interface ErrorEntry {
  status: number
  /** The wire's `code`, where it differs from the name. */
  code?: string
  detail: string
}

export const errorTable = {
  malformed_request: { status: 400, detail: 'The request body is not valid JSON.' },
  channel_not_configured: { status: 400, detail: 'The channel is not configured.' },
  template_failed: { status: 400, detail: 'A template of the agent cannot be rendered.' },
  agent_inactive: { status: 400, detail: 'The agent is not active.' },
  version_not_published: { status: 400, detail: 'The agent version is not published.' },
  version_published: { status: 400, detail: 'A published version cannot be changed.' },
  unauthorized: { status: 401, detail: 'Invalid or missing credentials.' },
  organization_missing: { status: 401, detail: 'Token is missing organization claim.' },
  forbidden: { status: 403, detail: 'The credential does not hold a scope that allows this.' },
  cross_site_refused: {
    status: 403,
    detail:
      'A request with a session’s cookie has to come from a page of this server, with the header X-Parley-Csrf: 1.',
  },
  not_found: { status: 404, detail: 'Not found' },
  conversation_not_text: { status: 409, detail: 'Only text conversations can do this.' },
  conversation_not_active: { status: 409, detail: 'The conversation is not active.' },
  conversation_active: { status: 409, detail: 'The conversation has not ended yet.' },
  analysis_in_progress: { status: 409, detail: 'The conversation is being analysed.' },
  conversation_ended: { status: 409, detail: 'The conversation was ended before the reply was complete.' },
  conversation_ending: { status: 409, detail: 'The conversation is about to end and takes no more messages.' },
  conversation_id_taken: { status: 409, detail: 'This conversation id is taken.' },
  conversation_busy: { status: 409, detail: 'The conversation is being changed by too many calls at once.' },
  turn_cancelled: { status: 409, detail: 'The turn was cancelled.' },
  turn_superseded: { status: 409, detail: 'A newer message took the place of this turn.' },
  turn_in_progress: { status: 409, detail: 'Another turn of this conversation is running.' },
  agent_in_use: { status: 409, detail: 'The agent has active conversations.' },
  webhook_inactive: { status: 409, detail: 'The webhook endpoint is not active.' },
  too_many_webhooks: { status: 409, detail: 'The organization has as many webhook endpoints as it may have.' },
  too_many_secrets: { status: 409, detail: 'The organization has as many secrets as it may have.' },
  secrets_too_large: {
    status: 409,
    detail: 'The values of the organization’s secrets would have more bytes together than the limit allows.',
  },
  member_exists: { status: 409, detail: 'This user is already a member.' },
  invitation_needed: {
    status: 409,
    detail: 'This user has an account. Send an invitation; only they can accept it.',
  },
  invitation_needs_sign_in: { status: 409, detail: 'This user is known here: sign in first, then accept.' },
  too_many_members: {
    status: 409,
    detail: 'The organization has reached its limit of 10,000 members and open invitations. Remove one first.',
  },
  too_many_credentials: { status: 409, detail: 'The limit of keys or tokens is reached. Delete one first.' },
  too_many_invitations: { status: 409, detail: 'The organization has as many open invitations as it may have.' },
  slug_taken: { status: 409, detail: 'This slug is taken.' },
  revision_mismatch: { status: 412, detail: 'The version was changed by someone else; read it again.' },
  body_too_large: { status: 413, detail: 'The request body is larger than the limit.' },
  unsupported_media_type: { status: 415, detail: 'The request body must be JSON (application/json).' },
  validation_failed: { status: 422, detail: 'The request is not valid.' },
  idempotency_key_reused: {
    status: 422,
    detail: 'This idempotency key was used for another request, or by a caller with other rights.',
  },
  rate_limited: { status: 429, detail: 'Too many requests.' },
  too_many_waiting_turns: { status: 429, detail: 'Too many messages of this conversation are waiting for their turn.' },
  too_many_streams: { status: 429, detail: 'Too many event streams are open on this server.' },
  internal: { status: 500, detail: 'Internal server error' },
  outcome_unknown: {
    status: 500,
    detail:
      'The database was lost in the middle of the commit: the message may be stored or not. Repeat the call with its idempotency key, or read the conversation.',
  },
  turn_failed: { status: 502, detail: 'The agent could not answer.' },
  turn_timed_out: { status: 504, code: 'turn_failed', detail: 'The agent did not answer in time.' },
  model_failed: { status: 502, detail: 'The language model could not answer.' },
  model_timed_out: { status: 504, code: 'model_failed', detail: 'The language model did not answer in time.' },
  identity_provider_failed: { status: 502, detail: 'The identity provider could not be asked.' },
  unavailable: { status: 503, detail: 'The server cannot answer just now; try again.' },
} as const satisfies Record<string, ErrorEntry>

export type ErrorName = keyof typeof errorTable

/** HTTP status and wire code of an error. */
export function describeError(name: ErrorName): { status: number; code: string; detail: string } {
  const entry: ErrorEntry = errorTable[name]
  return { status: entry.status, code: entry.code ?? name, detail: entry.detail }
}

const errorCodes = [...new Set(Object.keys(errorTable).map((name) => describeError(name as ErrorName).code))].sort()

export const FieldError = named(
  'FieldError',
  Type.Object({
    path: Type.String({
      description:
        'Where the fault is, with dots: `config.llm.temperature`; empty for the whole body. Names of more than 64 characters, and paths of more than 256, are cut off and end in `…`.',
    }),
    message: Type.String(),
  }),
)

/**
 * Body of every error answer. `detail` is compatible (end-conversation.yaml, `Error`); the rest is ours.
 * A body with a `turn_id` says that the message is stored, one without that it is not.
 */
export const ErrorBody = named(
  'Error',
  Type.Object({
    detail: Type.String({ description: 'What is wrong, for a person.' }),
    code: oneOf(errorCodes, 'What is wrong, for a program.'),
    request_id: Type.String({ description: 'The `x-request-id` of the answer.' }),
    errors: Type.Optional(
      Type.Array(FieldError, {
        description: 'Every fault of a request that is not valid (422), up to 100 and 60 KiB.',
      }),
    ),
    turn_id: Type.Optional(Type.String({ description: 'The turn that holds the stored message.' })),
    running_turn_id: Type.Optional(Type.String({ description: 'With `turn_in_progress`: the turn that runs.' })),
  }),
)
