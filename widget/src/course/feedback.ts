// What a visitor thinks of a conversation that has ended, once.
import type { ChatParts } from './chat-state.ts'
import type { FormValues } from './form-memory.ts'

export async function giveFeedback(
  parts: ChatParts,
  rating: number | string | null,
  data: FormValues | null,
): Promise<void> {
  const { session, base, state, set, emit } = parts
  const { conversation_id } = state()
  set({ feedback: 'sending' })
  const reply = await session.call({
    method: 'POST',
    path: `${base}/conversations/${conversation_id}/feedback`,
    key: `feedback-${conversation_id}`,
    body: { ...(rating === null ? {} : { rating }), ...(data ? { data } : {}) },
  })
  const isGiven = reply !== null && (reply.status < 300 || reply.code === 'feedback_given')
  set({ feedback: isGiven ? 'given' : reply?.code === 'feedback_closed' ? 'closed' : 'open' })
  if (isGiven) emit('feedback', { conversation_id, rating })
}
