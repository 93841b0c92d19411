// What hand-off adds to conversations, messages and events: who handles, who wrote, who waits.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { Timestamp, named, nullable, oneOf } from '../schema.ts'
import { assigneeTypes, authorTypes, handOffBounds, handlers, handlingActors, slaStates } from './words.ts'

export const handledBy = oneOf(
  handlers,
  'Who answers: its agent; `queue`: nobody yet, it waits for a person; `person`: its `assignee`. Outside `agent` the agent writes nothing.',
)

/** As the team of the conversation has it. */
const shown_name = Type.Optional(
  Type.String({ description: 'What end users are shown instead of the name; absent: the name.' }),
)

export const Assignee = named(
  'Assignee',
  Type.Object({
    type: oneOf(assigneeTypes, '`external`: a person of another desk.'),
    id: nullable(
      Type.String({ description: 'The id of the member, or what the other desk gave. Null for conversation tokens.' }),
    ),
    name: nullable(Type.String({ description: 'For conversation tokens: the name that end users are shown.' })),
    shown_name,
  }),
)
export type Assignee = Static<typeof Assignee>

export const ConversationTeam = named(
  'ConversationTeam',
  Type.Object({ key: Type.String(), name: Type.String({ description: 'As it is now.' }) }),
)
export type ConversationTeam = Static<typeof ConversationTeam>

/** Who did something in a hand-off. */
export const HandlingActor = named(
  'HandlingActor',
  Type.Object({
    type: oneOf(handlingActors),
    id: nullable(
      Type.String({ description: 'Of a member, a key, or the end user; null for the agent and the system.' }),
    ),
    name: nullable(Type.String()),
  }),
)
export type HandlingActor = Static<typeof HandlingActor>

export const MessageAuthor = named(
  'MessageAuthor',
  Type.Object({
    type: oneOf(authorTypes, '`user`: a person who answers; `system`: messages about the hand-off itself.'),
    id: nullable(
      Type.String({ description: 'Of the person who answered; null for others, and for conversation tokens.' }),
    ),
    name: nullable(Type.String({ description: 'For conversation tokens: the name that end users are shown.' })),
    external: Type.Boolean({ description: 'Whether the person belongs to another desk.' }),
    shown_name,
  }),
)
export type MessageAuthor = Static<typeof MessageAuthor>

const SlaClock = named(
  'SlaClock',
  Type.Object({
    state: oneOf(slaStates),
    due_at: Type.Unsafe<string>({ ...Timestamp, description: 'Open hours count, time snoozed does not.' }),
  }),
)
export type SlaClock = Static<typeof SlaClock>

const target = (description: string) => Type.Unsafe<SlaClock | null>({ ...nullable(SlaClock), description })
const at = (description: string) => nullable(Type.String({ format: 'date-time', description }))

export const Handling = named(
  'Handling',
  Type.Object(
    {
      requested_at: at('When a person was last asked for.'),
      requested_by: nullable(HandlingActor),
      taken_at: at('When the last person took it.'),
      returned_at: at('When it last came back to its agent.'),
      waiting_since: at('Since when it waits for a person; null: it does not.'),
      wait_until: at('When the wait is over, and its fallback happens.'),
      offered_until: at('Until when the `assignee` of a waiting conversation can accept it.'),
      unanswered_since: at('The first message of the end user that no person has answered; null: none.'),
      snoozed_until: at('When it wakes; null: it is not snoozed.'),
      wake_on_reply: Type.Boolean({ description: 'Whether a message of the end user wakes it.' }),
      sla: Type.Object(
        {
          first_response: target('From the request until a person answers.'),
          next_response: target('From a message of the end user until a person answers.'),
          resolution: target('From the request until it is returned or ended.'),
        },
        { description: 'Each null if the team sets no such time.' },
      ),
    },
    { description: 'The times of a hand-off, by the clock of the database.' },
  ),
)
export type Handling = Static<typeof Handling>

export const ConversationQueue = named(
  'ConversationQueue',
  Type.Object(
    {
      position: Type.Integer({
        minimum: 1,
        maximum: handOffBounds.queue_position,
        description: `Place in the queue of its team, first 1; ${handOffBounds.queue_position} also stands for every later one.`,
      }),
      estimated_wait_seconds: nullable(
        Type.Integer({ description: 'The median of the last 24 hours; null if fewer than 10 were taken then.' }),
      ),
    },
    { description: 'Only of a conversation that waits, when it is read by itself.' },
  ),
)
export type ConversationQueue = Static<typeof ConversationQueue>

export const Satisfaction = named(
  'Satisfaction',
  Type.Object({
    rating: Type.Integer({ minimum: handOffBounds.rating.least, maximum: handOffBounds.rating.most }),
    comment: nullable(Type.String()),
    rated_at: Timestamp,
  }),
)
export type Satisfaction = Static<typeof Satisfaction>

/** A tool call of a turn that was cut; it may have had its effect. */
export const UnfinishedCall = named(
  'UnfinishedCall',
  Type.Object({ call_id: Type.String(), name: Type.String({ description: 'The name of the tool.' }) }),
)
export type UnfinishedCall = Static<typeof UnfinishedCall>

/** Another desk's person, whom an organization key acts for. */
export const ExternalPerson = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: handOffBounds.external.id, pattern: '\\S' }),
    name: Type.String({ minLength: 1, maxLength: handOffBounds.external.name, pattern: '\\S' }),
  },
  {
    description:
      'The person of another desk who acts. Required of an organization key; a member acts as themselves and may not send it (422).',
  },
)
export type ExternalPerson = Static<typeof ExternalPerson>

export const externalPerson = Type.Optional(nullable(ExternalPerson))
