// The briefs of conversations.
import { AppError } from '../../base/errors.ts'
import type { Handler } from '../../calls/context.ts'
import { findConversation } from '../../conversations/read/conversation.ts'
import { requireConversation } from '../../conversations/read/require.ts'
import { filterSeen } from '../../conversations/read/seen-by.ts'
import { findByNumber } from '../assist/rows.ts'
import type { HandOff } from '../services.ts'

export const getConversationBrief: Handler<'getConversationBrief', HandOff> = async (ctx, { conversation_id }) => {
  const conversation = await requireConversation(ctx, conversation_id, null)
  await ctx.room.takeBrief(ctx.access)
  return ctx.room.writeBrief(ctx.store, conversation)
}

export const getAgentAssistBrief: Handler<'getAgentAssistBrief', HandOff> = async (ctx, { phone_number }) => {
  const id = await findByNumber(ctx.access, ctx.store, phone_number)
  const found = id === null ? null : await findConversation(ctx.store, id)
  const [conversation] = found ? await filterSeen(ctx.access, ctx.store, [found]) : []
  if (!conversation) throw new AppError('brief_not_found')
  await ctx.room.takeBrief(ctx.access)
  return ctx.room.writeBrief(ctx.store, conversation)
}
