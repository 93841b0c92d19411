// How turns and conversations end, as parts of the changes that several decisions make. Pure.
import type { Citation, ConversationStatus, EndReason, EndedBy, TurnOutcome } from '@parley/contract'
import {
  type Change,
  type Ending,
  type LockedConversation,
  type NewItem,
  type NewMessage,
  type NewToolResult,
  type OpenTurn,
  type RuleMessage,
  type TurnEnd,
  noChange,
} from './change.ts'
import { textContent, textsOf } from './content.ts'
import { withRetrievals } from './change-with-retrievals.ts'
import { type StoppedCalls, callsOfAll } from './counted-calls.ts'
import type { JsonObject } from '../../base/json.ts'
import { authorOf, originOf } from './message-origin.ts'
import { type NewRetrieval, citing } from './retrievals.ts'

/** Text of a stopped attempt, to be kept when its turn is concluded. */
export interface PartialReply extends StoppedCalls {
  /** If more steps are finished now, the transcript already has it. */
  text: string
  message_id: string
  found?: FoundSoFar | null
}

/** What an attempt had found that its turn does not have yet, and what its text cites. */
export interface FoundSoFar {
  retrievals: NewRetrieval[]
  unshown?: string[]
  citations: Citation[]
}

export function failTurn(turn: OpenTurn, outcome: TurnOutcome, error: string): Change {
  const results = concludeCalls(turn, 'The turn failed before this call had a result.')
  return {
    ...noChange,
    ended_turns: [endOfTurn(turn.id, outcome, error)],
    items: results,
    events: [...results.map(resultEvent), { type: 'turn.failed', data: { turn_id: turn.id, outcome, error } }],
  }
}

/** Cancels turns. Keeps the running turn's text if its attempt still holds the lease. */
export function cancelTurns(
  turns: OpenTurn[],
  outcome: TurnOutcome,
  partial: PartialReply | null,
  why = 'The turn was cancelled before this call had a result.',
): Change {
  const results = turns.flatMap((turn) => concludeCalls(turn, why))
  const isKept = turns.some((turn) => isOf(turn, partial))
  const said = isKept ? keepPartial(partial!) : []
  const change = {
    ...noChange,
    ...callsOfAll(turns, partial),
    ended_turns: turns.map((turn) => endOfTurn(turn.id, outcome, null)),
    items: [...results, ...said],
    events: [
      ...results.map(resultEvent),
      ...said.map(messageCreated),
      ...turns.map((turn) => ({ type: 'turn.cancelled' as const, data: { turn_id: turn.id, outcome } })),
    ],
  }
  return isKept ? withRetrievals(change, partial?.found ?? {}) : change
}

function isOf({ id, lease, steps }: OpenTurn, partial: PartialReply | null): boolean {
  return id === partial?.turn_id && lease === partial.lease && steps === partial.step
}

function keepPartial({ text, message_id: id, turn_id, found }: PartialReply): NewMessage[] {
  if (text === '') return []
  const content = textContent(text)
  const rest = { author: null, interrupted: true, turn_id, metrics: null, ...citing(found?.citations) }
  return [{ type: 'message', id, role: 'assistant', content, ...rest }]
}

/** T8: each call has one result before its turn is over, however the turn ends. */
function concludeCalls(turn: OpenTurn, output: string): NewToolResult[] {
  return turn.pending_calls.map(({ call_id, name }) => ({
    type: 'function_call_output',
    turn_id: turn.id,
    call_id,
    name,
    output,
    is_error: true,
    latency_ms: null,
  }))
}

export function endOfTurn(id: string, outcome: TurnOutcome, error: string | null): TurnEnd {
  return { id, outcome, error, steps: 0, input_tokens: null, output_tokens: null, metrics: null }
}

/**
 * What follows the end of a turn, in the same commit, so that it cannot be forgotten: the next waiting turn
 * starts, or a conversation that only waited for its turns ends.
 */
export function goOnAfter(state: LockedConversation, ended: OpenTurn): Change {
  const open = state.open_turns.filter((turn) => turn.id !== ended.id)
  if (open.length === 0 && state.ending)
    return endChange({ ...state, open_turns: [] }, { ...state.ending, partial: null })
  const next = open.find((turn) => turn.status === 'queued')
  if (!next || ended.status !== 'running') return noChange
  return { ...noChange, started_turn: { id: next.id, takeover: false }, events: [turnEvent('turn.started', next.id)] }
}

/** A turn fails, and the conversation goes on, or waits until the last message is sent again. */
export function failAndGoOn(state: LockedConversation, turn: OpenTurn, outcome: TurnOutcome, error: string): Change {
  const failed = failTurn(turn, outcome, error)
  return owesLastReply(state, turn) ? failed : joinChanges(failed, goOnAfter(state, turn))
}

/**
 * Whether this turn, if it fails, leaves the last message that the version allows without the reply that ends the conversation:
 * the message may be sent again (T9).
 */
export function owesLastReply({ ending, next_turn }: LockedConversation, { sequence }: { sequence: number }): boolean {
  return ending?.end_reason === 'max_turns' && sequence === next_turn - 1
}

export interface EndInput extends Ending {
  partial: PartialReply | null
  /** Absent: completed. */
  status?: ConversationStatus
}

export function endChange(state: LockedConversation, input: EndInput): Change {
  const { end_reason, ended_by, summary_enabled, partial, closing, asks = null, status = 'completed' } = input
  const analysis = analysisAtEnd(state, summary_enabled)
  const cancelled = cancelTurns(state.open_turns, 'conversation_ended', partial)
  const said = closing ? sayByRule(closing) : noChange
  const isAsked = asks === 'always' || (asks === 'person' && (state.handling?.taken_at ?? null) !== null)
  return joinChanges(joinChanges(cancelled, said), endedWith({ status, end_reason, ended_by, analysis }, isAsked))
}

export function sayByRule({ message_id: id, text }: RuleMessage): Change {
  const rest = { author: null, interrupted: false, turn_id: null, metrics: null }
  const message: NewMessage = { type: 'message', id, role: 'assistant', content: textContent(text), ...rest }
  return { ...noChange, items: [message], events: [messageCreated(message)] }
}

type Analysis = NonNullable<Change['end']>['analysis']

function analysisAtEnd(state: LockedConversation, summary_enabled: boolean): Analysis {
  if (state.user_turn_count === 0) return { status: 'skipped', reason: 'The conversation has no user message.' }
  if (!summary_enabled) return { status: 'skipped', reason: 'Analysis is switched off for this agent.' }
  return { status: 'queued', reason: null }
}

/** `ask_satisfaction`: whether clients ask the end user for a rating. */
export function endedWith(end: NonNullable<Change['end']>, ask_satisfaction = false): Change {
  const { status, end_reason, ended_by }: { status: string; end_reason: EndReason; ended_by: EndedBy } = end
  const data = { status, end_reason, ended_by, ask_satisfaction }
  return { ...noChange, end, events: [{ type: 'conversation.ended', data }] }
}

export function messageCreated(message: NewMessage): Change['events'][number] {
  const { id, role, content, interrupted, turn_id } = message
  const author = authorOf(message) as unknown as JsonObject
  const data = { id, role, content: textsOf(content), interrupted, turn_id, author, ...originOf(message) }
  return { type: 'message.created', data }
}

export function resultEvent(result: NewToolResult): Change['events'][number] {
  const { turn_id, call_id, name, output, is_error, latency_ms } = result
  return { type: 'tool_call.completed', data: { turn_id, call_id, name, output, is_error, latency_ms } }
}

export function turnEvent(type: 'turn.queued' | 'turn.started' | 'turn.completed', turn_id: string) {
  return { type, data: { turn_id } }
}

export function joinChanges(first: Change, second: Change): Change {
  return {
    ended_turns: [...first.ended_turns, ...second.ended_turns],
    new_turn: second.new_turn ?? first.new_turn,
    started_turn: second.started_turn ?? first.started_turn,
    step: second.step ?? first.step,
    items: [...first.items, ...second.items] satisfies NewItem[],
    retrievals: [...first.retrievals, ...second.retrievals],
    unshown: [...first.unshown, ...second.unshown],
    calls: [...first.calls, ...second.calls],
    lost_calls: [...first.lost_calls, ...second.lost_calls],
    end: second.end ?? first.end,
    begun: second.begun ?? first.begun,
    ending: second.ending ?? first.ending,
    handling: second.handling ?? first.handling,
    warned: first.warned || second.warned,
    events: [...first.events, ...second.events],
  }
}
