// A turn as the commit leaves it that accepts its message and begins it: what need not be read again. Pure.
import type { LockedConversation, NewTurn } from './change.ts'
import type { SeenTurn } from './ended-turn.ts'
import type { ConversationRecord, TurnRecord } from '../read/conversation.ts'
import type { BegunTurn } from '../turn-runner.ts'

export function seenAtStart(turn_id: string): SeenTurn {
  return { id: turn_id, status: 'running', outcome: null, error: null, attempts: 1, steps: 0 }
}

/** Undefined where the conversation was changed after it was read, and so has to be read again. */
export function begunTurn(
  state: LockedConversation,
  conversation: ConversationRecord,
  turn: NewTurn,
  user_message_ids: string[],
): BegunTurn | undefined {
  if (state.updated_at !== conversation.updated_at) return undefined
  return { conversation, turn: turnAtStart(state, turn, user_message_ids) }
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

/** To a time with microseconds, which a Date does not have. */
function addSeconds(time: string, seconds: number): string {
  const whole = new Date(Date.parse(`${time.slice(0, 19)}Z`) + seconds * 1000)
  return `${whole.toISOString().slice(0, 19)}${time.slice(19)}`
}
