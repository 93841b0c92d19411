// The analysis of a conversation that has ended.
import { Type } from './type.ts'
import { Analysis, Conversation } from './conversation.ts'
import { defineOperation } from './operation.ts'
import { idempotencyHeader } from './schema.ts'

/** Results that are kept besides the newest. */
export const earlier_analyses = 20

export const analysisOperations = {
  analyzeConversation: defineOperation({
    id: 'analyzeConversation',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/analysis',
    tag: 'Conversations',
    summary: 'Analyze an ended conversation again',
    description:
      'A job does it, as the conversation’s agent version says; its result is the event `conversation.analyzed` or `conversation.analysis_failed`. The present summary and analysis stay until new ones replace them, and `listConversationAnalyses` lists the earlier results. If the agent version does not analyze conversations when they end, a summary is written.',
    access: ['conversations:manage'],
    narrowed: true,
    audit: false,
    params: Type.Object({ conversation_id: Type.String() }),
    headers: Type.Object(idempotencyHeader),
    success: { status: 202, description: 'The conversation, whose analysis is `queued`.', schema: Conversation },
    errors: ['not_found', 'conversation_active', 'content_purged', 'analysis_in_progress'],
  }),
  listConversationAnalyses: defineOperation({
    id: 'listConversationAnalyses',
    method: 'GET',
    path: '/core/conversations/{conversation_id}/analyses',
    tag: 'Conversations',
    summary: "List the results of a conversation's analyses, newest first",
    description: `The first is \`analysis\` of the conversation; after it at most ${earlier_analyses} earlier results, of which the oldest are deleted. Runs without a result are not listed. A summary that was imported, or written by an earlier version, is listed with the fields that are known.`,
    access: ['conversations:read_sensitive'],
    narrowed: true,
    audit: false,
    params: Type.Object({ conversation_id: Type.String() }),
    success: { status: 200, description: 'The results.', schema: Type.Object({ data: Type.Array(Analysis) }) },
    errors: ['not_found'],
  }),
}
