// The one error type that operations throw on purpose; everything else is a fault of ours.
import { type ErrorName, describeError } from '@parley/contract'
import { type FieldFault, tellFaults } from './faults.ts'

export type { FieldFault }

interface ErrorFields {
  errors?: FieldFault[]
  turn_id?: string
  running_turn_id?: string
}

/** A refusal: its name decides status and code (contract/errors.ts), `detail` may say it more exactly. */
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

/** A request that is not valid: every fault with its path, as far as an answer has room for them. */
export function invalid(...errors: FieldFault[]): AppError {
  return new AppError('validation_failed', undefined, { errors: tellFaults(errors) })
}

export function notFound(what: string): AppError {
  return new AppError('not_found', `${what} not found`)
}

/** The body of an error answer. */
export function errorBody(error: AppError, request_id: string) {
  return { detail: error.message, code: describeError(error.error).code, request_id, ...error.fields }
}
