// Why an attempt failed: what a runner throws, and the report that it becomes.
import type { JsonValue } from '../../base/json.ts'
import type { ExecutionErrorCode, StepError } from '../machine/execution.ts'
import type { Report } from './carry.ts'

export type FailureCause = Extract<Report, { type: 'failed' }>['cause']

/** The message names the field and the reason, and holds no secret. */
export class StepFailure extends Error {
  readonly code: ExecutionErrorCode
  readonly failure_cause: FailureCause
  /** What the peer asked to wait for before another attempt. */
  readonly after_ms: number | null
  /** What the step was given, without secrets, as far as it is known. */
  input?: JsonValue
  logs?: string

  constructor(
    code: ExecutionErrorCode,
    message: string,
    failure_cause: FailureCause = 'permanent',
    after_ms: number | null = null,
  ) {
    super(message)
    this.name = 'StepFailure'
    this.code = code
    this.failure_cause = failure_cause
    this.after_ms = after_ms
  }

  get told(): StepError {
    return { code: this.code, message: this.message }
  }
}

const max_message_characters = 2000

/** Errors are stored with the visit, the execution and its events. */
export function shortenMessage(message: string): string {
  const cut = message.length > max_message_characters ? `${message.slice(0, max_message_characters - 1)}…` : message
  return cut.replaceAll('\0', '\uFFFD').toWellFormed()
}
