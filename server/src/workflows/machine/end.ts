// How an execution ends, whatever it is doing. Pure.
import { type Draft, closeAttempt, complete, draftOf, tellExecution, tellStep, writeVisit } from './change.ts'
import { deadlineOf, isCounted, isOver } from './clock.ts'
import type { Change, Ending, EventOf, Reduced } from './events.ts'
import type {
  Admitted,
  BegunVisit,
  ExecutionError,
  Facts,
  Final,
  InLine,
  OpenState,
  StepError,
  Visit,
} from './execution.ts'
import type { Rules } from './graph.ts'
import { brokenOff, notStarted, outOfTime } from './texts.ts'

const told_at_end = {
  success: 'workflow_execution.completed',
  failed: 'workflow_execution.failed',
  cancelled: 'workflow_execution.cancelled',
} as const

/** Ends it when no visit is open any more. */
export function endExecution(draft: Draft, visits: number, at: number, ending: Ending): Change {
  const { status, error, cancel_reason: reason } = ending
  const told = [...draft.told, tellExecution(told_at_end[status], status, { error, reason })]
  const state: Final = { ...draft.facts, phase: status, visit: null, visits }
  return complete({ ...draft, told }, at, state, { do: 'end', ...ending })
}

export function failExecution(draft: Draft, visits: number, at: number, error: ExecutionError): Change {
  return endExecution(draft, visits, at, { status: 'failed', output: null, error, cancel_reason: null })
}

export function errorAt({ graph }: Rules, step_id: string, error: StepError): ExecutionError {
  return { ...error, step_id, step_name: graph.steps.get(step_id)?.name ?? step_id }
}

/** The facts after a visit: its time, and its step's entry in `ctx`. */
export function leaveVisit(rules: Rules, facts: Facts, visit: BegunVisit, at: number, bytes: number): Facts {
  const took_ms = isCounted(rules.graph.steps.get(visit.step_id)) ? at - visit.started_at : 0
  const tally = new Map(facts.tally).set(visit.step_id, { visits: visit.visit, position: visit.position, bytes })
  return { ...facts, active_ms: facts.active_ms + took_ms, tally }
}

const isBegun = (visit: Visit): visit is BegunVisit => 'attempts' in visit

/** Its open visit fails with it, unless that has not begun. */
function failAll(rules: Rules, state: OpenState, at: number, error: StepError): Change {
  const draft = draftOf(state)
  const { visit } = state
  const whole = errorAt(rules, visit.step_id, error)
  if (!isBegun(visit)) {
    draft.visits.push(writeVisit(visit, 'cancelled', { finished_at: at }))
    return failExecution(draft, visit.position, at, whole)
  }
  const closed = closeAttempt(visit, at, error)
  draft.facts = leaveVisit(rules, draft.facts, visit, at, 0)
  draft.visits.push(writeVisit(closed, 'failed', { error, finished_at: at, is_sent: isSent(state) }))
  draft.told.push(tellStep('workflow_step.failed', 'failed', closed, { error }))
  return failExecution(draft, visit.position, at, whole)
}

const isSent = (state: OpenState) => state.phase === 'attempting' && state.is_sent

export function cancel(rules: Rules, state: OpenState, { at, reason }: EventOf<'cancelled'>): Change {
  const draft = draftOf(state)
  const { visit } = state
  if (isBegun(visit)) draft.facts = leaveVisit(rules, draft.facts, visit, at, 0)
  const closed = isBegun(visit) ? closeAttempt(visit, at, null) : visit
  draft.visits.push(writeVisit(closed, 'cancelled', { finished_at: at, is_sent: isSent(state) }))
  const ending = { status: 'cancelled', output: null, error: null, cancel_reason: reason } as const
  return endExecution(draft, visit.position, at, ending)
}

export function timeOut(rules: Rules, state: OpenState, { at }: { at: number }): Reduced {
  if (!isOver(rules, state, at)) return { refused: 'early', until: deadlineOf(rules, state) }
  return failAll(rules, state, at, outOfTime(rules, state, at))
}

/** `error`: of a wait for which too little time is left. */
export function timeOutNow(rules: Rules, state: OpenState, at: number, error = outOfTime(rules, state, at)): Change {
  return failAll(rules, state, at, error)
}

export function giveUpStart(rules: Rules, state: InLine | Admitted, { at }: { at: number }): Reduced {
  const until = state.queued_at + rules.limits.max_queued_ms
  return at < until ? { refused: 'early', until } : failAll(rules, state, at, notStarted(rules))
}

export function breakOff(rules: Rules, state: OpenState, { at }: { at: number }): Change {
  return failAll(rules, state, at, brokenOff)
}
