// Puts a change of an execution together: what is written of visits, and what is told, in order. Pure.
import type { Change, Effect, Told, VisitWrite } from './events.ts'
import {
  type Attempt,
  type BegunVisit,
  type ExecutionState,
  type Facts,
  type StepError,
  type Visit,
  type VisitStatus,
  currentAttempt,
} from './execution.ts'

export type ToldDraft = Omit<Told, 'number' | 'at'>

/** A change that is not complete. */
export interface Draft {
  facts: Facts
  visits: VisitWrite[]
  told: ToldDraft[]
}

export function factsOf(state: ExecutionState): Facts {
  const { mode, queued_at, started_at, stop_after, active_ms, events, tally } = state
  return { mode, queued_at, started_at, stop_after, active_ms, events, tally }
}

export const draftOf = (state: ExecutionState): Draft => ({ facts: factsOf(state), visits: [], told: [] })

export function complete(draft: Draft, at: number, state: ExecutionState, effect: Effect): Change {
  const told = draft.told.map((one, index): Told => ({ ...one, number: state.events + index + 1, at }))
  return { state: { ...state, events: state.events + told.length }, visits: draft.visits, told, effect }
}

/** What is written of a visit; `more` is what is not as of a visit that has not begun. */
export function writeVisit(visit: Visit | BegunVisit, status: VisitStatus, more: Partial<VisitWrite> = {}): VisitWrite {
  const begun = 'attempts' in visit ? visit : { started_at: null, attempts: [], lost: 0 }
  return {
    position: visit.position,
    step_id: visit.step_id,
    visit: visit.visit,
    status,
    branch: null,
    error: null,
    attempts: begun.attempts,
    lost: begun.lost,
    is_sent: false,
    started_at: begun.started_at,
    finished_at: null,
    until: null,
    is_resumable: false,
    bytes: 0,
    ...more,
  }
}

const untold = { step_id: null, position: null, attempt: null, error: null, until: null, reason: null }

export function tellExecution(
  type: Extract<ToldDraft['type'], `workflow_execution.${string}`>,
  status: ToldDraft['status'],
  more: Partial<ToldDraft> = {},
): ToldDraft {
  return { ...untold, type, status, ...more }
}

export function tellStep(
  type: Extract<ToldDraft['type'], `workflow_step.${string}`>,
  status: VisitStatus,
  visit: BegunVisit,
  more: Partial<ToldDraft> = {},
): ToldDraft {
  const { step_id, position, attempts } = visit
  return { ...untold, type, status, step_id, position, attempt: attempts.at(-1)?.number ?? null, ...more }
}

/** Its attempt is over, if one is under way. */
export function closeAttempt<V extends BegunVisit>(visit: V, at: number, error: StepError | null): V {
  const { attempts } = visit
  if (attempts.length === 0 || currentAttempt(visit).finished_at !== null) return visit
  const closed: Attempt = { ...currentAttempt(visit), finished_at: at, error }
  return { ...visit, attempts: [...attempts.slice(0, -1), closed] }
}
