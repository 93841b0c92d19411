// Every decision about a conversation, as pure functions: the locked state in, a refusal or a change out.
import type { ConcurrencyRule, EndedBy, TurnMetrics, TurnOutcome, TurnStatus } from '@parley/contract'
import {
  type Change,
  type Decision,
  type Ending,
  type LockedConversation,
  type NewMessage,
  type OpenTurn,
  type TurnEnd,
  noChange,
} from './change.ts'
import { isActive, mayBecome, statusAtForcedEnd, takesMessages } from './conversation.ts'
import { max_attempts } from './turn.ts'

/** Text that a stopped attempt had produced, to be kept where its turn is concluded. */
export interface Partial {
  turn_id: string
  lease: number
  text: string
  message_id: string
}

export interface MessageInput {
  message_id: string
  turn_id: string
  text: string
  concurrency: ConcurrencyRule
  interactivity: 'plain' | 'rich'
  agent_version_id: string
  max_seconds: number
  max_waiting: number
  /** Of the attempt that was stopped here, with `interrupt`. */
  partial: Partial | null
}

/** A message arrives. Answers the turn that will answer it and how many wait before. */
export function decideMessage(
  state: LockedConversation,
  input: MessageInput,
): Decision<{ turn_id: string; ahead: number }> {
  if (state.channel !== 'text') return { refused: 'conversation_not_text' }
  if (!takesMessages(state.status)) return { refused: 'conversation_not_active' }
  if (state.ending) return { refused: 'conversation_ending' }
  const [first] = state.open_turns
  if (!first) return acceptInNewTurn(input, { start: true, ahead: 0 })
  switch (input.concurrency) {
    case 'reject':
      return { refused: 'turn_in_progress', fields: { running_turn_id: first.id } }
    case 'interrupt':
      return acceptInterrupting(state, input)
    case 'merge':
      return acceptMerging(state, input)
    case 'queue':
      return acceptWaiting(state, input)
  }
}

function acceptWaiting(state: LockedConversation, input: MessageInput) {
  if (isQueueFull(state, input)) return { refused: 'too_many_waiting_turns' } as const
  return acceptInNewTurn(input, { start: false, ahead: state.open_turns.length })
}

function isQueueFull(state: LockedConversation, input: Pick<MessageInput, 'max_waiting'>): boolean {
  const waiting = state.open_turns.filter((turn) => turn.status === 'queued')
  return waiting.reduce((sum, turn) => sum + Math.max(1, turn.messages), 0) >= input.max_waiting
}

function acceptMerging(state: LockedConversation, input: MessageInput) {
  if (isQueueFull(state, input)) return { refused: 'too_many_waiting_turns' } as const
  const last = state.open_turns.at(-1)!
  if (last.status !== 'queued' || last.concurrency !== 'merge') return acceptWaiting(state, input)
  const message = userMessage(input, last.id)
  return {
    change: { ...noChange, messages: [message], events: [messageCreated(message)] },
    answer: { turn_id: last.id, ahead: state.open_turns.length - 1 },
  }
}

function acceptInterrupting(state: LockedConversation, input: MessageInput) {
  const accepted = acceptInNewTurn(input, { start: true, ahead: 0 })
  const cancelled = cancelTurns(state.open_turns, 'superseded', input.partial)
  return { change: joinChanges(cancelled, accepted.change), answer: accepted.answer }
}

function acceptInNewTurn(input: MessageInput, { start, ahead }: { start: boolean; ahead: number }) {
  const message = userMessage(input, input.turn_id)
  const { turn_id: id, concurrency, interactivity, agent_version_id, max_seconds } = input
  const change: Change = {
    ...noChange,
    new_turn: { id, concurrency, interactivity, agent_version_id, max_seconds, start, messages_of: null },
    messages: [message],
    events: [messageCreated(message), turnEvent('turn.queued', id), ...(start ? [turnEvent('turn.started', id)] : [])],
  }
  return { change, answer: { turn_id: id, ahead } }
}

export interface RetryInput {
  turn_id: string
  /** The turn that the message was accepted in. */
  messages_of: string
  /** The newest turn that was to answer it. */
  newest: { id: string; status: TurnStatus }
  concurrency: ConcurrencyRule
  interactivity: 'plain' | 'rich'
  agent_version_id: string
  max_seconds: number
  max_waiting: number
}

/**
 * A message whose turn failed comes again: a new turn answers it, behind those that wait. Where that cannot be now, or is under
 * way, the answer is the newest turn's.
 */
export function decideRetry(
  state: LockedConversation,
  input: RetryInput,
): Decision<{ turn_id: string; ahead: number }> {
  const { turn_id: id, newest, messages_of, concurrency, interactivity, agent_version_id, max_seconds } = input
  const ahead = state.open_turns.length
  const isRefused =
    !takesMessages(state.status) ||
    state.ending !== null ||
    isQueueFull(state, input) ||
    (concurrency === 'reject' && ahead > 0)
  if (newest.status !== 'failed' || isRefused) return { change: noChange, answer: { turn_id: newest.id, ahead } }
  const start = ahead === 0
  const change: Change = {
    ...noChange,
    // No later message merges into it: its messages are those of the failed turn.
    new_turn: { id, concurrency: 'queue', interactivity, agent_version_id, max_seconds, start, messages_of },
    events: [turnEvent('turn.queued', id), ...(start ? [turnEvent('turn.started', id)] : [])],
  }
  return { change, answer: { turn_id: id, ahead } }
}

export interface AttemptKey {
  turn_id: string
  lease: number
}

/** What an attempt reports when it is through. */
export type AttemptResult =
  | { type: 'reply'; text: string; message_id: string; steps: number; metrics: TurnMetrics }
  | { type: 'failure'; outcome: Extract<TurnOutcome, 'model_error' | 'timed_out' | 'step_limit'>; error: string }

/** An attempt is through. A stale one (T6) changes nothing. */
export function decideAttemptResult(
  state: LockedConversation,
  attempt: AttemptKey,
  result: AttemptResult,
): Decision<'written' | 'stale'> {
  const turn = state.open_turns.find((open) => open.id === attempt.turn_id)
  if (!isActive(state.status) || turn?.status !== 'running' || turn.lease !== attempt.lease) {
    return { change: noChange, answer: 'stale' }
  }
  const change = result.type === 'reply' ? completeTurn(turn, result) : failTurn(turn, result.outcome, result.error)
  return { change: joinChanges(change, goOnAfter(state, turn)), answer: 'written' }
}

function completeTurn(turn: OpenTurn, reply: Extract<AttemptResult, { type: 'reply' }>): Change {
  const { metrics, steps } = reply
  const message: NewMessage = {
    id: reply.message_id,
    role: 'assistant',
    text: reply.text,
    interrupted: false,
    turn_id: turn.id,
    metrics,
  }
  const { input_tokens, output_tokens } = metrics
  return {
    ...noChange,
    ended_turns: [{ id: turn.id, outcome: 'reply', error: null, steps, input_tokens, output_tokens }],
    messages: [message],
    events: [messageCreated(message), turnEvent('turn.completed', turn.id)],
  }
}

function failTurn(turn: OpenTurn, outcome: TurnOutcome, error: string): Change {
  return {
    ...noChange,
    ended_turns: [endOfTurn(turn.id, outcome, error)],
    events: [{ type: 'turn.failed', data: { turn_id: turn.id, outcome, error } }],
  }
}

/**
 * What the end of a turn brings, in the very commit that ends it, so that it cannot be forgotten: the next waiting turn
 * begins, or a conversation that was only waiting for its turns ends.
 */
function goOnAfter(state: LockedConversation, ended: OpenTurn): Change {
  const open = state.open_turns.filter((turn) => turn.id !== ended.id)
  if (open.length === 0 && state.ending)
    return endChange({ ...state, open_turns: [] }, { ...state.ending, partial: null })
  const next = open.find((turn) => turn.status === 'queued')
  if (!next || ended.status !== 'running') return noChange
  return { ...noChange, started_turn: { id: next.id, takeover: false }, events: [turnEvent('turn.started', next.id)] }
}

/** The sweep found a turn that nobody carries out: an attempt whose lease ran out, or one that waits for nothing. */
export function decideTakeover(state: LockedConversation, turn_id: string): Decision<'started' | 'failed' | 'nothing'> {
  const turn = state.open_turns.find((open) => open.id === turn_id)
  if (!turn || !isActive(state.status) || state.open_turns[0] !== turn) return { change: noChange, answer: 'nothing' }
  const takeover = turn.status === 'running'
  if (takeover && !turn.lease_expired) return { change: noChange, answer: 'nothing' }
  if (takeover && (turn.past_deadline || turn.attempts >= max_attempts)) {
    const [outcome, error] = turn.past_deadline
      ? (['timed_out', 'The turn did not end within its time.'] as const)
      : (['attempts_exhausted', 'Every attempt at this turn was lost.'] as const)
    return { change: joinChanges(failTurn(turn, outcome, error), goOnAfter(state, turn)), answer: 'failed' }
  }
  const change = { ...noChange, started_turn: { id: turn.id, takeover }, events: [turnEvent('turn.started', turn.id)] }
  return { change, answer: 'started' }
}

/** The caller cancels a turn. A final one stays as it is. */
export function decideCancel(
  state: LockedConversation,
  turn_id: string,
  partial: Partial | null,
): Decision<'cancelled' | 'unchanged'> {
  const turn = state.open_turns.find((open) => open.id === turn_id)
  if (!turn) return { change: noChange, answer: 'unchanged' }
  const cancelled = cancelTurns([turn], 'cancelled_by_caller', partial)
  return { change: joinChanges(cancelled, goOnAfter(state, turn)), answer: 'cancelled' }
}

export interface EndInput extends Ending {
  mode: 'cut' | 'finish'
  partial: Partial | null
}

/**
 * `cut`: one commit completes the conversation, keeps what was said and cancels its turns. `finish`: the same, once the last
 * open turn is over.
 */
export function decideEnd(
  state: LockedConversation,
  { mode, partial, ...ending }: EndInput,
): Decision<'ended' | 'ending' | 'already_completed'> {
  if (state.channel !== 'text') return { refused: 'conversation_not_text' }
  if (state.status === 'completed') return { change: noChange, answer: 'already_completed' }
  if (!mayBecome(state.channel, state.status, 'completed')) return { refused: 'conversation_not_active' }
  if (mode === 'finish' && state.open_turns.length > 0) {
    return { change: state.ending ? noChange : { ...noChange, ending }, answer: 'ending' }
  }
  return { change: endChange(state, { ...ending, partial }), answer: 'ended' }
}

/** An active conversation is ended because it is deleted: nothing is analysed. */
export function decideEndForDeletion(state: LockedConversation, ended_by: EndedBy): Change {
  if (!isActive(state.status)) return noChange
  const end = { status: statusAtForcedEnd(state.channel, state.status), end_reason: 'deleted' as const, ended_by }
  return joinChanges(
    cancelTurns(state.open_turns, 'conversation_ended', null),
    endedWith({ ...end, analysis: { status: 'none', reason: null } }),
  )
}

type Analysis = NonNullable<Change['end']>['analysis']

function analysisAtEnd(state: LockedConversation, summary_enabled: boolean): Analysis {
  if (state.user_turn_count === 0) return { status: 'skipped', reason: 'There was no user message.' }
  if (!summary_enabled) return { status: 'skipped', reason: 'The summary is switched off.' }
  return { status: 'queued', reason: null }
}

function endChange(state: LockedConversation, input: Ending & { partial: Partial | null }): Change {
  const { end_reason, ended_by, summary_enabled, partial } = input
  const analysis = analysisAtEnd(state, summary_enabled)
  return joinChanges(
    cancelTurns(state.open_turns, 'conversation_ended', partial),
    endedWith({ status: 'completed', end_reason, ended_by, analysis }),
  )
}

function endedWith(end: NonNullable<Change['end']>): Change {
  const { status, end_reason, ended_by } = end
  return { ...noChange, end, events: [{ type: 'conversation.ended', data: { status, end_reason, ended_by } }] }
}

/** Turns become `cancelled`; what the running one had said is kept, if it is still that attempt's to say. */
function cancelTurns(turns: OpenTurn[], outcome: TurnOutcome, partial: Partial | null): Change {
  const owner = turns.find((turn) => turn.id === partial?.turn_id && turn.lease === partial.lease)
  const messages: NewMessage[] =
    owner && partial && partial.text !== ''
      ? [
          {
            id: partial.message_id,
            role: 'assistant',
            text: partial.text,
            interrupted: true,
            turn_id: owner.id,
            metrics: null,
          },
        ]
      : []
  return {
    ...noChange,
    ended_turns: turns.map((turn) => endOfTurn(turn.id, outcome, null)),
    messages,
    events: [
      ...messages.map(messageCreated),
      ...turns.map((turn) => ({ type: 'turn.cancelled' as const, data: { turn_id: turn.id, outcome } })),
    ],
  }
}

function endOfTurn(id: string, outcome: TurnOutcome, error: string | null): TurnEnd {
  return { id, outcome, error, steps: 0, input_tokens: null, output_tokens: null }
}

function userMessage(input: MessageInput, turn_id: string): NewMessage {
  return { id: input.message_id, role: 'user', text: input.text, interrupted: false, turn_id, metrics: null }
}

function messageCreated(message: NewMessage) {
  const { id, role, text, interrupted, turn_id } = message
  return { type: 'message.created' as const, data: { id, role, content: [text], interrupted, turn_id } }
}

function turnEvent(type: 'turn.queued' | 'turn.started' | 'turn.completed', turn_id: string) {
  return { type, data: { turn_id } }
}

function joinChanges(first: Change, second: Change): Change {
  return {
    ended_turns: [...first.ended_turns, ...second.ended_turns],
    new_turn: second.new_turn ?? first.new_turn,
    started_turn: second.started_turn ?? first.started_turn,
    messages: [...first.messages, ...second.messages],
    end: second.end ?? first.end,
    ending: second.ending ?? first.ending,
    events: [...first.events, ...second.events],
  }
}
