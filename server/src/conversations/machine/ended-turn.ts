// What a commit knows of the turns that it has ended: enough to answer who waits for them, without reading what was just written.
// Pure.
import type { Change, LockedConversation, NewItem, NewMessage } from './change.ts'
import type { ItemRecord, TurnRecord } from '../read/conversation.ts'
import { statusOfOutcome } from './turn.ts'

/** What is asked of a turn by those who follow it. */
export type SeenTurn = Pick<TurnRecord, 'id' | 'status' | 'outcome' | 'error' | 'attempts' | 'steps'>

export interface EndedTurn extends SeenTurn {
  /** Those who have to know: that of the waiting call, that which carried it out. */
  nodes: string[]
  /** All that the agent has said and done in it; null: the transcript has more than this commit. */
  items: ItemRecord[] | null
}

/** The turns that a change ends. */
export function endedTurns(state: LockedConversation, change: Change): EndedTurn[] {
  return state.open_turns.flatMap((turn) => {
    const end = change.ended_turns.find(({ id }) => id === turn.id)
    if (!end) return []
    const { id, accepted_by, node_id, attempts } = turn
    const nodes = [accepted_by, node_id ?? accepted_by]
    const { outcome, error } = end
    const steps = turn.steps + end.steps
    const items = turn.steps === 0 ? itemsOf(id, state, change) : null
    return [{ id, nodes, status: statusOfOutcome[outcome], outcome, error, attempts, steps, items }]
  })
}

function itemsOf(turn_id: string, { next_position, now }: LockedConversation, { items }: Change): ItemRecord[] {
  return items.flatMap((item, index) => {
    if (!isSaidIn(turn_id, item)) return []
    return [{ ...noCall, ...item, content: [item.text], position: next_position + index, created_at: now }]
  })
}

function isSaidIn(turn_id: string, item: NewItem): item is NewMessage {
  return item.type === 'message' && item.turn_id === turn_id && item.role === 'assistant'
}

/** Of a message that no tool has said. */
const noCall = { call_id: null, name: null, arguments: null, output: null, is_error: null, latency_ms: null }
