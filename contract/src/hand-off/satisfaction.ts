// The end user's rating of a conversation.
import { Type } from '../type.ts'
import { Conversation } from '../conversation.ts'
import { defineOperation } from '../operation.ts'
import { idempotencyHeader, nullable } from '../schema.ts'
import { conversationPath, handOffTag } from './operations.ts'
import { handOffBounds } from './words.ts'

export const satisfactionOperations = {
  rateConversation: defineOperation({
    id: 'rateConversation',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/satisfaction',
    tag: handOffTag,
    summary: 'Rate a conversation that has ended',
    description:
      'Once for each conversation, and one answer with the feedback of a web widget. The same rating again changes nothing (200). Closed (409 `rating_closed`) while `satisfaction` of the agent is off, and `valid_hours` after the end.',
    access: ['conversations:manage'],
    narrowed: true,
    audit: false,
    conversation_permission: 'rate',
    params: conversationPath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      rating: Type.Integer({ minimum: handOffBounds.rating.least, maximum: handOffBounds.rating.most }),
      comment: Type.Optional(nullable(Type.String({ maxLength: handOffBounds.rating_comment }))),
    }),
    success: { status: 200, description: 'The conversation.', schema: Conversation },
    errors: ['not_found', 'conversation_active', 'already_rated', 'rating_closed', 'content_purged'],
  }),
}
