// The state of an execution, as its tables hold it. Pure. Times are milliseconds since 1970, by the database's clock.

import type { CancelReason, ExecutionErrorCode, ExecutionMode, ExecutionStatus, VisitStatus } from '@parley/contract'

export type { CancelReason, ExecutionErrorCode, ExecutionMode, ExecutionStatus, VisitStatus }

/** Why an attempt or a visit failed. Users read the message. */
export interface StepError {
  code: ExecutionErrorCode
  message: string
}

/** Why an execution failed. */
export interface ExecutionError extends StepError {
  step_id: string
  step_name: string
}

export interface Attempt {
  number: number
  started_at: number
  /** Null: it is under way, or its server is lost and nobody has noticed. */
  finished_at: number | null
  error: StepError | null
}

/** The visit that is not over. An execution that is not final has exactly one. */
export interface Visit {
  /** From 1, without holes. */
  position: number
  step_id: string
  /** How often the step was reached, this time included. */
  visit: number
}

export interface BegunVisit extends Visit {
  started_at: number
  /** In order; the last one may be under way. */
  attempts: readonly Attempt[]
  /** How many of them ended with their server. They do not count against `max_attempts`. */
  lost: number
}

/** What is known of a step's visits. */
export interface StepTally {
  /** How many there are, an open one included. */
  visits: number
  /** The last one that is over: its output is the step's entry in `ctx`. Null: none is over. */
  position: number | null
  /** Of that output; 0 if that visit failed. */
  bytes: number
}

/** By the steps' ids. */
export type Tally = ReadonlyMap<string, StepTally>

/** What does not depend on the phase. */
export interface Facts {
  mode: ExecutionMode
  queued_at: number
  /** Null: it has not begun. */
  started_at: number | null
  /** Of a test: it ends with this step. */
  stop_after: string | null
  /** How long the visits that are over took, waits aside. */
  active_ms: number
  /** How many events tell of it. */
  events: number
  tally: Tally
}

export interface InLine extends Facts {
  phase: 'in_line'
  visit: Visit
}

/** It may start: a job is queued. */
export interface Admitted extends Facts {
  phase: 'admitted'
  visit: Visit
}

/** A visit is over and the next one is ready: its server goes on with it, or a job is queued. */
export interface Between extends Facts {
  phase: 'between'
  visit: Visit
}

/** A server carries an attempt out, or was lost doing so. */
export interface Attempting extends Facts {
  phase: 'attempting'
  visit: BegunVisit
  /** A request that must not be repeated was perhaps sent in this attempt. */
  is_sent: boolean
}

/** Between two attempts of a visit. */
export interface BackingOff extends Facts {
  phase: 'backing_off'
  visit: BegunVisit
  until: number
}

/** A step of type `wait` waits. */
export interface Waiting extends Facts {
  phase: 'waiting'
  visit: BegunVisit
  until: number
  is_resumable: boolean
}

/** It never changes again (W2). */
export interface Final extends Facts {
  phase: 'success' | 'failed' | 'cancelled'
  visit: null
  /** How many visits it had. */
  visits: number
}

export type OpenState = InLine | Admitted | Between | Attempting | BackingOff | Waiting
export type ExecutionState = OpenState | Final
export type Phase = ExecutionState['phase']

/** What the status of the execution is in each phase, and of its open visit. */
export const statusOfPhase: Record<Phase, { execution: ExecutionStatus; visit: VisitStatus | null }> = {
  in_line: { execution: 'queued', visit: 'ready' },
  admitted: { execution: 'queued', visit: 'ready' },
  between: { execution: 'running', visit: 'ready' },
  attempting: { execution: 'running', visit: 'running' },
  backing_off: { execution: 'running', visit: 'retrying' },
  waiting: { execution: 'waiting', visit: 'waiting' },
  success: { execution: 'success', visit: null },
  failed: { execution: 'failed', visit: null },
  cancelled: { execution: 'cancelled', visit: null },
}

export function isFinal(state: ExecutionState): state is Final {
  return state.visit === null
}

/** The attempt that is under way: the last one. */
export const currentAttempt = ({ attempts }: BegunVisit): Attempt => attempts.at(-1)!
