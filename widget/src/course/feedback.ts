// What a visitor thinks of a conversation that has ended, once.
import type { Reply } from './api.ts'
import type { FormValues } from './form-memory.ts'
import type { ChatParts } from './parts.ts'
import { isRefused } from './session.ts'

/** `isOwn`: the widget asks for it. Else the agent alone does, and the rating is not part of the widget's feedback. */
export async function giveFeedback(
  parts: ChatParts,
  rating: number | string | null,
  data: FormValues | null,
  isOwn = true,
): Promise<void> {
  const { store, emit } = parts
  const { conversation_id } = store.get()
  store.set({ feedback: 'sending' })
  const own = isOwn ? rating : null
  const replies = [
    ...(rating === own ? [] : [await rate(parts, rating)]),
    ...(own === null && !data
      ? []
      : [await send(parts, { ...(own === null ? {} : { rating }), ...(data ? { data } : {}) })]),
  ]
  const said = replies.map((reply) =>
    !reply ? 'open' : reply.status < 300 ? 'given' : (meanings[reply.code!] ?? 'open'),
  )
  if (store.get().conversation_id !== conversation_id) return
  const feedback = (['open', 'given', 'closed'] as const).find((each) => said.includes(each))!
  store.set({ feedback })
  if (feedback === 'given') emit('feedback', { conversation_id, rating })
}

const meanings: Record<string, 'given' | 'closed'> = {
  feedback_given: 'given',
  already_rated: 'given',
  feedback_closed: 'closed',
  rating_closed: 'closed',
}

function send({ session, base, store }: ChatParts, body: object) {
  const { conversation_id } = store.get()
  const path = `${base}/conversations/${conversation_id}/feedback`
  return session.call({ method: 'POST', path, key: `feedback-${conversation_id}`, body })
}

async function rate({ api, session, store }: ChatParts, rating: unknown): Promise<Reply | null> {
  const { conversation_id } = store.get()
  const access = await session.access(conversation_id!)
  if (!access || isRefused(access)) return access
  const path = `/core/conversations/${conversation_id}/satisfaction`
  return api({ method: 'POST', path, token: access.token, key: `rating-${conversation_id}`, body: { rating } })
}
