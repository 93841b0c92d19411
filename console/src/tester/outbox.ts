// Messages that the tester sends, kept until they are answered. Pure.
import type { ConversationEvent, FormValues, TranscriptItem } from '@parley/contract'

export interface Outgoing {
  /** The idempotency key, and the `client_id`. However often the message is sent, it is stored once. */
  key: string
  text: string
  /** Of an answer to a widget: its text is how the server tells the values. */
  answer?: { in_reply_to: string; values: FormValues }
  is_rich: boolean
  /** `failed`: it is stored, but its turn failed. Sending it with the same key repeats the turn. */
  state: 'sending' | 'waiting' | 'stored' | 'answered' | 'failed' | 'refused'
  /** For `refused`: why it was not stored. */
  fault?: Fault
}

export interface Fault {
  code: string
  message: string
}

export type OutboxChange =
  | { type: 'written'; message: Outgoing }
  | { type: 'changed'; key: string; state: Outgoing['state']; fault?: Fault }
  | { type: 'discarded'; key: string }

const isOver = ({ state }: Outgoing) => state === 'answered' || state === 'failed'

export function changeOutbox(outbox: readonly Outgoing[], change: OutboxChange): readonly Outgoing[] {
  switch (change.type) {
    case 'written':
      return [...outbox.filter((message) => !isOver(message)), change.message]
    case 'changed':
      return outbox.map((message) => (message.key === change.key ? withState(message, change) : message))
    case 'discarded':
      return outbox.filter(({ key }) => key !== change.key)
  }
}

function withState({ fault: _before, ...message }: Outgoing, change: { state: Outgoing['state']; fault?: Fault }) {
  return { ...message, state: change.state, ...(change.fault ? { fault: change.fault } : {}) }
}

/** After a reload, the fate of these is unknown. Sending them again has no second effect. */
export function unsettled(outbox: readonly Outgoing[]): Outgoing[] {
  return outbox.filter((message) => !isOver(message) && message.state !== 'refused')
}

/** Messages that the conversation does not show yet. */
export function notYetShown(outbox: readonly Outgoing[], events: readonly ConversationEvent[]): Outgoing[] {
  const stored = new Set(events.flatMap(({ type, data }) => (type === 'message.created' ? [data.client_id] : [])))
  return outbox.filter(({ key }) => !stored.has(key))
}

/** The widgets that are answered, or are about to be: not those whose answer was refused. */
export function answeredBy(outbox: readonly Outgoing[], items: readonly TranscriptItem[]): ReadonlySet<string> {
  const sent = outbox.flatMap(({ answer, state }) => (answer && state !== 'refused' ? [answer.in_reply_to] : []))
  return new Set([...sent, ...items.flatMap(({ in_reply_to }) => in_reply_to ?? [])])
}
