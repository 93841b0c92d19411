// The only error type that operations throw deliberately; every other error is a bug or an outage.
import { type Assignee, type ErrorName, type HandledBy, type ProblemCode, describeError } from '@parley/contract'
import { type FieldFault, limitFaults } from './faults.ts'

export type { FieldFault }

interface ErrorFields {
  errors?: FieldFault<ProblemCode>[]
  turn_id?: string
  running_turn_id?: string
  execution_id?: string
  handled_by?: HandledBy
  assignee?: Assignee | null
  taken_at?: string | null
  opens_at?: string | null
  resets_at?: string | null
  outcome?: 'budget_exceeded'
}

/** A refusal. `code` determines the status (contract/errors.ts); `detail` can be more specific. */
export class AppError extends Error {
  readonly error: ErrorName
  readonly fields: ErrorFields
  /** Seconds, for `Retry-After`. */
  readonly retry_after: number | undefined

  constructor(
    error: ErrorName,
    detail?: string,
    fields: ErrorFields = {},
    options?: ErrorOptions & { retry_after?: number },
  ) {
    super(detail ?? describeError(error).detail, options)
    this.name = 'AppError'
    this.error = error
    this.fields = fields
    this.retry_after = options?.retry_after
  }
}

/** An invalid request, with each fault and its path up to the limits in faults.ts. */
export function invalid(...errors: FieldFault<ProblemCode>[]): AppError {
  return new AppError('validation_failed', undefined, { errors: limitFaults(errors) })
}

export function notFound(what: string): AppError {
  return new AppError('not_found', `${what} not found`)
}

/** The body of an error response. */
export function errorBody(error: AppError, request_id: string) {
  return { detail: error.message, code: describeError(error.error).code, request_id, ...error.fields }
}
