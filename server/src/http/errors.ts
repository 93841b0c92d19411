// Turns any thrown value into an error body of the API. Details that are not for clients stay in the log.
import { type ErrorCode, type ErrorName, describeError } from '@parley/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isUnavailable, isUnstorable } from '../database/failures.ts'
import { AppError, errorBody } from '../base/errors.ts'
import { ShareExhausted } from '../base/fair-share.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the error that it was answered with. */
    error_code: ErrorCode | null
  }
}

/** Seconds after which a client may retry while the server is unavailable. */
const retry_after_seconds = 1

/** An error as its caller sees it. */
export interface Refusal {
  status: number
  code: ErrorCode
  /** Seconds. */
  retry_after: number | undefined
  body: ReturnType<typeof errorBody>
}

/** Logs what is the server's own fault. */
export function refusalOf(thrown: unknown, { id, log }: Pick<FastifyRequest, 'id' | 'log'>, route?: string): Refusal {
  const error = toAppError(thrown)
  const { status, code } = describeError(error.error)
  // Calls that are refused because of load are counted, and logged together (calls/load.ts).
  if ((status >= 500 && code !== 'overloaded') || isUnstorable(thrown)) log.error({ err: thrown, route }, code)
  const retry_after = error.retry_after ?? (status === 503 || status === 429 ? retry_after_seconds : undefined)
  return { status, code, retry_after, body: errorBody(error, id) }
}

export function sendError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, code, retry_after, body } = refusalOf(thrown, request, request.routeOptions.url)
  request.error_code = code
  if (retry_after !== undefined) reply.header('retry-after', String(retry_after))
  reply.header('x-request-id', request.id)
  // When a body is refused, the framework closes at once, and a client that still sends would lose the response (connection.ts).
  reply.removeHeader('connection')
  return reply.code(status).type('application/json; charset=utf-8').serializer(JSON.stringify).send(body)
}

const share_detail =
  "The organization's requests use its whole share of the server. Send fewer at once, and repeat this request."

function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (thrown instanceof ShareExhausted) return new AppError('unavailable', share_detail, {}, { cause: thrown })
  if (isUnavailable(thrown)) return new AppError('unavailable', undefined, {}, { cause: thrown })
  // Validation should have found this fault. The caller gets the same error as if it had.
  if (isUnstorable(thrown))
    return new AppError('validation_failed', 'The request contains a value that cannot be stored.', { errors: [] })
  const { code, statusCode } = (thrown ?? {}) as { code?: string; statusCode?: number }
  const known = code === undefined ? undefined : frameworkErrors.get(code)
  if (known) return new AppError(known)
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new AppError('malformed_request', 'The request could not be read.')
  }
  return new AppError('internal', undefined, {}, { cause: thrown })
}

const frameworkErrors = new Map<string, ErrorName>([
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'body_too_large'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'unsupported_media_type'],
  ['FST_ERR_BAD_URL', 'not_found'],
  ['FST_ERR_MAX_PARAM_LENGTH', 'not_found'],
])
