// Reads one conversation, with as much of its transcript as fits into an answer.
import { handOffBounds } from '@parley/contract'
import { readConversationCost } from '../../budgets/costs.ts'
import type { Context, Handler } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import { isActive } from '../machine/conversation.ts'
import type { ConversationRecord } from '../machine/rows.ts'
import { readQueuePlace } from '../read/handling.ts'
import { requireConversation } from '../read/require.ts'
import { readTranscript } from '../read/transcript.ts'
import { mayReadTranscript, presentConversation } from '../read/present.ts'

export const getConversation: Handler<'getConversation', Conversations> = async (ctx, input) => {
  const record = await requireConversation(ctx, input.conversation_id, 'read')
  const { store, core, access } = ctx
  const own = access.conversation ? {} : { cost: await readConversationCost(store, core.config, record.id) }
  const queue = { ...own, ...(await readQueue(ctx, record)) }
  if (!mayReadTranscript(ctx.access)) return { ...presentConversation(ctx.access, record), ...queue }
  const max_bytes = ctx.core.config.limits.answer_bytes
  const for_end_user = ctx.access.conversation !== null
  const part = await readTranscript(ctx.store, record.id, { from: input.items_from ?? 0, max_bytes, for_end_user })
  return { ...presentConversation(ctx.access, record, part), ...queue }
}

/** No statement for what does not wait. */
async function readQueue(
  { store, room }: Context<Conversations>,
  { id, handled_by, status, handling }: ConversationRecord,
) {
  if (handled_by !== 'queue' || !isActive(status)) return {}
  const position = await readQueuePlace(store, id, handOffBounds.queue_position)
  const estimated_wait_seconds = await room.people.estimateWait(store, handling?.team_id ?? null)
  return { queue: { position, estimated_wait_seconds } }
}
