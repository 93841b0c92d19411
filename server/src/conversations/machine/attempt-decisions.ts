// What an attempt at a turn may write, and when another attempt takes the turn over. Pure functions of the conversation's
// state under its lock; every write is checked against the attempt's lease (T6).
import type { Citation, TurnMetrics, TurnOutcome } from '@parley/contract'
import type { JsonObject } from '../../base/json.ts'
import {
  type Change,
  type Decision,
  type Ending,
  type LockedConversation,
  type NewMessage,
  type NewToolCall,
  type NewToolResult,
  type OpenTurn,
  type TokenUsage,
  noChange,
} from './change.ts'
import {
  type FailureRule,
  type HandOffAnswer,
  type HandOffCall,
  failOrHandOff,
  handOffByTool,
} from './agent-hand-off.ts'
import { textContent } from './content.ts'
import { clearUnanswered } from './leaving.ts'
import { isActive } from './conversation.ts'
import { endChange, goOnAfter, joinChanges, messageCreated, resultEvent, turnEvent } from './turn-endings.ts'
import { withRetrievals } from './change-with-retrievals.ts'
import { callsOf } from './counted-calls.ts'
import { type Found, citing } from './retrievals.ts'
import { max_attempts } from './turn.ts'

export interface AttemptKey {
  turn_id: string
  lease: number
}

/** The model asks for tools: its text and calls are stored before any of the calls is carried out (T8). */
export interface Step extends TokenUsage, Found {
  /** How many steps of the turn were finished before. */
  number: number
  /** Said beside the calls; may be empty. */
  text: string
  message_id: string
  /** What the text cites. */
  citations?: Citation[]
  /** The text is not stored as a message yet: the reply, which is wrapped as a whole, will contain it. */
  is_held: boolean
  calls: { call_id: string; name: string; arguments: JsonObject }[]
  /** For calls that cannot be carried out. */
  results: ToolResult[]
}

export interface ToolResult extends Omit<NewToolResult, 'type' | 'turn_id' | 'text'>, Found {
  /** What the tool says to the end user, as part of the reply. */
  said: { message_id: string; text: string; is_held: boolean } | null
}

/** What an attempt reports when it is done. */
export type AttemptResult = Found &
  (
    | {
        type: 'reply'
        /** Empty: the turn's steps have said everything. */
        text: string
        message_id: string
        metrics: TurnMetrics
        /** Null: its text came with a step that is finished. */
        usage: TokenUsage | null
        /** What the text cites, and all texts of the turn. */
        citations?: Citation[]
        turn_citations?: Citation[]
        /** Whether it is rated after its commit. */
        is_rated?: boolean
        /** The agent ends the conversation with this reply. */
        ending: Ending | null
      }
    | {
        type: 'failure'
        outcome: Extract<TurnOutcome, 'model_error' | 'timed_out' | 'step_limit' | 'budget_exceeded'>
        error: string
        /** What follows if others failed before it. */
        rule?: FailureRule | null
      }
  )

type Written = Decision<'written' | 'stale'>

const stale: Written = { change: noChange, answer: 'stale' }
const written = (change: Change, found: Found = {}): Written => ({
  change: withRetrievals(change, found),
  answer: 'written',
})

/** A repeated write of the same step, after an uncertain commit, changes nothing. */
export function decideStep(state: LockedConversation, attempt: AttemptKey, step: Step): Written {
  const turn = findHeldTurn(state, attempt)
  if (!turn) return stale
  if (turn.steps > step.number) return written(noChange)
  const { input_tokens, output_tokens } = step
  const turn_id = turn.id
  const said =
    step.text === '' || step.is_held
      ? []
      : [assistantMessage(turn_id, step, { metrics: null, ...citing(step.citations) })]
  const held = step.text !== '' && step.is_held ? { text: step.text } : {}
  const calls = step.calls.map((call, index): NewToolCall => {
    return { type: 'function_call', turn_id, ...call, ...(index === 0 ? held : {}) }
  })
  const results = step.results.map((result) => resultItem(turn, result))
  const change = {
    ...noChange,
    step: { turn_id, input_tokens, output_tokens },
    items: [...said, ...calls, ...results],
    events: [...said.map(messageCreated), ...results.map(resultEvent)],
  }
  return written(change, step)
}

/** T8: the first result of a call stands. */
export function decideToolResult(state: LockedConversation, attempt: AttemptKey, result: ToolResult): Written {
  const turn = findHeldTurn(state, attempt)
  if (!turn) return stale
  if (!turn.pending_calls.some(({ call_id }) => call_id === result.call_id)) return written(noChange)
  const item = resultItem(turn, result)
  const isMessage = result.said && !result.said.is_held
  const said = isMessage ? [assistantMessage(turn.id, result.said!, { call_id: result.call_id })] : []
  const change = { ...noChange, items: [item, ...said], events: [resultEvent(item), ...said.map(messageCreated)] }
  return written(change, result)
}

function resultItem({ id: turn_id }: OpenTurn, result: ToolResult): NewToolResult {
  const { call_id, name, output, is_error, latency_ms, said } = result
  const held = said?.is_held ? { text: said.text } : {}
  return { type: 'function_call_output', turn_id, call_id, name, output, is_error, latency_ms, ...held }
}

function assistantMessage(
  turn_id: string,
  { message_id: id, text }: { message_id: string; text: string },
  rest: Pick<NewMessage, 'call_id'> | Pick<NewMessage, 'metrics' | 'citations'>,
): NewMessage {
  return {
    ...({ type: 'message', id, role: 'assistant', content: textContent(text), author: null } as const),
    ...{ interrupted: false, turn_id, metrics: null, ...rest },
  }
}

/** An attempt is done. */
export function decideAttemptResult(state: LockedConversation, attempt: AttemptKey, result: AttemptResult): Written {
  const turn = findHeldTurn(state, attempt)
  if (!turn) return stale
  if (result.type === 'failure') return written(failOrHandOff(state, turn, result, result.rule ?? null), result)
  const next = endBy(result.ending, state, turn) ?? goOnAfter(state, turn)
  return written(joinChanges(joinChanges(completeTurn(turn, result), clearUnanswered(state)), next), result)
}

/** What the tool `hand_off` was asked for, and how the turn ends if people take over. */
export type HandOffResult = Found & Omit<HandOffCall, 'complete'> & { reply: Omit<ReplyResult, 'type' | 'ending'> }

/** The agent asks for a person. Null: the attempt does not hold the turn any more, or the call has its result. */
export function decideHandOff(
  state: LockedConversation,
  attempt: AttemptKey,
  result: HandOffResult,
): Decision<HandOffAnswer | null> {
  const turn = findHeldTurn(state, attempt)
  if (!turn?.pending_calls.some(({ call_id }) => call_id === result.call.call_id))
    return { change: noChange, answer: null }
  const complete = (open: OpenTurn) => completeTurn(open, { type: 'reply', ending: null, ...result.reply })
  const { change, answer } = handOffByTool(state, turn, { ...result, complete })
  return { change: withRetrievals(change, result), answer }
}

/** Undefined if the attempt has lost its lease, or the conversation or the turn is over. */
function findHeldTurn(state: LockedConversation, { turn_id, lease }: AttemptKey): OpenTurn | undefined {
  const turn = state.open_turns.find((open) => open.id === turn_id)
  return isActive(state.status) && turn?.status === 'running' && turn.lease === lease ? turn : undefined
}

const noStep = { steps: 0, input_tokens: null, output_tokens: null }

/** Cancels the waiting turns, like any other end. An end that was requested earlier waits for them and takes precedence. */
function endBy(ending: Ending | null, state: LockedConversation, turn: OpenTurn): Change | null {
  if (!ending || state.ending) return null
  const open_turns = state.open_turns.filter(({ id }) => id !== turn.id)
  return endChange({ ...state, open_turns }, { ...ending, partial: null })
}

type ReplyResult = Extract<AttemptResult, { type: 'reply' }>

function completeTurn(turn: OpenTurn, reply: ReplyResult): Change {
  const { metrics, usage, citations, turn_citations } = reply
  const said = reply.text === '' ? [] : [assistantMessage(turn.id, reply, { metrics, ...citing(citations) })]
  const data: JsonObject = turn_citations?.length
    ? { turn_id: turn.id, citations: turn_citations }
    : { turn_id: turn.id }
  const completed = { type: 'turn.completed' as const, data }
  return {
    ...noChange,
    ended_turns: [
      {
        ...{ id: turn.id, outcome: 'reply', error: null, metrics },
        ...(usage ? { steps: 1, ...usage } : noStep),
        ...(reply.is_rated ? { is_rated: true } : {}),
      },
    ],
    items: said,
    events: [...said.map(messageCreated), completed],
  }
}

/** Whether a takeover would fail the turn. */
export function failsAtTakeover(state: LockedConversation, turn_id: string): boolean {
  const turn = state.open_turns.find((open) => open.id === turn_id)
  return turn?.status === 'running' && turn.lease_expired && isSpent(turn)
}

const isSpent = ({ past_deadline, attempts }: OpenTurn) => past_deadline || attempts >= max_attempts

/** The sweep found a turn that no attempt carries out: its lease ran out, or it waits although no turn runs. */
export function decideTakeover(
  state: LockedConversation,
  turn_id: string,
  rule: FailureRule | null = null,
): Decision<'started' | 'failed' | 'nothing'> {
  const turn = state.open_turns.find((open) => open.id === turn_id)
  const isWaiting = !isActive(state.status) || state.is_held_back
  if (!turn || isWaiting || state.open_turns[0] !== turn) return { change: noChange, answer: 'nothing' }
  const takeover = turn.status === 'running'
  if (takeover && !turn.lease_expired) return { change: noChange, answer: 'nothing' }
  if (takeover && isSpent(turn)) {
    const [outcome, error] = turn.past_deadline
      ? (['timed_out', 'The turn did not finish within its time limit.'] as const)
      : (['attempts_exhausted', 'Every attempt at this turn failed because its server stopped.'] as const)
    return {
      change: { ...failOrHandOff(state, turn, { outcome, error }, rule), ...callsOf(turn, null) },
      answer: 'failed',
    }
  }
  const calls = callsOf(turn, null)
  const change = {
    ...noChange,
    ...calls,
    started_turn: { id: turn.id, takeover },
    events: [turnEvent('turn.started', turn.id)],
  }
  return { change, answer: 'started' }
}
