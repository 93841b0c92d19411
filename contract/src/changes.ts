// The feed of an organization's conversations: which ones are new or have changed, as pages or as a stream.
import type { Static } from 'typebox'
import { Type } from './type.ts'
import { Conversation } from './conversation.ts'
import { defineOperation } from './operation.ts'
import { Viewers } from './hand-off/events.ts'
import { Person } from './hand-off/presence.ts'
import { conversationReadAccess } from './scopes.ts'
import { Id, named, nullable, oneOf } from './schema.ts'

const position = Type.Integer({
  description: 'Send it as `after` to continue from here, on any node, within 7 days.',
})

const ConversationChange = named(
  'ConversationChange',
  Type.Object({
    position,
    conversation_id: Id,
    conversation: nullable(Conversation),
  }),
)
export type ConversationChange = Static<typeof ConversationChange>

const Position = Type.Object({ position })

const ConversationProgress = named(
  'ConversationProgress',
  Type.Object({ conversation_id: Id, conversation: Conversation }),
)
export type ConversationProgress = Static<typeof ConversationProgress>

const PresenceChange = named(
  'PresenceChange',
  Type.Object({
    person: nullable({ ...Person, description: 'Somebody whose availability or presence has changed; null: nobody.' }),
    conversation: nullable(
      Type.Object(
        { conversation_id: Id, ...Viewers },
        { description: 'A conversation that others have opened or left; null: none.' },
      ),
    ),
  }),
)
export type PresenceChange = Static<typeof PresenceChange>

/** Events whose `id` is the position. */
const numberedData = { position: Position, reset: Position, change: ConversationChange }

/** The stream's data by the name of the event. `progress` and `presence` come between the others and have no position. */
export const changeStreamData = { ...numberedData, progress: ConversationProgress, presence: PresenceChange }

/** An event of the stream of changes. */
export type ConversationChangeEvent =
  | {
      [E in keyof typeof numberedData]: { event: E; id: number; data: Static<(typeof numberedData)[E]> }
    }[keyof typeof numberedData]
  | { event: 'progress'; data: ConversationProgress }
  | { event: 'presence'; data: PresenceChange }

export const changeOperations = {
  listConversationChanges: defineOperation({
    id: 'listConversationChanges',
    method: 'GET',
    path: '/core/conversations/changes',
    tag: 'Conversations',
    summary: 'List or stream the conversations that are new or have changed',
    description:
      'A conversation changes when it is created, starts, ends, is analyzed or deleted, and when its metadata change. A message is not a change and has no position: within a second the stream reports as `progress` which conversations have new messages, with their current turn counts, and does not repeat it to clients that resume. Each change has the conversation in its current state, as `listConversations` returns it, or null if it was deleted; of several changes in quick succession, only the last one is reported. Without `after` the feed begins now: to miss nothing, read the position first and then list the conversations. With `Accept: text/event-stream` the response is an open-ended stream: first `position`, or `reset` if the changes after the given position are no longer kept, in which case list the conversations again; then a `change` for each. The server closes the stream after some minutes; a client that resumes with `Last-Event-ID` misses nothing. Changes that the caller may not see are skipped.',
    access: conversationReadAccess,
    narrowed: true,
    audit: false,
    query: Type.Object({
      after: Type.Optional(
        Type.Integer({
          minimum: 0,
          description: 'The last position that the client has seen. `Last-Event-ID` takes precedence. Default: now.',
        }),
      ),
      agent_id: Type.Optional(Type.String({ maxLength: 512, description: 'Only conversations of this agent.' })),
      with: Type.Optional(
        oneOf(
          ['presence'] as const,
          'Of the stream: who else is there, as `presence`. Needs `conversations:reply`; a member who reads so is online.',
        ),
      ),
    }),
    headers: Type.Object({
      last_event_id: Type.Optional(
        Type.String({ pattern: '^\\d{0,15}$', description: '`EventSource` sends it when it reconnects.' }),
      ),
    }),
    success: {
      status: 200,
      description: 'Changes, oldest first, at most 200.',
      schema: Type.Object({
        data: Type.Array(ConversationChange),
        position,
        has_more: Type.Boolean({ description: 'Whether there are already more changes after `position`.' }),
        is_reset: Type.Boolean({
          description:
            'Whether the changes after the given position are no longer kept. If so, list the conversations again.',
        }),
      }),
    },
    answer: { kind: 'events', data: changeStreamData },
    errors: ['too_many_streams'],
  }),
}
