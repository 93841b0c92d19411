// Messages that are on their way: stored before the first request, sent in order, each until it is stored or cannot be. Pure.

export interface Outgoing {
  /** The idempotency key, and the message's id on the server: however often it is sent, it is stored once. */
  client_id: string
  conversation_id: string
  /** The conversation is not begun yet: this is the id that it will be begun with, unless another is active then. */
  is_planned?: true
  text: string
  /** When it was written, in milliseconds since 1970. */
  at: number
  /** Orders what was written in the same millisecond. */
  order: number
  in_reply_to?: string
  values?: Record<string, unknown>
  /** Why it was not sent: it waits for Send or Discard. Absent while it is being sent. */
  fault?: SendFault
}

export type SendFault =
  /** It was tried for a day, or is older than a week. */
  | 'old'
  /** The conversation has ended, or takes no more messages: it can be sent in a new one. */
  | 'over'
  | 'full'
  | 'blocked'
  | 'cap'
  | 'origin'
  | 'too_long'
  | 'answered'
  | 'refused'

export const tried_at_most_ms = 86_400_000
export const kept_at_most_ms = 7 * 86_400_000
export const messages_at_most = 50
export const bytes_at_most = 262_144
const first_pause_ms = 1000
const longest_pause_ms = 30_000

const byOrder = (one: Outgoing, other: Outgoing) => one.at - other.at || one.order - other.order

export const inOrder = (outbox: readonly Outgoing[]): Outgoing[] => outbox.toSorted(byOrder)

const sizeOf = (message: Outgoing) => new TextEncoder().encode(JSON.stringify(message)).length

/** Null: there is no room, so the composer keeps the text. */
export function write(outbox: readonly Outgoing[], message: Omit<Outgoing, 'order'>): readonly Outgoing[] | null {
  const order = 1 + Math.max(0, ...outbox.map((each) => each.order))
  const added = { ...message, order }
  const bytes = [...outbox, added].reduce((sum, each) => sum + sizeOf(each), 0)
  return outbox.length < messages_at_most && bytes <= bytes_at_most ? [...outbox, added] : null
}

/**
 * What is sent next in a conversation: the oldest that waits. A message that was refused does not hold up those after it.
 * `since` is when this page began to try.
 */
export function nextToSend(outbox: readonly Outgoing[]): Outgoing | null {
  return inOrder(outbox).find(({ fault }) => fault === undefined) ?? null
}

/** Whether it has been tried for a day, or was written a week ago. */
export function isOld({ at }: Outgoing, since: number, now: number): boolean {
  return now - Math.max(at, since) >= tried_at_most_ms || now - at >= kept_at_most_ms
}

export function withFault(outbox: readonly Outgoing[], client_id: string, fault: SendFault): readonly Outgoing[] {
  return outbox.map((each) => (each.client_id === client_id ? { ...each, fault } : each))
}

export function discard(outbox: readonly Outgoing[], client_id: string): readonly Outgoing[] {
  return outbox.filter((each) => each.client_id !== client_id)
}

/**
 * The user sends it again: as a message of now, in this conversation. It keeps its key where it may be stored already; in another
 * conversation it is a new message, since it cannot be stored in the old one any more.
 */
export function sendAgain(
  outbox: readonly Outgoing[],
  client_id: string,
  { now, new_id, ...place }: Pick<Outgoing, 'conversation_id' | 'is_planned'> & { now: number; new_id: string },
): readonly Outgoing[] {
  return outbox.map((each) => {
    if (each.client_id !== client_id) return each
    const { fault: _fault, in_reply_to, values, is_planned: _planned, ...message } = each
    if (each.conversation_id === place.conversation_id) {
      return { ...message, ...place, at: now, ...(in_reply_to ? { in_reply_to } : {}), ...(values ? { values } : {}) }
    }
    return { ...message, at: now, client_id: new_id, ...place }
  })
}

/** A conversation is begun, or was active: what was written for one that was planned goes there. */
export function settle(outbox: readonly Outgoing[], conversation_id: string): readonly Outgoing[] {
  return outbox.map((each) => {
    if (!each.is_planned) return each
    const { is_planned: _planned, ...message } = each
    return { ...message, conversation_id }
  })
}

/** The planned id is taken by another conversation. */
export function planAgain(outbox: readonly Outgoing[], conversation_id: string): readonly Outgoing[] {
  return outbox.map((each) => (each.is_planned ? { ...each, conversation_id } : each))
}

/** What came back for a message; null if nothing did. */
export interface Answer {
  status: number
  code: string | null
  has_turn: boolean
  retry_after_ms: number | null
}

export type Verdict =
  | { type: 'stored' }
  | { type: 'again'; after_ms: number | null }
  /** The conversation token is no longer taken. */
  | { type: 'renew' }
  | { type: 'failed'; fault: SendFault }

const faults: Record<string, SendFault> = {
  conversation_not_active: 'over',
  conversation_ending: 'over',
  conversation_full: 'full',
  widget_cap_reached: 'cap',
  visitor_blocked: 'blocked',
  origin_not_allowed: 'origin',
  validation_failed: 'too_long',
  widget_answered: 'answered',
}
const passing = ['rate_limited', 'too_many_waiting_turns', 'conversation_busy', 'too_many_unanswered_messages']

export function judgeAnswer(answer: Answer | null): Verdict {
  if (answer === null) return { type: 'again', after_ms: null }
  const { status, code, has_turn, retry_after_ms } = answer
  // Whatever became of its turn, the message is stored; the events say the rest.
  if (status < 300 || has_turn || code === 'message_stored') return { type: 'stored' }
  if (status === 401) return { type: 'renew' }
  if (status >= 500 || status === 408 || passing.includes(code ?? ''))
    return { type: 'again', after_ms: retry_after_ms }
  if (status === 404) return { type: 'failed', fault: 'over' }
  return { type: 'failed', fault: (code !== null && Object.hasOwn(faults, code) && faults[code]) || 'refused' }
}

/** From 1 s to 30 s, each time twice as long, with jitter; never earlier than the server asks. `random` is from 0 to 1. */
export function pauseBefore(failures: number, asked_ms: number | null, random: number): number {
  const backoff = Math.min(longest_pause_ms, first_pause_ms * 2 ** Math.min(failures, 10)) * (0.75 + random / 4)
  return Math.max(backoff, asked_ms ?? 0, first_pause_ms)
}

/** What of storage is a message; null for anything else, such as what an older version has left. */
export function readStored(text: string | null): Outgoing | null {
  try {
    const value = JSON.parse(text ?? '') as Outgoing
    const isMessage =
      typeof value.client_id === 'string' &&
      typeof value.conversation_id === 'string' &&
      typeof value.text === 'string' &&
      Number.isFinite(value.at) &&
      Number.isFinite(value.order)
    return isMessage ? value : null
  } catch {
    return null
  }
}
