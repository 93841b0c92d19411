// What the stream of a conversation has reported so far: its events, and the replies in progress. Pure.
import type { ConversationEvent, ConversationStreamEvent } from '@parley/contract'

export interface Live {
  /** In order, each once. */
  events: readonly ConversationEvent[]
  /** The text of a turn that is not stored yet. */
  said: Readonly<Record<string, string>>
  turns: Readonly<Record<string, 'queued' | 'running'>>
  /** Who types, by who they are. It lapses unless it is heard again. */
  typing: Readonly<Record<string, Typist>>
  /** Who else has it open. */
  viewers: readonly Viewer[]
  more_viewers: number
}

export interface Typist {
  type: 'end_user' | 'user'
  id: string | null
  name: string | null
  /** How often it was heard. */
  beat: number
}

export interface Viewer {
  user_id: string
  name: string | null
}

/** What is heard of somebody who types holds so long. */
export const typing_lapses_ms = 6000

export const nothingYet: Live = { events: [], said: {}, turns: {}, typing: {}, viewers: [], more_viewers: 0 }

export function hear(live: Live, { event, data }: ConversationStreamEvent): Live {
  switch (event) {
    case 'message.delta':
      return { ...live, said: { ...live.said, [data.turn_id]: (live.said[data.turn_id] ?? '') + data.text } }
    case 'message.snapshot':
      return { ...live, said: { ...live.said, [data.turn_id]: data.text } }
    case 'typing':
      return { ...live, typing: hearTyping(live.typing, data) }
    case 'presence':
      return { ...live, viewers: data.viewers, more_viewers: data.more_viewers }
    default:
      return record(live, data)
  }
}

type TypingData = Extract<ConversationStreamEvent, { event: 'typing' }>['data']

function hearTyping(typing: Live['typing'], { by, typing: isTyping }: TypingData): Live['typing'] {
  const key = typistKey(by)
  return isTyping ? { ...typing, [key]: { ...by, beat: (typing[key]?.beat ?? 0) + 1 } } : without(typing, key)
}

const typistKey = ({ type, id }: { type: string; id: string | null }) => (type === 'end_user' ? type : `${type} ${id}`)

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
    case 'message.created': {
      const said = data.role === 'assistant' && data.turn_id ? without(live.said, data.turn_id) : live.said
      // Their message is there, so they type no longer.
      const typing = data.author ? without(live.typing, typistKey(data.author)) : live.typing
      return { ...live, said, typing }
    }
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
