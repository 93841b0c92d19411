// What is made of a conversation once it has ended: its analysis.
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
    summary: 'Analyse an ended conversation again',
    description:
      'A job does it; `conversation.analyzed` or `conversation.analysis_failed` says what came of it. The summary until now stays until there is another, also when none comes, and the events keep all of them. Who asks is answered, whether or not the agent version has summaries made at the end by themselves.',
    access: ['conversations:manage'],
    narrowed: true,
    params: Type.Object({ conversation_id: Type.String() }),
    headers: Type.Object(idempotencyHeader),
    success: { status: 202, description: 'The conversation, whose analysis is `queued`.', schema: Conversation },
    errors: ['not_found', 'conversation_active', 'analysis_in_progress'],
  }),
}
