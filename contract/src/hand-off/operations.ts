// Asking for a person, taking, replying, returning, assigning, snoozing: what changes who handles a conversation.
import { Type } from '../type.ts'
import { Conversation, TranscriptItem } from '../conversation.ts'
import { defineOperation } from '../operation.ts'
import { idempotencyHeader, nullable, oneOf } from '../schema.ts'
import { externalPerson } from './objects.ts'
import { afterReply, callerReasons, handOffBounds, priorities } from './words.ts'

export const handOffTag = 'Hand-off'
export const conversationPath = Type.Object({ conversation_id: Type.String() })
export const answering = ['conversations:reply'] as const
const answeringOrManaging = ['conversations:reply', 'conversations:manage'] as const

const optional = <T extends Parameters<typeof nullable>[0]>(schema: T) => Type.Optional(nullable<T>(schema))
const headers = Type.Object(idempotencyHeader)
const tag = handOffTag
const params = conversationPath
const success = { status: 200, description: 'The conversation after the change.', schema: Conversation } as const

const from = optional(
  Type.String({
    maxLength: handOffBounds.external.id,
    description:
      'The `id` of the assignee from whom the conversation is taken. It is taken only if they still hold it.',
  }),
)
const text = Type.String({
  maxLength: handOffBounds.text,
  description: 'What people should know. Not shown to the end user.',
})

/** What can be refused wherever a conversation is handled. */
const refusals = ['not_found', 'conversation_not_active', 'conversation_ending', 'handoff_not_supported'] as const

export const handOffOperations = {
  handOffConversation: defineOperation({
    id: 'handOffConversation',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/handoff',
    tag,
    summary: 'Ask for a person',
    description:
      'The agent is silent from this commit on: its running turn is cut (`taken_over`), and the messages that wait are given to people. While the conversation waits already, nothing changes. A conversation token may send only `text`; it counts towards `max_per_conversation`.',
    access: answeringOrManaging,
    narrowed: true,
    audit: false,
    waits: true,
    conversation_permission: 'handoff',
    params,
    headers,
    body: Type.Object({
      reason: optional(oneOf(callerReasons, 'Default `requested`.')),
      text: optional(text),
      team: optional(
        Type.String({
          maxLength: 63,
          description: 'The key of a team. Default: that of the agent, or the default team.',
        }),
      ),
      priority: optional(oneOf(priorities, 'Default: the priority it has.')),
      force: optional(
        Type.Boolean({ description: 'Whether it also waits while the team is closed and declines. Default false.' }),
      ),
    }),
    body_optional: true,
    success,
    errors: [...refusals, 'conversation_taken', 'handoff_limit_reached', 'nobody_available'],
  }),
  takeConversation: defineOperation({
    id: 'takeConversation',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/take',
    tag,
    summary: 'Take a conversation over',
    description:
      'From this commit on only the caller answers; a running turn of the agent is cut (`taken_over`). Of several takes at once one wins; the others get 409 `conversation_taken` with `assignee` and `taken_at`. For the holder nothing changes.',
    access: answering,
    narrowed: true,
    audit: false,
    waits: true,
    params,
    headers,
    body: Type.Object({ from, external: externalPerson }),
    body_optional: true,
    success,
    errors: [...refusals, 'conversation_taken', 'too_many_conversations_held'],
  }),
  replyToConversation: defineOperation({
    id: 'replyToConversation',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/reply',
    tag,
    summary: 'Answer the end user as a person',
    description:
      'Stored once and in order, as a message of the assistant with its author, or refused with nothing stored. It cannot be changed afterwards.',
    access: answering,
    narrowed: true,
    audit: false,
    waits: true,
    params,
    headers,
    body: Type.Object({
      text: Type.String({ description: 'Not blank; at most 32,000 characters.' }),
      take: optional(
        Type.Boolean({
          description:
            'Whether the caller takes the conversation in the same commit if they do not hold it. Default false.',
        }),
      ),
      from,
      external: externalPerson,
      seen_position: optional(
        Type.Integer({
          minimum: -1,
          maximum: 2_147_483_647,
          description:
            'The last position of the transcript that the caller has seen, −1 for none. If there is a newer message of the assistant, the reply is refused (409 `not_up_to_date`).',
        }),
      ),
      // oxlint-disable-next-line unicorn/no-thenable -- a field of a schema
      then: optional(oneOf(afterReply, 'In the same commit. Default `keep`: the caller still holds it.')),
    }),
    success: {
      status: 200,
      description: 'The message, and the conversation after it.',
      schema: Type.Object({ item: TranscriptItem, conversation: Conversation }),
    },
    errors: [
      ...refusals,
      'conversation_taken',
      'conversation_not_taken',
      'conversation_has_no_agent',
      'not_up_to_date',
      'too_many_conversations_held',
    ],
  }),
  returnConversation: defineOperation({
    id: 'returnConversation',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/return',
    tag,
    summary: 'Give a conversation back to its agent',
    description:
      'The agent sees what people wrote. By the person who holds it; with `conversations:manage` any; while it waits, by callers with `conversations:reply`, and by the end user. With the agent already, nothing changes.',
    access: answeringOrManaging,
    narrowed: true,
    audit: false,
    waits: true,
    conversation_permission: 'handoff',
    params,
    headers,
    body: Type.Object({
      note: optional(
        Type.String({
          maxLength: handOffBounds.return_note,
          description: 'For the agent. Kept as a note with `for_agent`; the end user does not see it.',
        }),
      ),
      answer: optional(
        Type.Boolean({
          description:
            'Whether the agent answers now what no person has answered, in one turn; if there is nothing: 409 `nothing_to_answer`. Default false: it waits for the next message.',
        }),
      ),
      external: externalPerson,
    }),
    body_optional: true,
    success,
    errors: [
      ...refusals,
      'conversation_taken',
      'conversation_not_taken',
      'conversation_has_no_agent',
      'nothing_to_answer',
      'too_many_notes',
    ],
  }),
  assignConversation: defineOperation({
    id: 'assignConversation',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/assign',
    tag,
    summary: 'Offer a conversation to a person or a team',
    description:
      'Exactly one of `user_id`, `team` and `nobody`. To oneself: the same as taking it. To another person: an offer, which they accept by taking it. A person who holds it lets it go. `nobody` by the one to whom it was offered declines the offer.',
    access: answeringOrManaging,
    narrowed: true,
    audit: false,
    waits: true,
    params,
    headers,
    body: Type.Object({
      user_id: optional(
        Type.String({
          maxLength: 100,
          description: 'A member with `conversations:reply`; anybody else is a fault of the request (422).',
        }),
      ),
      team: optional(Type.String({ maxLength: 63, description: 'The key of a team.' })),
      nobody: optional(Type.Literal(true)),
    }),
    success,
    errors: [...refusals, 'conversation_taken', 'too_many_conversations_held'],
  }),
  snoozeConversation: defineOperation({
    id: 'snoozeConversation',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/snooze',
    tag,
    summary: 'Put a conversation aside until a time, or wake it',
    description: 'Only its holder. Snoozed, it counts for no offer and no time but `until`.',
    access: answering,
    narrowed: true,
    audit: false,
    waits: true,
    params,
    headers,
    body: Type.Object({
      until: nullable(
        Type.String({
          format: 'date-time',
          description: 'From 1 minute to 365 days ahead, both included, by the clock of the database; null wakes it.',
        }),
      ),
      wake_on_reply: optional(
        Type.Boolean({ description: 'Whether a message of the end user wakes it. Default true.' }),
      ),
      external: externalPerson,
    }),
    success,
    errors: [...refusals, 'conversation_taken', 'conversation_not_taken'],
  }),
  updateConversationHandling: defineOperation({
    id: 'updateConversationHandling',
    method: 'PATCH',
    path: '/core/conversations/{conversation_id}/handling',
    tag,
    summary: 'Change the priority and the tags of a conversation',
    description:
      'Given tags replace those it has. Tags can be changed in every status, the priority only while the conversation is active.',
    access: answeringOrManaging,
    narrowed: true,
    audit: false,
    params,
    body: Type.Object({
      priority: optional(oneOf(priorities)),
      tags: optional(
        Type.Array(
          Type.String({
            minLength: 1,
            maxLength: handOffBounds.tag,
            pattern: '\\S',
            description: 'Stored in lower case.',
          }),
          { maxItems: handOffBounds.tags },
        ),
      ),
    }),
    success,
    errors: ['not_found', 'conversation_not_active', 'content_purged', 'too_many_tags'],
  }),
}
