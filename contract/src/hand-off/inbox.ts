// The inbox of people who answer: its views, their counts, and the tags in use.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { Conversation } from '../conversation.ts'
import { defineOperation } from '../operation.ts'
import { named, nullable, oneOf, pageOf, pageQuery } from '../schema.ts'
import { answering, handOffTag } from './operations.ts'
import { authorTypes, handOffBounds, inboxOrders, inboxViews, priorities, slaStates } from './words.ts'

export const InboxRow = named(
  'InboxRow',
  Type.Object({
    conversation: Conversation,
    last_message: nullable(
      Type.String({
        description: `The beginning of the newest message, up to ${handOffBounds.last_message} characters; null without a message.`,
      }),
    ),
    last_message_by: nullable(oneOf(authorTypes)),
  }),
)
export type InboxRow = Static<typeof InboxRow>

const tag = handOffTag
const counted = Type.Record(Type.String(), Type.Integer())

export const inboxOperations = {
  listInbox: defineOperation({
    id: 'listInbox',
    method: 'GET',
    path: '/core/inbox',
    tag,
    summary: 'List the conversations of the inbox',
    description:
      '`last_message` is content: `conversations:reply` includes reading what one has to answer. The other sensitive fields still need `conversations:read_sensitive`.',
    access: answering,
    narrowed: true,
    audit: false,
    query: Type.Object({
      ...pageQuery,
      view: Type.Optional(
        oneOf(
          inboxViews,
          '`mine`: held by or offered to the caller; `unassigned`: waiting, offered to nobody; `all`: waiting or held; `snoozed`; `ended`: which people took part in. Default `all`.',
        ),
      ),
      team: Type.Optional(Type.String({ maxLength: 63, description: 'The key of a team.' })),
      tag: Type.Optional(Type.String({ maxLength: handOffBounds.tag })),
      priority: Type.Optional(oneOf(priorities)),
      sla: Type.Optional(oneOf(slaStates, 'Those of which a target is in this state.')),
      order: Type.Optional(
        oneOf(
          inboxOrders,
          '`waiting`: highest priority first, then the longest unanswered; `newest`: the newest first. Default `waiting`; `newest` for `ended`.',
        ),
      ),
    }),
    success: { status: 200, description: 'A page of the inbox.', schema: pageOf(InboxRow) },
    errors: [],
  }),
  countInbox: defineOperation({
    id: 'countInbox',
    method: 'GET',
    path: '/core/inbox/counts',
    tag,
    summary: 'Count the conversations of each view and team',
    access: answering,
    narrowed: true,
    audit: false,
    success: {
      status: 200,
      description: `The counts; ${handOffBounds.counted.toLocaleString('en-US')} also stands for more.`,
      schema: Type.Object({
        views: Type.Unsafe<Record<(typeof inboxViews)[number], number>>({
          ...counted,
          description: 'By the name of the view.',
        }),
        teams: Type.Unsafe<Record<string, number>>({
          ...counted,
          description: 'By the key of the team: those that wait or are held there.',
        }),
      }),
    },
    errors: [],
  }),
  listTags: defineOperation({
    id: 'listTags',
    method: 'GET',
    path: '/core/tags',
    tag,
    summary: 'List the tags that are in use',
    access: answering,
    narrowed: false,
    audit: false,
    success: {
      status: 200,
      description: `The tags in alphabetical order, at most ${handOffBounds.tags_of_organization.toLocaleString('en-US')}.`,
      schema: Type.Object({ data: Type.Array(Type.String()) }),
    },
    errors: [],
  }),
}
