// What an attempt reports: a request to come, a result, a failure, a wait. Reports of other attempts are refused (W7). Pure.
import { closeAttempt, complete, draftOf, tellExecution, tellStep, writeVisit } from './change.ts'
import { backoffOf, deadlineOf, retryOf } from './clock.ts'
import { timeOutNow } from './end.ts'
import type { Change, EventOf, FromAttempt, Reduced, RetryHint, VisitWrite } from './events.ts'
import { type Attempting, type BackingOff, type Waiting, currentAttempt } from './execution.ts'
import { failVisit, succeedVisit } from './go-on.ts'
import type { Rules } from './graph.ts'
import { waitTooLong } from './texts.ts'
import { endWait } from './wake.ts'

const stale = { refused: 'stale' } as const

function isFrom({ visit }: Attempting, { position, attempt }: FromAttempt): boolean {
  return visit.position === position && currentAttempt(visit).number === attempt
}

export function notePrepared(_rules: Rules, state: Attempting, event: EventOf<'prepared'>): Reduced {
  return isFrom(state, event) ? stay(state, event.at, { answers: event.answers }) : stale
}

/** Once in an attempt, so that nothing sends its request twice. */
export function noteEffect(_rules: Rules, state: Attempting, event: EventOf<'effect_sent'>): Reduced {
  return isFrom(state, event) && !state.is_sent ? stay({ ...state, is_sent: true }, event.at, {}) : stale
}

function stay(state: Attempting, at: number, more: Partial<VisitWrite>): Change {
  const draft = draftOf(state)
  draft.visits.push(writeVisit(state.visit, 'running', { is_sent: state.is_sent, ...more }))
  const { number: attempt } = currentAttempt(state.visit)
  return complete(draft, at, state, { do: 'attempt', position: state.visit.position, attempt })
}

export function finish(rules: Rules, state: Attempting, event: EventOf<'result'>): Reduced {
  if (!isFrom(state, event)) return stale
  const more = reportOf(state, event)
  const again = event.retry && backOff(rules, state, event, event.retry, more)
  return again ?? succeedVisit(rules, draftOf(state), state.visit, event.at, event, more)
}

export function fail(rules: Rules, state: Attempting, event: EventOf<'failed'>): Reduced {
  if (!isFrom(state, event)) return stale
  const more = reportOf(state, event)
  const mayRepeat = event.cause === 'transient' || (event.cause === 'unclear' && !state.is_sent)
  const again = mayRepeat ? backOff(rules, state, event, event, more) : null
  return again ?? failVisit(rules, draftOf(state), state.visit, event.at, event.error, more)
}

/** Null: no further attempt is allowed, or none could begin in time. */
function backOff(
  rules: Rules,
  state: Attempting,
  { at, chance }: { at: number; chance: number },
  { error, after_ms }: RetryHint,
  more: Partial<VisitWrite>,
): Change | null {
  const step = rules.graph.steps.get(state.visit.step_id)
  const retry = step ? retryOf(rules, state.mode, step) : null
  const tries = state.visit.attempts.length - state.visit.lost
  if (!retry || tries >= retry.max_attempts) return null
  const until = at + backoffOf(retry, tries, after_ms, chance)
  const deadline = deadlineOf(rules, state)
  if (until >= deadline) return null
  const draft = draftOf(state)
  const visit = closeAttempt(state.visit, at, error)
  draft.visits.push(writeVisit(visit, 'retrying', { ...more, error, until }))
  draft.told.push(tellStep('workflow_step.retrying', 'retrying', visit, { error, until }))
  const next: BackingOff = { ...draft.facts, phase: 'backing_off', visit, until }
  return complete(draft, at, next, { do: 'wait', until })
}

export function wait(rules: Rules, state: Attempting, event: EventOf<'waits'>): Reduced {
  if (!isFrom(state, event)) return stale
  const { at, until, is_resumable } = event
  if (until <= at) return endWait(rules, draftOf(state), state.visit, at, null, reportOf(state, event))
  const deadline = deadlineOf(rules, state)
  if (state.mode === 'sync' && until > deadline) return timeOutNow(rules, state, at, waitTooLong(rules))
  const draft = draftOf(state)
  const visit = closeAttempt(state.visit, at, null)
  const { step_id, position } = visit
  draft.visits.push(writeVisit(visit, 'waiting', { ...reportOf(state, event), until, is_resumable }))
  draft.told.push(tellExecution('workflow_execution.waiting', 'waiting', { step_id, position, until }))
  const next: Waiting = { ...draft.facts, phase: 'waiting', visit, until, is_resumable }
  return complete(draft, at, next, { do: 'wait', until: Math.min(until, deadline) })
}

type Reported = Pick<VisitWrite, 'input' | 'logs' | 'input_tokens' | 'output_tokens'>

function reportOf({ is_sent }: Attempting, event: Reported): Partial<VisitWrite> {
  const { input, logs, input_tokens, output_tokens } = event
  return {
    is_sent,
    ...(input === undefined ? {} : { input }),
    ...(logs === undefined ? {} : { logs }),
    ...(input_tokens === undefined ? {} : { input_tokens }),
    ...(output_tokens === undefined ? {} : { output_tokens }),
  }
}
