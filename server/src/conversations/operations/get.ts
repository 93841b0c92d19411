// Reads one conversation, with as much of its transcript as fits into an answer.
import type { Handler } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import { requireConversation } from '../read/require.ts'
import { readTranscript } from '../read/transcript.ts'
import { mayReadTranscript, presentConversation } from '../read/present.ts'

export const getConversation: Handler<'getConversation', Conversations> = async (ctx, input) => {
  const record = await requireConversation(ctx, input.conversation_id, 'read')
  if (!mayReadTranscript(ctx.access)) return presentConversation(ctx.access, record)
  const max_bytes = ctx.core.config.limits.answer_bytes
  const for_end_user = ctx.access.conversation !== null
  const part = await readTranscript(ctx.store, record.id, { from: input.items_from ?? 0, max_bytes, for_end_user })
  return presentConversation(ctx.access, record, part)
}
