// Every error that the API can answer: its code, status and default text. The only table from error to status.
import { Type } from './type.ts'
import { Assignee, handledBy } from './hand-off/objects.ts'
import { organizationErrors } from './organizations/errors.ts'
import { named, nullable, oneOf } from './schema.ts'
import { budgetErrors } from './budget-errors.ts'
import { problemCodes } from './workflows/words.ts'

interface ErrorEntry {
  status: number
  /** The `code` in the answer, if it differs from the name. */
  code?: string
  detail: string
}

export const errorTable = {
  ...organizationErrors,
  ...budgetErrors,
  malformed_request: { status: 400, detail: 'The request body is not valid JSON. Correct it and send it again.' },
  channel_not_configured: {
    status: 400,
    detail: 'The agent is not configured for this channel. Enable the channel in a version and publish it.',
  },
  template_failed: {
    status: 400,
    detail: 'A template of the agent could not be rendered. Correct it in a new version.',
  },
  agent_inactive: { status: 400, detail: 'The agent is not active. Activate it first.' },
  version_not_published: { status: 400, detail: 'The agent version is not published. Publish it first.' },
  version_published: { status: 400, detail: 'A published version cannot be changed. Create a draft and change that.' },
  workflow_not_published: {
    status: 400,
    code: 'version_not_published',
    detail: 'The workflow version is not published. Publish it first.',
  },
  call_loop: {
    status: 400,
    detail:
      'The call comes from a chain of calls between workflows and agents that is as deep as it may be. Break the loop.',
  },
  unauthorized: { status: 401, detail: 'Invalid or missing credentials.' },
  organization_missing: { status: 401, detail: 'Token is missing organization claim.' },
  hook_signature_invalid: { status: 401, code: 'unauthorized', detail: 'Invalid signature.' },
  forbidden: { status: 403, detail: 'The credential has none of the scopes that allow this.' },
  cross_site_refused: {
    status: 403,
    detail:
      'A request with a session cookie must come from a page of this server and have the header X-Parley-Csrf: 1.',
  },
  upload_url_invalid: {
    status: 403,
    detail: 'The address is not valid, or closed, or has expired. Ask for a new one with `upload-url`.',
  },
  browser_key_refused: {
    status: 403,
    detail: 'API keys and personal access tokens do not belong into a browser. Use a conversation token there.',
  },
  origin_not_allowed: {
    status: 403,
    detail: 'The web widget may not be used on this site, or its frame was loaded too long ago. Load it again.',
  },
  visitor_blocked: { status: 403, detail: 'The site has blocked this visitor.' },
  identity_invalid: {
    status: 403,
    detail: 'The identity is not valid, or has expired. The site has to sign a new one.',
  },
  identity_required: { status: 403, detail: 'Only visitors whom the site has signed can use this web widget.' },
  captcha_required: { status: 403, detail: 'Solve the CAPTCHA and send its token as `captcha_token`.' },
  captcha_failed: { status: 403, detail: 'The CAPTCHA was not solved, or its token was used before. Solve a new one.' },
  not_found: { status: 404, detail: 'Not found' },
  brief_not_found: { status: 404, code: 'not_found', detail: 'Not Found' },
  brand_not_found: {
    status: 404,
    detail: 'No brand was found: the site cannot be reached, or says nothing about its title, colors or logos.',
  },
  upload_timed_out: {
    status: 408,
    detail: 'No byte arrived for 30 seconds, or the upload took longer than 10 minutes. Send the whole file again.',
  },
  conversation_not_text: { status: 409, detail: 'Only text conversations support this.' },
  conversation_not_active: { status: 409, detail: 'The conversation is not active.' },
  conversation_active: { status: 409, detail: 'The conversation has not ended. End it first.' },
  content_purged: {
    status: 409,
    detail: 'The content of the conversation was purged, as its agent is configured. Nothing can be added to it.',
  },
  feedback_given: { status: 409, detail: 'Feedback on this conversation was given before.' },
  feedback_closed: {
    status: 409,
    detail: 'The web widget takes no feedback, or the conversation ended more than seven days ago.',
  },
  analysis_in_progress: {
    status: 409,
    detail: 'The conversation is being analyzed. Try again when the analysis is done.',
  },
  conversation_ended: { status: 409, detail: 'The conversation ended before the reply was complete.' },
  conversation_ending: { status: 409, detail: 'The conversation is about to end and accepts no more messages.' },
  conversation_id_taken: { status: 409, detail: 'Another conversation has this id. Use a new one.' },
  conversation_busy: { status: 409, detail: 'Too many calls are changing this conversation at once. Try again.' },
  message_stored: {
    status: 409,
    detail: 'A message with this client_id is stored already. Read its turn, or the transcript.',
  },
  widget_answered: { status: 409, detail: 'The widget was answered already, so the message was not stored.' },
  turn_cancelled: { status: 409, detail: 'The turn was cancelled.' },
  turn_taken_over: { status: 409, detail: 'A person has taken over the conversation.' },
  conversation_taken: { status: 409, detail: 'Somebody else has taken this conversation.' },
  conversation_not_taken: { status: 409, detail: 'Take the conversation first.' },
  conversation_has_no_agent: {
    status: 409,
    detail: 'The conversation has no agent version, so nothing can be returned to it. End it instead.',
  },
  handoff_not_supported: { status: 409, detail: 'People cannot answer on this channel.' },
  handoff_limit_reached: {
    status: 409,
    detail: 'A person was asked for as often as this conversation allows. Go on with the agent.',
  },
  nobody_available: { status: 409, detail: 'The team is closed. Try again when it opens.' },
  not_up_to_date: { status: 409, detail: 'There are newer answers.' },
  nothing_to_answer: {
    status: 409,
    detail: 'Every message of the end user is answered. Return the conversation without `answer`.',
  },
  already_rated: { status: 409, detail: 'This conversation was rated before.' },
  rating_closed: { status: 409, detail: 'This conversation takes no rating, or it ended too long ago.' },
  team_key_taken: { status: 409, detail: 'Another team has this key. Choose a different one.' },
  shortcut_taken: { status: 409, detail: 'Another canned reply has this shortcut. Choose a different one.' },
  too_many_teams: { status: 409, detail: 'The organization has reached its limit of 100 teams. Delete one first.' },
  too_many_canned_replies: {
    status: 409,
    detail: 'The organization has reached its limit of 2,000 canned replies. Delete one first.',
  },
  too_many_tags: {
    status: 409,
    detail: 'The organization has reached its limit of 1,000 tags. Use one that exists, or remove one everywhere.',
  },
  too_many_notes: {
    status: 409,
    detail: 'The conversation has reached its limit of 1,000 notes. Delete one first.',
  },
  too_many_conversations_held: {
    status: 409,
    detail: 'This person holds 1,000 conversations. Return or end one first.',
  },
  turn_superseded: { status: 409, detail: 'A newer message replaced this turn.' },
  turn_in_progress: {
    status: 409,
    detail: 'Another turn of this conversation is running. Wait until it has ended, or cancel it.',
  },
  agent_in_use: { status: 409, detail: 'The agent has active conversations. End them first.' },
  webhook_inactive: { status: 409, detail: 'The webhook endpoint is not active. Activate it first.' },
  too_many_webhooks: {
    status: 409,
    detail: 'The organization has reached its limit of 50 webhook endpoints. Delete one first.',
  },
  too_many_secrets: { status: 409, detail: 'The organization has reached its limit of 200 secrets. Delete one first.' },
  secrets_too_large: {
    status: 409,
    detail: 'The secrets of the organization would exceed their limit of bytes. Delete one, or set a shorter value.',
  },
  member_exists: { status: 409, detail: 'This user is already a member.' },
  invitation_needed: {
    status: 409,
    detail: 'This user has an account. Send an invitation; only they can accept it.',
  },
  invitation_needs_sign_in: { status: 409, detail: 'This user has an account. Sign in first, then accept.' },
  too_many_members: {
    status: 409,
    detail: 'The organization has reached its limit of 10,000 members and open invitations. Remove one first.',
  },
  too_many_credentials: { status: 409, detail: 'The limit of keys or tokens has been reached. Delete one first.' },
  too_many_invitations: {
    status: 409,
    detail: 'The organization has reached its limit of 1,000 open invitations. Delete one first.',
  },
  slug_taken: { status: 409, detail: 'Another organization has this slug. Choose a different one.' },
  dataset_id_taken: { status: 409, detail: 'Another dataset has this id. Use a new one.' },
  source_id_taken: { status: 409, detail: 'Another source has this id. Use a new one.' },
  file_missing: { status: 409, detail: 'The source has no file yet. Upload its bytes first.' },
  not_a_url: { status: 409, detail: 'The source is a file; only a URL can be crawled.' },
  not_a_file: { status: 409, detail: 'The source is a URL; only a file can be sent. Crawl it instead.' },
  too_many_datasets: {
    status: 409,
    detail: 'The organization has reached its limit of datasets. Delete one first.',
  },
  too_many_sources: {
    status: 409,
    detail: 'The organization has reached its limit of sources. Delete some first.',
  },
  too_many_attachments: {
    status: 409,
    detail:
      'With those of its pages, the call would change more than 10,000 attachments. Name fewer sources or datasets, or detach the source from some datasets first.',
  },
  quota_exceeded: {
    status: 409,
    detail: 'The organization has reached its limit of stored bytes or chunks. Delete sources first.',
  },
  too_many_web_widgets: {
    status: 409,
    detail: 'The organization has reached its limit of web widgets. Delete one first.',
  },
  too_many_identity_keys: {
    status: 409,
    detail: 'The web widget has two identity keys. Delete the one that the site no longer uses first.',
  },
  too_many_blocks: {
    status: 409,
    detail: 'The web widget has reached its limit of blocked visitors. Delete a block first.',
  },
  workflow_in_use: {
    status: 409,
    detail: 'The workflow is live, has open executions, or a published agent uses it.',
  },
  workflow_not_live: { status: 409, detail: 'The workflow is not live. Go live with a published version first.' },
  trigger_conflict: {
    status: 409,
    detail: "Another live workflow runs before this agent's conversations.",
  },
  execution_active: { status: 409, detail: 'The execution has not ended.' },
  execution_not_waiting: { status: 409, detail: 'The execution is not waiting.' },
  connection_in_use: { status: 409, detail: 'A published version uses this connection.' },
  connection_name_taken: { status: 409, detail: 'Another connection has this name. Choose a different one.' },
  too_many_workflows: {
    status: 409,
    detail: 'The organization has reached its limit of workflows. Delete one first.',
  },
  too_many_workflow_versions: {
    status: 409,
    detail: 'The workflow has reached its limit of versions. Delete a draft, or create another workflow.',
  },
  too_many_connections: {
    status: 409,
    detail: 'The organization has reached its limit of connections. Delete one first.',
  },
  revision_mismatch: {
    status: 412,
    detail: 'The version has changed since it was read. Read it again, then repeat the change.',
  },
  body_too_large: { status: 413, detail: 'The request body is larger than the limit. Send a smaller one.' },
  file_too_large: { status: 413, detail: 'The file is larger than the limit. Send a smaller one.' },
  unsupported_media_type: { status: 415, detail: 'The request body must be JSON (application/json).' },
  hook_media_type_unsupported: {
    status: 415,
    code: 'unsupported_media_type',
    detail: 'The body must be JSON, a form or a text.',
  },
  validation_failed: { status: 422, detail: 'The request is not valid.' },
  too_many_audit_entries: {
    status: 422,
    detail: 'More entries match than one export may have. Export them in parts, with `after` and `before`.',
  },
  idempotency_key_reused: {
    status: 422,
    detail: 'This idempotency key was used for another request, or by a caller with other permissions. Use a new key.',
  },
  rate_limited: { status: 429, detail: 'Too many requests. Wait before you send the next one.' },
  too_many_waiting_turns: {
    status: 429,
    detail: 'Too many messages of this conversation are waiting. Try again when one has been answered.',
  },
  too_many_unanswered_messages: {
    status: 429,
    detail: 'There are 200 messages that no person has answered yet. Wait for an answer.',
  },
  conversation_full: {
    status: 429,
    detail: 'The conversation has as many messages as the web widget allows. Start a new one.',
  },
  widget_cap_reached: {
    status: 429,
    detail: 'The web widget has reached what it allows for now. Try again later.',
  },
  too_many_executions: { status: 429, detail: 'Too many executions are queued.' },
  too_many_streams: {
    status: 429,
    detail: 'Too many event streams are open on this server. Close one, or try again later.',
  },
  internal: { status: 500, detail: 'Internal server error' },
  outcome_unknown: {
    status: 500,
    detail:
      'The connection to the database failed during the commit, so the message may or may not be stored. Repeat the call with its idempotency key, or read the conversation.',
  },
  turn_failed: { status: 502, detail: 'The agent could not answer.' },
  turn_timed_out: { status: 504, code: 'turn_failed', detail: 'The agent did not answer in time.' },
  model_failed: { status: 502, detail: 'The language model could not answer.' },
  model_timed_out: { status: 504, code: 'model_failed', detail: 'The language model did not answer in time.' },
  embedding_failed: { status: 502, detail: 'The embedding model could not answer. Search by words, or try again.' },
  embedding_timed_out: {
    status: 504,
    code: 'embedding_failed',
    detail: 'The embedding model did not answer in time. Search by words, or try again.',
  },
  connection_failed: {
    status: 502,
    detail: 'The connection could not be reached, or its response is not valid. Check its address and its credentials.',
  },
  identity_provider_failed: {
    status: 502,
    detail: 'The identity provider could not be reached, or its response is not valid. Try again later.',
  },
  knowledge_unavailable: {
    status: 503,
    detail: 'Knowledge bases need the PostgreSQL extensions unaccent and pg_trgm.',
  },
  captcha_unavailable: {
    status: 503,
    detail: 'The CAPTCHA could not be checked, so nothing was started. Try again.',
  },
  migrating: { status: 503, detail: 'The server is bringing its database up to date. Try again in a moment.' },
  overloaded: {
    status: 503,
    detail: 'The server has more work than it can do, so nothing was done. Send it again after `Retry-After` seconds.',
  },
  unavailable: { status: 503, detail: 'The server cannot answer right now. Try again.' },
} as const satisfies Record<string, ErrorEntry>

export type ErrorName = keyof typeof errorTable

/** The `code` of an answer. */
export type ErrorCode = {
  [Name in ErrorName]: (typeof errorTable)[Name] extends { code: infer Code } ? Code : Name
}[ErrorName]

/** The HTTP status and the `code` of an error. */
export function describeError(name: ErrorName): { status: number; code: ErrorCode; detail: string } {
  const entry: ErrorEntry = errorTable[name]
  return { status: entry.status, code: (entry.code ?? name) as ErrorCode, detail: entry.detail }
}

const errorCodes = [
  ...new Set(Object.keys(errorTable).map((name) => describeError(name as ErrorName).code)),
].sort() as ErrorCode[]

export const FieldError = named(
  'FieldError',
  Type.Object({
    path: Type.String({
      description:
        'The faulty field as a dotted path, such as `config.llm.temperature`; empty for the whole body. Names longer than 64 characters and paths longer than 256 are cut off and end in `…`.',
    }),
    message: Type.String(),
    code: Type.Optional(oneOf(problemCodes, 'Of a problem of a workflow’s definition: its kind.')),
  }),
)

/**
 * Body of every error response. `detail` is compatible (end-conversation.yaml, `Error`); the rest is ours.
 * If the body has a `turn_id`, the message is stored; otherwise it is not.
 */
export const ErrorBody = named(
  'Error',
  Type.Object({
    detail: Type.String({ description: 'What went wrong, for people.' }),
    code: oneOf(errorCodes, 'What went wrong, for programs.'),
    request_id: Type.String({ description: 'The `x-request-id` of the response.' }),
    errors: Type.Optional(
      Type.Array(FieldError, {
        description: 'With 422: every fault of the request, at most 100 of them and 60 KiB.',
      }),
    ),
    turn_id: Type.Optional(Type.String({ description: 'The turn in which the message is stored.' })),
    running_turn_id: Type.Optional(Type.String({ description: 'With `turn_in_progress`: the turn that is running.' })),
    execution_id: Type.Optional(
      Type.String({ description: 'The execution that is stored, and goes on. Without it, nothing is stored.' }),
    ),
    handled_by: Type.Optional({
      ...handledBy,
      description: 'With the outcome of a turn: who handles the conversation now.',
    }),
    assignee: Type.Optional({
      ...nullable(Assignee),
      description: 'With `conversation_taken`: who holds it. Null: nobody does any more.',
    }),
    taken_at: Type.Optional(
      nullable(Type.String({ format: 'date-time', description: 'With `conversation_taken`: since when.' })),
    ),
    resets_at: Type.Optional(
      nullable(
        Type.String({
          format: 'date-time',
          description: 'With `budget_exceeded`: when the next period of the budget begins; null: it has one period.',
        }),
      ),
    ),
    outcome: Type.Optional({
      ...oneOf(['budget_exceeded']),
      description: 'With `turn_failed`: the outcome of the turn, if a budget has ended it.',
    }),
    opens_at: Type.Optional(
      nullable(
        Type.String({
          format: 'date-time',
          description: 'With `nobody_available`: when the team opens; null: nothing says so.',
        }),
      ),
    ),
  }),
)
