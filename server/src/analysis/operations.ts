// The operations that repeat a conversation's analysis and list its results; the first run follows the end automatically.
import type { Handler } from '../calls/context.ts'
import { askForAnalysis } from '../conversations/conversations.ts'
import { readAnalyses } from '../conversations/read/analyses.ts'
import { requireConversation } from '../conversations/read/require.ts'
import { presentConversation } from '../conversations/read/present.ts'

export const analyzeConversation: Handler<'analyzeConversation'> = async (ctx, input) => {
  const { id } = await requireConversation(ctx, input.conversation_id, null)
  return presentConversation(ctx.access, await askForAnalysis(ctx.store, ctx.core, id))
}

export const listConversationAnalyses: Handler<'listConversationAnalyses'> = async (ctx, input) => {
  const { id } = await requireConversation(ctx, input.conversation_id, null)
  return { data: await readAnalyses(ctx.store, id) }
}
