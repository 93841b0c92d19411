// A server takes an execution up: a visit that is ready, one that has backed off, or one whose server was lost. Pure.
import { type Draft, closeAttempt, complete, draftOf, tellExecution, tellStep, writeVisit } from './change.ts'
import { deadlineOf, isOver } from './clock.ts'
import { timeOutNow } from './end.ts'
import type { Change, Reduced } from './events.ts'
import type { Admitted, Attempt, Attempting, BackingOff, BegunVisit, Between } from './execution.ts'
import { failVisit } from './go-on.ts'
import type { Rules } from './graph.ts'
import { alwaysLost, lostAttempt, loopLimit, unknownOutcome } from './texts.ts'

interface Now {
  at: number
}

export function begin(rules: Rules, state: Admitted | Between, { at }: Now): Change {
  if (isOver(rules, state, at)) return timeOutNow(rules, state, at)
  const draft = draftOf(state)
  draft.facts = { ...draft.facts, started_at: draft.facts.started_at ?? at }
  if (state.phase === 'admitted') draft.told.push(tellExecution('workflow_execution.started', 'running'))
  const visit: BegunVisit = { ...state.visit, started_at: at, attempts: [], lost: 0 }
  const step = rules.graph.steps.get(visit.step_id)
  if (step && visit.visit > (step.max_visits ?? Infinity)) return failVisit(rules, draft, visit, at, loopLimit(step))
  return beginAttempt(draft, visit, at)
}

/** The server of the last attempt is lost, or gave its lease back. */
export function beginAgain(rules: Rules, state: Attempting, { at }: Now): Change {
  const draft = draftOf(state)
  if (state.is_sent) return failVisit(rules, draft, state.visit, at, unknownOutcome, { is_sent: true })
  if (isOver(rules, state, at)) return timeOutNow(rules, state, at)
  const visit = { ...state.visit, lost: state.visit.lost + 1 }
  if (visit.lost >= rules.limits.max_lost_attempts) return failVisit(rules, draft, visit, at, alwaysLost)
  return beginAttempt(draft, closeAttempt(visit, at, lostAttempt), at)
}

export function beginRetry(rules: Rules, state: BackingOff, { at }: Now): Reduced {
  if (isOver(rules, state, at)) return timeOutNow(rules, state, at)
  if (at < state.until) return { refused: 'early', until: Math.min(state.until, deadlineOf(rules, state)) }
  return beginAttempt(draftOf(state), state.visit, at)
}

function beginAttempt(draft: Draft, before: BegunVisit, at: number): Change {
  const attempt: Attempt = { number: before.attempts.length + 1, started_at: at, finished_at: null, error: null }
  const visit = { ...before, attempts: [...before.attempts, attempt] }
  const next: Draft = {
    ...draft,
    visits: [...draft.visits, writeVisit(visit, 'running')],
    told: [...draft.told, tellStep('workflow_step.started', 'running', visit)],
  }
  const state: Attempting = { ...draft.facts, phase: 'attempting', visit, is_sent: false }
  return complete(next, at, state, { do: 'attempt', position: visit.position, attempt: attempt.number })
}
