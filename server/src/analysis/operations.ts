// The operation that repeats a conversation's analysis; the first one follows its end automatically.
import type { Handler } from '../calls/context.ts'
import { askForAnalysis } from '../conversations/conversations.ts'
import { requireConversation } from '../conversations/read/require.ts'
import { presentConversation } from '../conversations/read/present.ts'

export const analyzeConversation: Handler<'analyzeConversation'> = async (ctx, input) => {
  const { id } = await requireConversation(ctx, input.conversation_id, null)
  return presentConversation(ctx.access, await askForAnalysis(ctx.store, ctx.core, id))
}
