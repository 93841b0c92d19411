// The turns of a conversation and its events: the operations.
import { Type } from 'typebox'
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
    summary: "Stream a conversation's events for as long as it lives",
    description:
      'Every stored event comes once and in order, with its number as the `id`; without a start, from the first. What is being said travels between them without a number: `message.delta`, and for who joins in mid-turn first `message.snapshot`; the `message.created` that follows has the text that counts. After the event that ends the conversation the stream closes; later events come to who resumes, and when there are none that he may see the answer is 204. A reader that is too slow is cut off, and resumes. A stream ends within 20 seconds of its credential: a key or token that was deleted or has expired, a member who was removed.',
    access: ['conversations:read_sensitive'],
    narrowed: true,
    conversation_permission: 'read',
    token_in_query: true,
    params: conversationPath,
    query: Type.Object({
      after: Type.Optional(
        Type.Integer({
          minimum: 0,
          description:
            'The number of the last event that was seen; `Last-Event-ID` goes before it. Beyond the last event there is: 422.',
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
        Type.String({ pattern: '^\\d{0,15}$', description: 'As `EventSource` sends it when it reconnects.' }),
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
      'Text that was already produced is kept and marked `interrupted`. Cancelling a final turn returns it unchanged.',
    access: manage,
    narrowed: true,
    waits: true,
    params: Type.Object({ conversation_id: Type.String(), turn_id: Type.String() }),
    headers: Type.Object(idempotencyHeader),
    success: { status: 200, description: 'The turn.', schema: Turn },
    errors: ['not_found'],
  }),
}
