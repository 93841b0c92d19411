// Counts the conversations that match filters.
import type { Handler } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import { countMatching } from '../read/list.ts'

export const countConversations: Handler<'countConversations', Conversations> = async (ctx, input) => ({
  count: await countMatching(ctx.store, ctx.access, input),
})
