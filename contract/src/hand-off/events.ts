// The data of hand-off's events. Each says who (`by`) and what for (`why`); none has the text of a note.
import { Type } from '../type.ts'
import { Id, Timestamp, nullable, oneOf } from '../schema.ts'
import { Assignee, ConversationTeam, HandlingActor, UnfinishedCall } from './objects.ts'
import { handOffBounds, handlingCauses, handoffReasons, presenceStates, priorities, slaTargets } from './words.ts'

const by = {
  by: HandlingActor,
  why: oneOf(handlingCauses, 'What made the change.'),
}
const team = nullable(ConversationTeam)
const note = { ...by, note_id: Id, for_agent: Type.Boolean({ description: 'Whether the agent sees it.' }) }
const clock = {
  ...by,
  target: oneOf(slaTargets),
  due_at: Timestamp,
}

/** By the names of the types, all of which begin with `conversation.`. */
export const handOffEventData = {
  'conversation.handoff_requested': Type.Object({
    ...by,
    reason: oneOf(handoffReasons),
    text: nullable(
      Type.String({ description: 'What the agent or the caller said about it. Null for conversation tokens.' }),
    ),
    team,
    wait_until: nullable(
      Type.String({ format: 'date-time', description: 'When the wait is over; null in a test conversation.' }),
    ),
    cut_turn_id: nullable(Type.String({ description: 'The turn that was cut; null: none.' })),
    unfinished_calls: Type.Array(UnfinishedCall, {
      description: 'Tool calls of that turn that had no result yet. What was sent cannot be recalled.',
    }),
  }),
  'conversation.handoff_declined': Type.Object({
    ...by,
    reason: oneOf(handoffReasons),
    opens_at: nullable(
      Type.String({ format: 'date-time', description: 'When people are there again; null: unknown.' }),
    ),
  }),
  'conversation.assigned': Type.Object({
    ...by,
    assignee: nullable(Assignee),
    team,
    offered_until: nullable(Type.String({ format: 'date-time', description: 'Until when the offer holds.' })),
    cut_turn_id: nullable(Type.String({ description: 'The turn that was cut; null: none.' })),
    unfinished_calls: Type.Array(UnfinishedCall),
  }),
  'conversation.unassigned': Type.Object({
    ...by,
    from: nullable(Assignee),
    team,
  }),
  'conversation.taken': Type.Object({
    ...by,
    assignee: Assignee,
    from: nullable({ ...Assignee, description: 'Who held it, or was offered it, before.' }),
    cut_turn_id: nullable(Type.String({ description: 'The turn that was cut; null: none.' })),
    unfinished_calls: Type.Array(UnfinishedCall, {
      description: 'Tool calls of that turn that had no result yet. What was sent cannot be recalled.',
    }),
  }),
  'conversation.returned': Type.Object({
    ...by,
    from: nullable(Assignee),
    answer_turn_id: nullable(
      Type.String({ description: 'The turn that answers what was unanswered; null: the agent waits for a message.' }),
    ),
  }),
  'conversation.note_added': Type.Object(note),
  'conversation.note_changed': Type.Object(note),
  'conversation.note_deleted': Type.Object(note),
  'conversation.snoozed': Type.Object({
    ...by,
    until: Timestamp,
    wake_on_reply: Type.Boolean(),
  }),
  'conversation.woken': Type.Object(by),
  'conversation.handling_updated': Type.Object({
    ...by,
    priority: oneOf(priorities),
    tags: Type.Array(Type.String()),
  }),
  'conversation.sla_warning': Type.Object(clock),
  'conversation.sla_breached': Type.Object(clock),
  'conversation.rated': Type.Object({
    ...by,
    rating: Type.Integer(),
    comment: nullable(Type.String()),
  }),
} as const

const viewer = Type.Object({ user_id: Type.String(), name: nullable(Type.String()), state: oneOf(presenceStates) })

export const Viewers = {
  viewers: Type.Array(viewer, {
    maxItems: handOffBounds.viewers,
    description: 'Who has the conversation open now.',
  }),
  more_viewers: Type.Integer({ description: `How many more than ${handOffBounds.viewers} there are.` }),
}

/** Unnumbered events of a conversation's stream: who types, and, for callers with `conversations:reply`, who looks. */
export const handOffLiveData = {
  typing: Type.Object({
    by: Type.Object({
      type: oneOf(['end_user', 'user'] as const),
      id: nullable(Type.String({ description: 'Of a person; null for conversation tokens.' })),
      name: nullable(Type.String({ description: 'For conversation tokens: the name that end users are shown.' })),
    }),
    typing: Type.Boolean({ description: 'Lapses after 6 seconds.' }),
  }),
  presence: Type.Object(Viewers),
}
