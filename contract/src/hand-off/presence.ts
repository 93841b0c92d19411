// Who is there: who looks at a conversation or types in it, and which people are available.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import { Id, named, nullable, oneOf } from '../schema.ts'
import { externalPerson } from './objects.ts'
import { answering, conversationPath, handOffTag } from './operations.ts'
import { availabilities, presenceStates } from './words.ts'

export const Person = named(
  'Person',
  Type.Object({
    user_id: Id,
    name: nullable(Type.String()),
    availability: oneOf(availabilities),
    is_online: Type.Boolean({ description: 'Whether they were heard of within 45 seconds.' }),
    load: Type.Integer({ description: 'How many conversations they hold, not snoozed, or are offered.' }),
    teams: Type.Array(Type.String(), { description: 'The keys of their teams.' }),
  }),
)
export type Person = Static<typeof Person>

const tag = handOffTag

export const presenceOperations = {
  showPresence: defineOperation({
    id: 'showPresence',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/presence',
    tag,
    summary: 'Say that one looks at a conversation, or types',
    description:
      'Lapses after 45 seconds, `typing` after 6: repeat it before. The text that is being typed is never sent. A conversation token may say `typing` and `idle`.',
    access: answering,
    narrowed: true,
    audit: false,
    changes_nothing: true,
    conversation_permission: 'message',
    params: conversationPath,
    body: Type.Object({ state: oneOf(presenceStates), external: externalPerson }),
    success: { status: 204, description: 'Noted.' },
    errors: ['not_found'],
  }),
  listPresence: defineOperation({
    id: 'listPresence',
    method: 'GET',
    path: '/core/presence',
    tag,
    summary: 'List who can answer, with their availability and load',
    access: answering,
    narrowed: false,
    audit: false,
    success: {
      status: 200,
      description: 'Everybody with `conversations:reply`, at most 1,000, those who are available first.',
      schema: Type.Object({ data: Type.Array(Person) }),
    },
    errors: [],
  }),
  updateMyPresence: defineOperation({
    id: 'updateMyPresence',
    method: 'PUT',
    path: '/core/presence/me',
    tag,
    summary: 'Say whether one is available',
    description:
      'Only available people who are online are offered conversations; three offers missed in a row make a person `away`. Repeat it within 45 seconds to stay online, or read the feed with `with=presence`. Only members have an availability: an organization key gets 403.',
    access: answering,
    narrowed: false,
    audit: false,
    body: Type.Object({
      availability: Type.Optional(
        nullable(oneOf(availabilities, 'Default: as it is; `away` for people who have never said it.')),
      ),
    }),
    body_optional: true,
    success: { status: 200, description: 'The caller.', schema: Person },
    errors: [],
  }),
}
