// What the stream of a conversation has reported so far: its events, and the replies in progress. Pure.
import type { ConversationEvent, ConversationStreamEvent } from '@parley/contract'

export interface Live {
  /** In order, each once. */
  events: readonly ConversationEvent[]
  /** The text of a turn that is not stored yet. */
  said: Readonly<Record<string, string>>
  turns: Readonly<Record<string, 'queued' | 'running'>>
}

export const nothingYet: Live = { events: [], said: {}, turns: {} }

export function hear(live: Live, { event, data }: ConversationStreamEvent): Live {
  switch (event) {
    case 'message.delta':
      return { ...live, said: { ...live.said, [data.turn_id]: (live.said[data.turn_id] ?? '') + data.text } }
    case 'message.snapshot':
      return { ...live, said: { ...live.said, [data.turn_id]: data.text } }
    default:
      return record(live, data)
  }
}

function record(live: Live, event: ConversationEvent): Live {
  const last = live.events.at(-1)
  if (last && event.sequence <= last.sequence) return live
  return { ...tell(live, event), events: [...live.events, event] }
}

function tell(live: Live, { type, data }: ConversationEvent): Live {
  switch (type) {
    case 'turn.queued':
      return { ...live, turns: { ...live.turns, [data.turn_id]: 'queued' } }
    case 'turn.started':
      return { ...live, turns: { ...live.turns, [data.turn_id]: 'running' }, said: without(live.said, data.turn_id) }
    case 'message.created':
      return data.role === 'assistant' && data.turn_id ? { ...live, said: without(live.said, data.turn_id) } : live
    case 'turn.completed':
    case 'turn.failed':
    case 'turn.cancelled':
      return { ...live, turns: without(live.turns, data.turn_id), said: without(live.said, data.turn_id) }
    case 'conversation.ended':
    case 'conversation.deleted':
      return { ...live, turns: {}, said: {} }
    default:
      return live
  }
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key))
}
