// Canned replies: texts that people answer with often.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import { Id, Timestamp, idempotencyHeader, named, nullable, pageOf, pageQuery } from '../schema.ts'
import { answering, handOffTag } from './operations.ts'
import { ifMatch } from './teams.ts'
import { handOffBounds, shortcutPattern } from './words.ts'

const team = nullable(Type.String({ maxLength: 63, description: 'The key of the team that it is for; null: all.' }))

export const CannedReply = named(
  'CannedReply',
  Type.Object({
    id: Id,
    shortcut: Type.String({ description: 'Unique within the organization.' }),
    title: Type.String(),
    text: Type.String(),
    team,
    revision: Type.Integer({ description: 'Rises with each change. For `If-Match`.' }),
    created_at: Timestamp,
    updated_at: Timestamp,
  }),
)
export type CannedReply = Static<typeof CannedReply>

const shortcut = Type.String({ pattern: shortcutPattern })
const title = Type.String({ minLength: 1, maxLength: handOffBounds.canned_reply.title, pattern: '\\S' })
const text = Type.String({
  minLength: 1,
  maxLength: handOffBounds.canned_reply.text,
  pattern: '\\S',
  description: 'A template with `user_id`, `custom_metadata`, `agent`, `team` and `me`.',
})
const params = Type.Object({ canned_reply_id: Type.String() })
const tag = handOffTag

export const cannedReplyOperations = {
  listCannedReplies: defineOperation({
    id: 'listCannedReplies',
    method: 'GET',
    path: '/core/canned-replies',
    tag,
    summary: 'List canned replies by shortcut',
    access: answering,
    narrowed: false,
    audit: false,
    query: Type.Object({
      ...pageQuery,
      search: Type.Optional(
        Type.String({ maxLength: 200, description: 'A part of the shortcut or the title, in any case.' }),
      ),
      team: Type.Optional(Type.String({ maxLength: 63, description: 'Only those of this team, and those for all.' })),
    }),
    success: { status: 200, description: 'A page of canned replies.', schema: pageOf(CannedReply) },
    errors: [],
  }),
  createCannedReply: defineOperation({
    id: 'createCannedReply',
    method: 'POST',
    path: '/core/canned-replies',
    tag,
    summary: 'Create a canned reply',
    access: answering,
    narrowed: false,
    audit: { target: 'canned_reply', id: 'id', name: 'shortcut' },
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({ shortcut, title, text, team: Type.Optional(team) }),
    success: { status: 200, description: 'The canned reply.', schema: CannedReply },
    errors: ['shortcut_taken', 'too_many_canned_replies'],
  }),
  getCannedReply: defineOperation({
    id: 'getCannedReply',
    method: 'GET',
    path: '/core/canned-replies/{canned_reply_id}',
    tag,
    summary: 'Read a canned reply',
    access: answering,
    narrowed: false,
    audit: false,
    params,
    success: { status: 200, description: 'The canned reply.', schema: CannedReply },
    errors: ['not_found'],
  }),
  updateCannedReply: defineOperation({
    id: 'updateCannedReply',
    method: 'PUT',
    path: '/core/canned-replies/{canned_reply_id}',
    tag,
    summary: 'Change the given fields of a canned reply',
    access: answering,
    narrowed: false,
    audit: { target: 'canned_reply', id: 'canned_reply_id', name: 'shortcut' },
    params,
    headers: Type.Object({ if_match: ifMatch }),
    body: Type.Object({
      shortcut: Type.Optional(nullable(shortcut)),
      title: Type.Optional(nullable(title)),
      text: Type.Optional(nullable(text)),
      team: Type.Optional(team),
    }),
    success: { status: 200, description: 'The canned reply after the change.', schema: CannedReply },
    errors: ['not_found', 'shortcut_taken', 'revision_mismatch'],
  }),
  deleteCannedReply: defineOperation({
    id: 'deleteCannedReply',
    method: 'DELETE',
    path: '/core/canned-replies/{canned_reply_id}',
    tag,
    summary: 'Delete a canned reply',
    access: answering,
    narrowed: false,
    audit: { target: 'canned_reply', id: 'canned_reply_id', name: 'shortcut' },
    params,
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found'],
  }),
  renderCannedReply: defineOperation({
    id: 'renderCannedReply',
    method: 'POST',
    path: '/core/canned-replies/{canned_reply_id}/render',
    tag,
    summary: 'Fill a canned reply in for a conversation',
    description:
      'Stores nothing. A variable without a value stays as `[name]` and is listed in `missing`. `conversations:reply` is enough, although the values are content.',
    access: answering,
    narrowed: false,
    audit: false,
    changes_nothing: true,
    params,
    body: Type.Object({ conversation_id: Type.String({ maxLength: 100 }) }),
    success: {
      status: 200,
      description: 'The text.',
      schema: Type.Object({
        text: Type.String(),
        missing: Type.Array(Type.String(), { description: 'The names of variables without a value.' }),
      }),
    },
    errors: ['not_found', 'template_failed'],
  }),
}
