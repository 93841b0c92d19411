// What a call can fail with: an answer that is an error, no answer, or none in time.
import type { ErrorCode } from './generated/types.ts'

/** The server's response was not 2xx. The message is its `detail`, or `HTTP <status>`. */
export class ApiError<Code extends ErrorCode | null = ErrorCode | null> extends Error {
  readonly status: number
  /**
   * What went wrong, for programs; null if the response does not come from Parley. The type lists the codes of this package's
   * version: keep a default branch, because a newer server can have others.
   */
  readonly code: Code
  readonly request_id: string | null
  /** With status 422: each invalid field, with its path. Otherwise empty. */
  readonly errors: { path: string; message: string; code?: string }[]
  /** The turn of a stored message that got no reply. Otherwise null. */
  readonly turn_id: string | null
  /** Seconds to wait, from `Retry-After`; null if absent. */
  readonly retry_after: number | null
  /** The parsed JSON body, or its text if it is not JSON. */
  readonly body: unknown

  constructor(response: Pick<Response, 'status' | 'headers'>, body: unknown) {
    const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
    const text = (value: unknown) => (typeof value === 'string' ? value : null)
    super(text(fields['detail']) ?? `HTTP ${response.status}`)
    this.name = 'ApiError'
    this.status = response.status
    this.code = text(fields['code']) as Code
    this.request_id = text(fields['request_id']) ?? response.headers.get('x-request-id')
    this.errors = Array.isArray(fields['errors']) ? (fields['errors'] as ApiError['errors']) : []
    this.turn_id = text(fields['turn_id'])
    this.retry_after = readRetryAfter(response.headers.get('retry-after'))
    this.body = body
  }
}

/** Whether it is an `ApiError`, with this code if one is given. Also of another copy of this package. */
export function isApiError<const Code extends ErrorCode = ErrorCode>(
  error: unknown,
  code?: Code,
): error is ApiError<Code> {
  return isNamed(error, 'ApiError') && (code === undefined || (error as ApiError).code === code)
}

/** No complete response arrived, so a change may or may not have been made. `cause` is the platform's error. */
export class ConnectionError extends Error {
  override readonly cause: unknown

  constructor(message: string, cause?: unknown) {
    super(message)
    this.name = 'ConnectionError'
    this.cause = cause
  }
}

/** No complete response arrived within `timeout_ms`, so a change may or may not have been made. */
export class TimeoutError extends ConnectionError {
  constructor(message: string) {
    super(message)
    this.name = 'TimeoutError'
  }
}

/** Whether no complete response arrived: a `ConnectionError` or a `TimeoutError`. */
export function isUnanswered(error: unknown): error is ConnectionError {
  return isNamed(error, 'ConnectionError') || isNamed(error, 'TimeoutError')
}

function isNamed(error: unknown, name: string): boolean {
  return (
    error instanceof Error &&
    error.name === name &&
    !(typeof DOMException === 'function' && error instanceof DOMException)
  )
}

/** `Retry-After` in seconds, from seconds or a date; null if it is neither. */
function readRetryAfter(value: string | null): number | null {
  if (value === null) return null
  if (/^\d{1,9}$/.test(value)) return Number(value)
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, (date - Date.now()) / 1000)
}
