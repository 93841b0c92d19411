// What happens to an execution, what is then told, and what follows: data only. Pure.
import type { JsonValue } from '../../base/json.ts'
import type {
  Attempt,
  CancelReason,
  ExecutionError,
  ExecutionState,
  ExecutionStatus,
  StepError,
  VisitStatus,
} from './execution.ts'

/** The attempt that an event comes from. It counts only while that attempt is under way (W7). */
export interface FromAttempt {
  position: number
  attempt: number
}

/** What an attempt has to tell, whether it succeeded or not. */
interface Report extends FromAttempt {
  /** What its step was given, without secrets. */
  input?: JsonValue
  logs?: string
  input_tokens?: number
  output_tokens?: number
}

/** A retry that would help. */
export interface RetryHint {
  error: StepError
  /** What the peer asked for; null: nothing. */
  after_ms: number | null
}

export type Happening =
  /** Its place in line has come. */
  | { type: 'admitted' }
  /** A server has taken the lease: at the start, for the next visit, after a backoff, after a crash. */
  | { type: 'begun' }
  /** What the step asked models for, which every attempt then sends. */
  | ({ type: 'prepared'; answers: JsonValue } & FromAttempt)
  /** A request that must not be repeated is about to be sent. */
  | ({ type: 'effect_sent' } & FromAttempt)
  /**
   * The step is done. With `retry`, the answer stands only if it was the last attempt. `bytes`: of the output as JSON text.
   * `branch`: of a condition; null: none matched. `chance`: from 0 to 1, for the jitter of a backoff.
   */
  | ({
      type: 'result'
      output: JsonValue
      bytes: number
      branch: string | null
      retry: RetryHint | null
      chance: number
    } & Report)
  /**
   * `transient`: the outcome is known, and another attempt may succeed. `unclear`: it is unknown whether the request took effect.
   * `permanent`: another attempt would fail, too.
   */
  | ({
      type: 'failed'
      error: StepError
      cause: 'transient' | 'unclear' | 'permanent'
      after_ms: number | null
      chance: number
    } & Report)
  /** The step is to wait until a time. */
  | ({ type: 'waits'; until: number; is_resumable: boolean } & Report)
  /** The timer of a wait has fired. */
  | { type: 'due' }
  | { type: 'resumed'; data: JsonValue; bytes: number }
  | { type: 'cancelled'; reason: CancelReason }
  /** Its time may be over. */
  | { type: 'timed_out' }
  /** It may have been queued for too long. */
  | { type: 'not_started' }
  /** It cannot be carried on: the server gave it up. */
  | { type: 'broken' }

export type EventType = Happening['type']
/** `at`: the database's clock, in the transaction that stores it. */
export type ExecutionEvent = Happening & { at: number }
export type EventOf<Type extends EventType> = Extract<Happening, { type: Type }> & { at: number }

export type ToldType =
  | 'workflow_execution.queued'
  | 'workflow_execution.started'
  | 'workflow_execution.waiting'
  | 'workflow_execution.resumed'
  | 'workflow_execution.completed'
  | 'workflow_execution.failed'
  | 'workflow_execution.cancelled'
  | 'workflow_step.started'
  | 'workflow_step.retrying'
  | 'workflow_step.completed'
  | 'workflow_step.failed'

/** An event for readers of the execution. */
export interface Told {
  /** From 1, without holes. */
  number: number
  type: ToldType
  at: number
  /** Of what it tells of: the visit, or the execution. */
  status: ExecutionStatus | VisitStatus
  step_id: string | null
  position: number | null
  attempt: number | null
  error: StepError | ExecutionError | null
  /** When it goes on. */
  until: number | null
  reason: CancelReason | null
}

/** A visit as it now is. Of several of the same position the last one holds; what is absent stays as it was. */
export interface VisitWrite {
  position: number
  step_id: string
  visit: number
  status: VisitStatus
  branch: string | null
  error: StepError | null
  attempts: readonly Attempt[]
  lost: number
  /** A request that must not be repeated was perhaps sent in the last attempt. */
  is_sent: boolean
  started_at: number | null
  finished_at: number | null
  until: number | null
  is_resumable: boolean
  bytes: number
  output?: JsonValue
  input?: JsonValue
  /** What models answered, for further attempts. */
  answers?: JsonValue
  logs?: string
  /** Added to those of earlier attempts. */
  input_tokens?: number
  output_tokens?: number
}

/** How an execution ended. */
export interface Ending {
  status: 'success' | 'failed' | 'cancelled'
  /** Null unless it succeeded. */
  output: JsonValue
  error: ExecutionError | null
  cancel_reason: CancelReason | null
}

/** What carries it on. Exactly one of them stands after each commit (W4). */
export type Effect =
  /** A place in line. */
  | { do: 'stand_in_line' }
  /** The server that has the lease begins the visit; without one, a job is queued. */
  | { do: 'begin' }
  /** The server that has the lease carries this attempt out. */
  | ({ do: 'attempt' } & FromAttempt)
  /** A timer, which may not fire sooner. */
  | { do: 'wait'; until: number }
  | ({ do: 'end' } & Ending)

export interface Change {
  state: ExecutionState
  visits: VisitWrite[]
  told: Told[]
  effect: Effect
}

export type Refusal =
  /** Of an attempt that is over, or of a phase that is over. */
  | { refused: 'stale' }
  /** The time has not come; it will at `until`. */
  | { refused: 'early'; until: number }
  | { refused: 'not_waiting' }
  | { refused: 'final' }

export type Reduced = Change | Refusal

export const isRefused = (reduced: Reduced): reduced is Refusal => 'refused' in reduced
