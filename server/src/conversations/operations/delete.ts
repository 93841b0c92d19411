// Deletes a conversation: ends it and removes its content.
import type { Handler } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import { describeActor } from '../actor.ts'
import { deleteContent } from '../commit/content.ts'
import { followUp, withHalt } from '../commit/follow-up.ts'
import { requireConversation } from '../read/require.ts'

export const deleteConversation: Handler<'deleteConversation', Conversations> = async (ctx, input) => {
  const conversation = await requireConversation(ctx, input.conversation_id, null)
  const ended_by = describeActor(ctx, conversation, null)
  const { id } = conversation
  const committed = await withHalt(ctx.room, id, () => deleteContent(ctx.store, ctx.room.commits, id, ended_by))
  followUp(ctx.room, id, committed)
}
