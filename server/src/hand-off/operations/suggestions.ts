// Suggested replies.
import { AppError } from '../../base/errors.ts'
import { EventStream } from '../../calls/event-stream.ts'
import type { Handler } from '../../calls/context.ts'
import { requireConversation } from '../../conversations/read/require.ts'
import type { HandOff } from '../services.ts'

export const suggestReply: Handler<'suggestReply', HandOff> = async (ctx, input) => {
  const conversation = await requireConversation(ctx, input.conversation_id, null)
  if (conversation.agent_version_id === null) throw new AppError('conversation_has_no_agent')
  const { agent_id } = conversation
  // Before the stream begins, so that the caller gets a status.
  await ctx.core.budgets.require({ organization_id: ctx.store.organization_id, agent_id })
  await ctx.room.takeSuggestion(ctx.access)
  const instructions = input.instructions?.trim() ? input.instructions : null
  const { store, request_id } = ctx
  const call = { store, conversation, instructions, request_id, limit_key: ctx.access.limit_key }
  return new EventStream((gone) => ctx.room.writeSuggestion(call, gone))
}
