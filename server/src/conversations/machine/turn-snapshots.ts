// What a commit knows of the turns that it starts and ends: enough to carry them out, and to answer the calls that wait for
// them, without reading back what was just written. Pure.
import type { Change, LockedConversation, NewItem, NewMessage, NewTurn } from './change.ts'
import type { NewRetrieval } from './retrievals.ts'
import { type ConversationRecord, type ItemRecord, type TurnRecord, rowOfItem } from './rows.ts'
import { statusOfOutcome } from './turn.ts'
import { stateAfterBeginning } from './usual-changes.ts'
import { addSeconds } from '../../base/time.ts'
import type { BegunTurn } from '../turn-runner.ts'

/** What followers of a turn need to know. */
export type SeenTurn = Pick<
  TurnRecord,
  'id' | 'status' | 'outcome' | 'error' | 'attempts' | 'steps' | 'retrievals' | 'handled_by'
>

export interface EndedTurn extends SeenTurn {
  /** The nodes to notify: that of the waiting call, and the one that carried the turn out. */
  nodes: string[]
  /** Everything that the agent has said and done in it; null: the transcript has more than this commit. */
  items: ItemRecord[] | null
  /** The searches of it; null: as above. */
  records: NewRetrieval[] | null
}

/** The turns that a change ends. */
export function endedTurns(state: LockedConversation, change: Change): EndedTurn[] {
  const { handled_by } = change.handling ?? state
  return state.open_turns.flatMap((turn) => {
    const end = change.ended_turns.find(({ id }) => id === turn.id)
    if (!end) return []
    const { id, accepted_by, node_id, attempts } = turn
    const nodes = [accepted_by, node_id ?? accepted_by]
    const { outcome, error } = end
    const steps = turn.steps + end.steps
    const items = turn.steps === 0 ? itemsOf(id, state, change) : null
    const found = change.retrievals.filter(({ turn_id }) => turn_id === id)
    const retrievals = turn.retrievals + found.length
    const records = turn.retrievals === 0 ? found : null
    return [
      {
        ...{ id, nodes, status: statusOfOutcome[outcome], outcome, error, attempts, steps, items, retrievals, records },
        handled_by,
      },
    ]
  })
}

function itemsOf(turn_id: string, { next_position, now }: LockedConversation, { items }: Change): ItemRecord[] {
  return items.flatMap((item, index) => {
    if (!isSaidIn(turn_id, item)) return []
    return [{ ...rowOfItem(item), id: item.id, position: next_position + index, created_at: now }]
  })
}

function isSaidIn(turn_id: string, item: NewItem): item is NewMessage {
  return item.type === 'message' && item.turn_id === turn_id && item.role === 'assistant'
}

export function seenAtStart(turn_id: string): SeenTurn {
  return {
    ...{ id: turn_id, status: 'running', outcome: null, error: null, attempts: 1, steps: 0, retrievals: 0 },
    handled_by: 'agent',
  }
}

/** A turn that was over as soon as it was stored; null: it was not. */
export function seenIfGiven(state: LockedConversation, { new_turn, handling }: Change): SeenTurn | null {
  if (!new_turn?.given) return null
  const { handled_by } = handling ?? state
  const rest = { error: null, attempts: 0, steps: 0, retrievals: 0, handled_by }
  return { id: new_turn.id, status: 'completed', outcome: new_turn.given, ...rest }
}

/** Undefined if the conversation changed after it was read, so that it has to be read again. */
export function begunTurn(
  state: LockedConversation,
  conversation: ConversationRecord,
  turn: NewTurn,
  change: Change,
  node_id: string,
): BegunTurn | undefined {
  if (state.updated_at !== conversation.updated_at) return undefined
  const { items } = change
  const messages = items.filter((item) => item.type === 'message')
  const user_message_ids = messages.flatMap(({ id, role }) => (role === 'user' ? [id] : []))
  const said = state.redaction === null && messages.length === items.length ? asStored(state, messages) : null
  const left = stateAfterBeginning({ state, change }, node_id)
  return { conversation, turn: turnAtStart(state, turn, user_message_ids), said, left }
}

function asStored({ next_position, now }: LockedConversation, messages: NewMessage[]): ItemRecord[] {
  return messages.map((item, index) => {
    return { ...rowOfItem(item), id: item.id, position: next_position + index, created_at: now }
  })
}

function turnAtStart(
  { next_turn, next_lease, now }: LockedConversation,
  { max_seconds, start: _start, ...turn }: NewTurn,
  user_message_ids: string[],
): TurnRecord {
  return {
    ...turn,
    ...seenAtStart(turn.id),
    sequence: next_turn,
    lease: next_lease,
    input_tokens: null,
    output_tokens: null,
    queued_at: now,
    started_at: now,
    deadline_at: addSeconds(now, max_seconds),
    finished_at: null,
    user_message_ids,
  }
}
