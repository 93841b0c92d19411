// Counting the conversations that filters find.
import type { Handler } from '../../calls/context.ts'
import { countMatching } from '../read/list.ts'

export const countConversations: Handler<'countConversations'> = async (ctx, input) => ({
  count: await countMatching(ctx.store, ctx.access, input),
})
