// The analysis of a conversation that has ended.
import { Type } from 'typebox'
import { Conversation } from './conversation.ts'
import { defineOperation } from './operation.ts'
import { idempotencyHeader } from './schema.ts'

export const analysisOperations = {
  analyzeConversation: defineOperation({
    id: 'analyzeConversation',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/analysis',
    tag: 'Conversations',
    summary: 'Analyze an ended conversation again',
    description:
      'A job does it; its outcome is the event `conversation.analyzed` or `conversation.analysis_failed`. The present summary stays until a new one replaces it, and the events keep every summary. This works even if the agent version does not summarize conversations when they end.',
    access: ['conversations:manage'],
    narrowed: true,
    params: Type.Object({ conversation_id: Type.String() }),
    headers: Type.Object(idempotencyHeader),
    success: { status: 202, description: 'The conversation, whose analysis is `queued`.', schema: Conversation },
    errors: ['not_found', 'conversation_active', 'content_purged', 'analysis_in_progress'],
  }),
}
