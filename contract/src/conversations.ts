// The operations on conversations.
import { Type } from './type.ts'
import { AgentConfig } from './agent-config.ts'
import { ConversationFilters, conversationFilters } from './conversation-filters.ts'
import { Conversation, EndConversationResponse, ImportError, MessageReply } from './conversation.ts'
import { turnStreamData } from './events.ts'
import { externalPerson } from './hand-off/objects.ts'
import { ImportedConversation } from './import.ts'
import { Message } from './message.ts'
import { defineOperation } from './operation.ts'
import { conversationReadAccess } from './scopes.ts'
import { turnOperations } from './turns.ts'
import { JsonObject, Timestamp, nullable, oneOf, uuidText, idempotencyHeader } from './schema.ts'
import { channels, concurrencyRules, conversationPermissions, endModes } from './vocabulary.ts'

const conversationPath = Type.Object({ conversation_id: Type.String() })
const shortText = (description: string) => Type.Optional(nullable(Type.String({ maxLength: 1000, description })))

const tag = 'Conversations'
const read = conversationReadAccess
const manage = ['conversations:manage'] as const

const lifecycleOperations = {
  createConversation: defineOperation({
    id: 'createConversation',
    method: 'POST',
    path: '/core/conversations',
    tag,
    summary: 'Create a conversation',
    description:
      'Text conversations need exactly one of `agent_id`, `agent_version_id` and `agent_config`. A configuration that uses secrets also needs `agents:manage` (403); one that names datasets needs `sources:read`, `sources:manage` or `agents:manage`, and one that executes workflows `agents:manage`. If a workflow is executed before the conversation, the call waits for it, up to 60 seconds, and answers the conversation as it is then: `in_progress`, `cancelled` or `failed`.',
    access: manage,
    narrowed: true,
    audit: false,
    waits: true,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      id: Type.Optional(
        nullable(uuidText('Makes creation idempotent: the same id and body return the same response.')),
      ),
      channel: oneOf(channels),
      user_id: Type.String({ minLength: 1, maxLength: 512, description: 'Your own id for the end user.' }),
      agent_id: Type.Optional(
        nullable(Type.String({ description: 'The agent; its newest published version is used, or `version`.' })),
      ),
      agent_version_id: Type.Optional(nullable(Type.String({ description: 'A published version.' }))),
      agent_config: Type.Optional(nullable(AgentConfig)),
      version: Type.Optional(
        Type.Unsafe<number | 'latest' | null>({
          description: 'Only with `agent_id`. Default `latest`, the newest published version.',
          anyOf: [
            { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
            { type: 'string', const: 'latest' },
            { type: 'null' },
          ],
        }),
      ),
      initial_context: Type.Optional(
        nullable(Type.String({ description: 'Added to the prompt. At most 32,000 characters.' })),
      ),
      custom_metadata: Type.Optional(
        nullable(
          Type.Unsafe<Record<string, unknown>>({
            ...JsonObject,
            description:
              'Any JSON object of at most 64 KiB with its numbers written out in full. Numbers are 64-bit floating point; one that would lose digits or its size (422) must be sent as text.',
          }),
        ),
      ),
      agent_number: shortText('For telephone.'),
      to_address: shortText('For telephone and e-mail.'),
      from_address: shortText('For telephone and e-mail.'),
      subject: shortText('For e-mail.'),
    }),
    success: {
      status: 200,
      description: 'The conversation, which is in progress, and the greeting.',
      schema: Type.Object({ conversation: Conversation, starting_message: nullable(Type.String()) }),
    },
    errors: [
      'channel_not_configured',
      'agent_inactive',
      'template_failed',
      'version_not_published',
      'not_found',
      'conversation_id_taken',
      'budget_exceeded',
      'model_failed',
      'model_timed_out',
    ],
  }),
  sendConversationMessage: defineOperation({
    id: 'sendConversationMessage',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/messages',
    tag,
    summary: "Send a message and get the agent's reply",
    description:
      'If the body of the response has a `turn_id`, the message is stored; otherwise it is not. A message with a `client_id` that the conversation has already is not stored again (409 `message_stored`, with its `turn_id`), even after its `Idempotency-Key` is forgotten. With `Accept: text/event-stream` the turn is streamed; an error before it is plain JSON. The deltas since the last `turn.restarted`, joined, are the `reply`.',
    access: manage,
    narrowed: true,
    audit: false,
    waits: true,
    conversation_permission: 'message',
    params: conversationPath,
    headers: Type.Object({
      ...idempotencyHeader,
      parley_concurrency: Type.Optional(
        oneOf(concurrencyRules, "Overrides the agent version's rule for this message."),
      ),
    }),
    body: Message,
    success: { status: 200, description: 'The reply.', schema: MessageReply },
    answer: { kind: 'events', data: turnStreamData },
    errors: [
      'budget_exceeded',
      'not_found',
      'conversation_not_text',
      'conversation_not_active',
      'conversation_ended',
      'conversation_ending',
      'message_stored',
      'widget_answered',
      'turn_cancelled',
      'turn_superseded',
      'turn_taken_over',
      'turn_in_progress',
      'too_many_waiting_turns',
      'too_many_unanswered_messages',
      'turn_failed',
      'turn_timed_out',
      'unavailable',
      'outcome_unknown',
    ],
  }),
  endConversation: defineOperation({
    id: 'endConversation',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/end',
    tag,
    summary: 'End a text conversation',
    description:
      'One commit completes the conversation and cancels its turns; nothing is added to the transcript afterwards. Ending a completed conversation returns it unchanged. With `conversations:reply` alone, members can end what they hold, and a key what the person of another desk holds whom it names as `external` (422 without).',
    access: ['conversations:manage', 'conversations:reply'],
    narrowed: true,
    audit: false,
    waits: true,
    conversation_permission: 'end',
    params: conversationPath,
    headers: Type.Object({
      ...idempotencyHeader,
      prefer: Type.Optional(
        Type.String({
          maxLength: 200,
          description: '`wait=N` waits up to N seconds (at most 60) for the summary; `wait=0` does not wait.',
        }),
      ),
    }),
    body: Type.Object({
      reason: Type.Optional(nullable(Type.String({ maxLength: 500, description: 'The reason, in your own words.' }))),
      mode: Type.Optional(
        nullable(
          oneOf(
            endModes,
            '`cut` (default) ends it now, even in the middle of a reply. `finish` accepts no new messages and ends it with the last open turn.',
          ),
        ),
      ),
      external: externalPerson,
    }),
    body_optional: true,
    success: {
      status: 200,
      description: 'The conversation has ended, now or earlier.',
      schema: EndConversationResponse,
    },
    errors: [
      'not_found',
      'conversation_not_text',
      'conversation_not_active',
      'conversation_taken',
      'conversation_not_taken',
    ],
  }),
  importConversations: defineOperation({
    id: 'importConversations',
    method: 'POST',
    path: '/core/conversations/import',
    tag,
    summary: 'Import conversations from another system',
    description:
      'Only inserts, and each row completely or not at all. A row with an existing `id` is `unchanged` if its content is the same, and an error otherwise. An interrupted call keeps the rows that it stored; sent again with its `Idempotency-Key`, it continues and counts them as `created`.',
    access: manage,
    narrowed: true,
    audit: false,
    in_parts: true,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      conversations: Type.Array(ImportedConversation, {
        minItems: 1,
        maxItems: 500,
        description: 'Each row is checked by itself: a bad row is an error of that row, not of the request.',
      }),
    }),
    success: {
      status: 200,
      description: 'The outcome of each row.',
      schema: Type.Object({ created: Type.Integer(), unchanged: Type.Integer(), errors: Type.Array(ImportError) }),
    },
    errors: [],
  }),
  updateConversation: defineOperation({
    id: 'updateConversation',
    method: 'PATCH',
    path: '/core/conversations/{conversation_id}',
    tag,
    summary: "Change a conversation's metadata",
    description:
      'A JSON merge patch (RFC 7396) of `custom_metadata`, possible in every status until the content is purged. Metadata are not redacted.',
    access: manage,
    narrowed: true,
    audit: false,
    params: conversationPath,
    body: Type.Object({
      custom_metadata: Type.Unsafe<Record<string, unknown>>({
        ...JsonObject,
        description: 'The patch: null removes a key.',
      }),
    }),
    success: { status: 200, description: 'The conversation after the change.', schema: Conversation },
    errors: ['not_found', 'content_purged'],
  }),
  deleteConversation: defineOperation({
    id: 'deleteConversation',
    method: 'DELETE',
    path: '/core/conversations/{conversation_id}',
    tag,
    summary: 'Delete a conversation',
    description:
      'An active conversation is ended first. Its content is removed; a record without content stays for audits. Events that have not been delivered to webhook endpoints are removed too: only `conversation.deleted` is still delivered.',
    access: manage,
    narrowed: true,
    audit: false,
    params: conversationPath,
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found'],
  }),
  createConversationToken: defineOperation({
    id: 'createConversationToken',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/token',
    tag,
    summary: 'Create a token for one conversation',
    description:
      'For browsers: a bearer token that acts as the end user of this conversation only. It can see messages and widgets; tool calls, their arguments and their results are omitted everywhere, including replies and their streams. With `message` it can cancel turns.',
    access: manage,
    narrowed: true,
    audit: false,
    params: conversationPath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      permissions: Type.Array(oneOf(conversationPermissions), { minItems: 1, maxItems: 5, uniqueItems: true }),
      expires_in: Type.Optional(
        nullable(Type.Integer({ minimum: 1, maximum: 86_400, description: 'Seconds. Default 3600.' })),
      ),
    }),
    success: {
      status: 200,
      description: 'The token.',
      schema: Type.Object({
        token: Type.String(),
        permissions: Type.Array(oneOf(conversationPermissions)),
        expires_at: Timestamp,
      }),
    },
    errors: ['not_found'],
  }),
}

const readingOperations = {
  listConversations: defineOperation({
    id: 'listConversations',
    method: 'GET',
    path: '/core/conversations',
    tag,
    summary: 'List conversations, newest first',
    description:
      'A page shorter than `limit` is the last one. The `Link` header has the address of the next page (`rel="next"`). After 4 MiB of sensitive fields, or the limit that the server is configured with, the remaining conversations have `sensitive_omitted` instead of these fields. With `include=conversation` each has its transcript, newest conversation first, up to 16 MiB or four times that limit; from the first that does not fit completely on, they have `conversation_omitted`.',
    access: read,
    narrowed: true,
    audit: false,
    large_with: 'include',
    query: Type.Object({
      ...conversationFilters,
      include: Type.Optional(
        oneOf(
          ['conversation'],
          'Adds the transcripts. Callers without `conversations:read_sensitive` get the page without them.',
        ),
      ),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
      cursor: Type.Optional(
        Type.String({
          maxLength: 128,
          description: "Base64 of the last item's `created_at`: standard or URL-safe, with or without padding.",
        }),
      ),
    }),
    success: {
      status: 200,
      description: 'A page of conversations, without transcripts unless they are included.',
      schema: Type.Array(Conversation),
    },
    errors: [],
  }),
  exportConversations: defineOperation({
    id: 'exportConversations',
    method: 'GET',
    path: '/core/conversations/export',
    tag,
    summary: 'Export conversations with their transcripts, newest first',
    description:
      'NDJSON: one conversation a line, as `importConversations` takes it. The server reads page after page while the response is read, each as it is then, so set `created_before` to a fixed time to get no conversation that begins meanwhile. A response that breaks off goes on with `cursor`. A conversation of more than 16 MiB is a line with its `id` and an `error`. A client that reads less than 16 KiB in 30 seconds is disconnected.',
    access: ['conversations:read_sensitive'],
    narrowed: true,
    audit: { target: 'conversation' },
    query: Type.Object({
      ...conversationFilters,
      cursor: Type.Optional(
        Type.String({
          maxLength: 128,
          description: "Base64 of the last line's `created_at`: standard or URL-safe, with or without padding.",
        }),
      ),
    }),
    success: { status: 200, description: 'One conversation a line.' },
    answer: { kind: 'file', media_types: ['application/x-ndjson'] },
    errors: [],
  }),
  countConversations: defineOperation({
    id: 'countConversations',
    method: 'GET',
    path: '/core/conversations/count',
    tag,
    summary: 'Count conversations',
    access: read,
    narrowed: true,
    audit: false,
    query: ConversationFilters,
    success: {
      status: 200,
      description: 'The number of matching conversations.',
      schema: Type.Object({ count: Type.Integer() }),
    },
    errors: [],
  }),
  getConversation: defineOperation({
    id: 'getConversation',
    method: 'GET',
    path: '/core/conversations/{conversation_id}',
    tag,
    summary: 'Read a conversation',
    description:
      'A response has at most 4 MiB of the transcript, or the limit that the server is configured with. If there is more, `conversation.next_position` is set: repeat the call with it as `items_from` until it is absent.',
    access: read,
    narrowed: true,
    audit: { target: 'conversation', id: 'conversation_id', reads: true },
    conversation_permission: 'read',
    params: conversationPath,
    query: Type.Object({
      items_from: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 2_147_483_647,
          default: 0,
          description: 'The position in the transcript to start from.',
        }),
      ),
    }),
    success: {
      status: 200,
      description: 'The conversation, with its transcript if the caller may read it.',
      schema: Conversation,
    },
    errors: ['not_found'],
  }),
}

export const conversationOperations = { ...lifecycleOperations, ...readingOperations, ...turnOperations }
