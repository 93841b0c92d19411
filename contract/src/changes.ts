// The feed of an organization's conversations: which are new or have changed, as pages or as a stream.
import { Type, type Static } from 'typebox'
import { Conversation } from './conversation.ts'
import { defineOperation } from './operation.ts'
import { conversationReadAccess } from './scopes.ts'
import { Id, named, nullable } from './schema.ts'

const position = Type.Integer({
  description: 'Send it as `after` to go on from here: on any node, at any time for 7 days.',
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

/** With the position as their `id`. */
const numberedData = { position: Position, reset: Position, change: ConversationChange }

/** What the stream says, by the name of the event. `progress` travels between the others without a position. */
export const changeStreamData = { ...numberedData, progress: ConversationProgress }

/** An event of the stream of changes. */
export type ConversationChangeEvent =
  | {
      [E in keyof typeof numberedData]: { event: E; id: number; data: Static<(typeof numberedData)[E]> }
    }[keyof typeof numberedData]
  | { event: 'progress'; data: ConversationProgress }

export const changeOperations = {
  listConversationChanges: defineOperation({
    id: 'listConversationChanges',
    method: 'GET',
    path: '/core/conversations/changes',
    tag: 'Conversations',
    summary: 'List the conversations that are new or have changed, or stream them as they do',
    description:
      'A conversation changes when it is created, starts, ends, is analysed or deleted, and when its metadata change; a message is no change, and has no position: the stream tells within a second as `progress` which conversations have gone on, with their turn counts as they stand, and does not tell it again to who resumes. Each change tells the conversation as it stands, as `listConversations` does, or null when it was deleted; of several changes that come together the last one tells. Without `after` it begins now: read the position first and list the conversations then, and nothing is missed. With `Accept: text/event-stream` the answer is a stream that does not end by itself: first `position`, or `reset` in place of it when changes after the one that was named are no longer kept, so that the conversations have to be listed anew; then a `change` for each. The server closes it after some minutes, and whoever resumes with `Last-Event-ID` misses nothing. A change that somebody else may see is passed over.',
    access: conversationReadAccess,
    narrowed: true,
    query: Type.Object({
      after: Type.Optional(
        Type.Integer({
          minimum: 0,
          description: 'The position that was seen last; `Last-Event-ID` goes before it. Default: now.',
        }),
      ),
      agent_id: Type.Optional(Type.String({ maxLength: 512, description: 'Only conversations of this agent.' })),
    }),
    headers: Type.Object({
      last_event_id: Type.Optional(
        Type.String({ pattern: '^\\d{0,15}$', description: 'As `EventSource` sends it when it reconnects.' }),
      ),
    }),
    success: {
      status: 200,
      description: 'Changes, oldest first, at most 200.',
      schema: Type.Object({
        data: Type.Array(ConversationChange),
        position,
        has_more: Type.Boolean({ description: 'There are more after `position` already.' }),
        is_reset: Type.Boolean({
          description: 'Changes after the one that was named are no longer kept: list the conversations anew.',
        }),
      }),
    },
    answer: { kind: 'events', data: changeStreamData },
    errors: ['too_many_streams'],
  }),
}
