// The turns of a conversation and its events: the operations.
import { Type } from './type.ts'
import { Turn } from './conversation.ts'
import { ConversationEvent, liveData } from './events.ts'
import { defineOperation } from './operation.ts'
import { idempotencyHeader, pageOf, pageQuery } from './schema.ts'
import { eventTypes } from './vocabulary.ts'

const conversationPath = Type.Object({ conversation_id: Type.String() })
const tag = 'Conversations'
const manage = ['conversations:manage'] as const

export const turnOperations = {
  listConversationTurns: defineOperation({
    id: 'listConversationTurns',
    method: 'GET',
    path: '/core/conversations/{conversation_id}/turns',
    tag,
    summary: "List a conversation's turns, oldest first",
    access: ['conversations:read_sensitive'],
    narrowed: true,
    audit: { target: 'conversation', id: 'conversation_id', reads: true },
    params: conversationPath,
    query: Type.Object({ ...pageQuery }),
    success: { status: 200, description: 'A page of turns.', schema: pageOf(Turn) },
    errors: ['not_found'],
  }),
  streamConversationEvents: defineOperation({
    id: 'streamConversationEvents',
    method: 'GET',
    path: '/core/conversations/{conversation_id}/events',
    tag,
    summary: "Stream a conversation's events until it ends",
    description:
      'Every stored event comes once and in order, with its number as the `id`; by default the stream begins with the first event. Text that is being generated comes between them without a number: `message.delta`, and for a client that joins in the middle of a turn, `message.snapshot` first; the `message.created` that follows has the final text. The stream closes after the event that ends the conversation. A client that resumes gets later events; if it may see no later event, the response is 204. A client that reads too slowly is disconnected and can resume. A stream ends within 20 seconds of its credential: when a key or token is deleted or expires, or a member is removed.',
    access: ['conversations:read_sensitive'],
    narrowed: true,
    audit: { target: 'conversation', id: 'conversation_id', reads: true },
    conversation_permission: 'read',
    token_in_query: true,
    params: conversationPath,
    query: Type.Object({
      after: Type.Optional(
        Type.Integer({
          minimum: 0,
          description:
            'The number of the last event that the client has seen. `Last-Event-ID` takes precedence. A number beyond the last event is refused (422).',
        }),
      ),
      token: Type.Optional(
        Type.String({
          maxLength: 2048,
          description: 'A conversation token, for `EventSource`, which cannot send headers.',
        }),
      ),
    }),
    headers: Type.Object({
      last_event_id: Type.Optional(
        Type.String({ pattern: '^\\d{0,15}$', description: '`EventSource` sends it when it reconnects.' }),
      ),
    }),
    success: { status: 200, description: 'Server-sent events.' },
    answer: {
      kind: 'events',
      data: { ...Object.fromEntries(eventTypes.map((type) => [type, ConversationEvent])), ...liveData },
    },
    errors: ['not_found', 'too_many_streams'],
  }),
  cancelTurn: defineOperation({
    id: 'cancelTurn',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/turns/{turn_id}/cancel',
    tag,
    summary: 'Cancel a turn',
    description:
      'Text that was already generated is kept and marked `interrupted`. Cancelling a final turn returns it unchanged. A conversation token gets the turn without its tokens.',
    access: manage,
    narrowed: true,
    audit: false,
    waits: true,
    conversation_permission: 'message',
    params: Type.Object({ conversation_id: Type.String(), turn_id: Type.String() }),
    headers: Type.Object(idempotencyHeader),
    success: { status: 200, description: 'The turn.', schema: Turn },
    errors: ['not_found'],
  }),
}
