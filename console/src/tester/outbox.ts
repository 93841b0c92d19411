// Messages that the tester sends, kept until they are answered. Pure.
import type { ConversationEvent } from '@parley/contract'

export interface Outgoing {
  /** The idempotency key. However often the message is sent, it is stored once. */
  key: string
  text: string
  is_rich: boolean
  /** The last event that was known when it was written. The message is stored after it. */
  after: number
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

/** Messages that the conversation does not show yet. Messages with the same text are matched in order. */
export function notYetShown(outbox: readonly Outgoing[], events: readonly ConversationEvent[]): Outgoing[] {
  const taken = new Set<number>()
  return outbox.filter(({ after, text }) => {
    const stored = events.find((event) => event.sequence > after && !taken.has(event.sequence) && says(event, text))
    if (stored) taken.add(stored.sequence)
    return stored === undefined
  })
}

function says({ type, data }: ConversationEvent, text: string): boolean {
  return type === 'message.created' && data.role === 'user' && data.content.join('') === text
}
