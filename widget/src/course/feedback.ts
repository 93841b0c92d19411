// What a visitor thinks of a conversation that has ended, once.
import type { FormValues } from './form-memory.ts'
import type { ChatParts } from './parts.ts'

export async function giveFeedback(
  parts: ChatParts,
  rating: number | string | null,
  data: FormValues | null,
): Promise<void> {
  const { session, base, store, emit } = parts
  const { conversation_id } = store.get()
  store.set({ feedback: 'sending' })
  const reply = await session.call({
    method: 'POST',
    path: `${base}/conversations/${conversation_id}/feedback`,
    key: `feedback-${conversation_id}`,
    body: { ...(rating === null ? {} : { rating }), ...(data ? { data } : {}) },
  })
  const isGiven = reply !== null && (reply.status < 300 || reply.code === 'feedback_given')
  if (store.get().conversation_id !== conversation_id) return
  store.set({ feedback: isGiven ? 'given' : reply?.code === 'feedback_closed' ? 'closed' : 'open' })
  if (isGiven) emit('feedback', { conversation_id, rating })
}
