// How the agent itself hands a conversation to people: by its tool, or because its turns fail. Pure.
import type { TurnOutcome } from '@parley/contract'
import type { JsonObject } from '../../base/json.ts'
import { type Change, type LockedConversation, type NewToolResult, type OpenTurn, noChange } from './change.ts'
import { type RequestInput, byOf, requestChange, waitMessage, whyDeclined } from './handling-decisions.ts'
import { declinedChange } from './handling-upkeep.ts'
import { answeringOf, cutTurns, keepUnanswered, saidBySystem, withMessagesOf } from './leaving.ts'
import { failAndGoOn, failTurn, joinChanges, resultEvent } from './turn-endings.ts'

/** After so many failed turns in a row, a person is asked for; null: however many. */
export type FailureRule = RequestInput & { after_failed_replies: number | null }

/** A turn fails; with enough others before it, or if it was to answer after a return, people answer what it has not. */
export function failOrHandOff(
  state: LockedConversation,
  turn: OpenTurn,
  failure: { outcome: TurnOutcome; error: string },
  rule: FailureRule | null,
): Change {
  const { outcome, error } = failure
  const failed = failAndGoOn(state, turn, outcome, error)
  if (state.ending) return failed
  const isOfReturn = answeringOf(state, turn) !== null
  const stays = joinChanges(failed, keepUnanswered(state, turn))
  const request = rule && (isOfReturn ? { ...rule, force: true } : failedOften(state, rule))
  if (!request) return stays
  const declined = whyDeclined(state, request)
  if (declined) return joinChanges(stays, declinedBy(request, declined.why))
  const rest = withoutTurn(state, turn)
  const told = joinChanges(failTurn(turn, outcome, error), waitMessage(request))
  return requestChange(rest, request, { cut: withMessagesOf(cutTurns(rest, null), state, turn), told })
}

const failedOften = ({ failed_turns }: LockedConversation, rule: FailureRule) =>
  rule.after_failed_replies !== null && failed_turns + 1 >= rule.after_failed_replies ? rule : null

const withoutTurn = (state: LockedConversation, { id }: OpenTurn): LockedConversation => ({
  ...state,
  open_turns: state.open_turns.filter((open) => open.id !== id),
})

const declinedBy = (request: RequestInput, why: 'limit' | 'closed') =>
  declinedChange({ ...byOf(request), why }, request.reason, request.plan.declines?.opens_at ?? null)

/** A call of the tool `hand_off`, the last of its step. */
export interface HandOffCall {
  call: { call_id: string; name: string }
  request: RequestInput
  /** Whether the end user is told something by the agent: beside the call, or by the text that the call gives. */
  has_said: boolean
  /** What ends the turn if it is accepted. */
  complete: (turn: OpenTurn) => Change
}

export type HandOffAnswer = { status: 'requested' } | { status: 'declined'; why: string; opens_at: string | null }

/** Accepted, the turn is over and people have the conversation, in one change; declined, the call has that result. */
export function handOffByTool(
  state: LockedConversation,
  turn: OpenTurn,
  { call, request, has_said, complete }: HandOffCall,
): { change: Change; answer: HandOffAnswer } {
  const declined = state.ending ? { why: 'ending' as const } : whyDeclined(state, request)
  if (declined) {
    const answer = { status: 'declined', why: declined.why, opens_at: request.plan.declines?.opens_at ?? null } as const
    const result = resultOf(turn, call, answer)
    if (declined.why === 'ending') return { change: result, answer }
    return { change: joinChanges(result, declinedBy(request, declined.why)), answer }
  }
  const answer = { status: 'requested' } as const
  const { message } = request.plan
  const waits = has_said || !message ? noChange : saidBySystem(message, turn.id)
  const completed = complete({ ...turn, pending_calls: [] })
  const told = joinChanges(resultOf(turn, call, answer), joinChanges(waits, completed))
  const rest = withoutTurn(state, turn)
  return {
    change: requestChange(rest, request, { cut: withMessagesOf(cutTurns(rest, null), state, turn), told }),
    answer,
  }
}

function resultOf({ id: turn_id }: OpenTurn, call: HandOffCall['call'], output: HandOffAnswer): Change {
  const item: NewToolResult = {
    ...{ type: 'function_call_output', turn_id, ...call },
    ...{ output: output as unknown as JsonObject, is_error: false, latency_ms: null },
  }
  return { ...noChange, items: [item], events: [resultEvent(item)] }
}
