// What a change of a conversation adds to the statistics. Pure.
import { type Counters, addCounters, countMetrics } from '../../statistics/rules/counters.ts'
import type { Change, LockedConversation, NewItem, TokenUsage, TurnEnd } from './change.ts'

export function isUserMessage(item: NewItem): boolean {
  return item.type === 'message' && item.role === 'user'
}

/** Null: nothing. The end itself is counted by its statement, which knows the duration. */
export function countChange(
  { status, user_turn_count }: Pick<LockedConversation, 'status' | 'user_turn_count'>,
  change: Change,
): Counters | null {
  const messages = change.items.filter(isUserMessage).length
  const counters = addCounters([
    { user_messages: messages, 'usage.messages': messages },
    ...change.ended_turns.map(countTurn),
    ...(change.new_turn?.given ? [{ [`turn.${change.new_turn.given}`]: 1 }] : []),
    ...(change.step ? [countTokens(change.step)] : []),
    // It was not counted before; now it counts, since it is no longer `token_created`.
    ...(change.end && status === 'token_created' ? [{ conversations: 1, user_messages: user_turn_count }] : []),
  ])
  const counted = Object.entries(counters).filter(([, number]) => number !== 0)
  return counted.length === 0 ? null : Object.fromEntries(counted)
}

function countTurn(end: TurnEnd): Counters {
  return { [`turn.${end.outcome}`]: 1, ...countTokens(end), ...(end.metrics ? countMetrics(end.metrics) : {}) }
}

function countTokens({ input_tokens, output_tokens }: TokenUsage): Counters {
  return { input_tokens: input_tokens ?? 0, output_tokens: output_tokens ?? 0 }
}
