// What a change tells the operator: which turns it ends, how long they took, and how the conversation ended. Pure.
import type { Channel, EndReason, TurnOutcome } from '@parley/contract'
import type { Change, LockedConversation } from './change.ts'

export interface MeasuredTurn {
  outcome: TurnOutcome
  /** From the message to the end of the turn. */
  seconds: number
  /** From the start of the turn to its first text; null: there was none. */
  first_text_seconds: number | null
}

export interface MeasuredChange {
  turns: MeasuredTurn[]
  end: { reason: EndReason; channel: Channel } | null
}

export function measuredIn({ open_turns, now, channel }: LockedConversation, change: Change): MeasuredChange {
  const { ended_turns, new_turn, end } = change
  const turns = ended_turns.map(({ id, outcome, metrics }): MeasuredTurn => {
    const asked_at = open_turns.find((turn) => turn.id === id)?.asked_at ?? now
    const seconds = Math.max(0, Date.parse(now) - Date.parse(asked_at)) / 1000
    return { outcome, seconds, first_text_seconds: metrics?.ttft_ms == null ? null : metrics.ttft_ms / 1000 }
  })
  // Its message was answered or given to people as it was stored.
  if (new_turn?.given) turns.push({ outcome: new_turn.given, seconds: 0, first_text_seconds: null })
  return { turns, end: end && { reason: end.end_reason, channel } }
}
