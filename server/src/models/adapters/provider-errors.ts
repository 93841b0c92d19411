// Turns anything that a provider's adapter throws or streams as an error into a ModelError in our own words. Nothing of the
// original error goes into it, not even as a cause: those objects contain the prompt, the headers and the provider's answer.
import {
  APICallError,
  InvalidArgumentError,
  InvalidResponseDataError,
  JSONParseError,
  LoadAPIKeyError,
  LoadSettingError,
  TypeValidationError,
} from '@ai-sdk/provider'
import { ModelError, type ModelErrorKind } from '../port.ts'

const MESSAGES: Record<ModelErrorKind, string> = {
  rate_limited: "the provider's rate limit was reached",
  unavailable: 'the provider failed or is overloaded',
  connection: 'the connection to the provider failed',
  timeout: 'the provider did not finish its answer in time',
  not_configured: 'the provider is not configured',
  refused: 'the provider refused the request',
  protocol: "the answer is not in the provider's format",
}

/** How deep a chain of causes is followed. */
const MAX_CAUSES = 8

export function createModelError(kind: ModelErrorKind, model: string, status: number | null = null, detail = '') {
  const notes = [status === null ? '' : `status ${status}`, detail].filter((note) => note !== '')
  const suffix = notes.length === 0 ? '' : ` (${notes.join(', ')})`
  return new ModelError(kind, model, status, `Model ${model}: ${MESSAGES[kind]}${suffix}`)
}

/** For an error thrown by the adapter, the network or the parser. */
export function toModelError(error: unknown, model: string): ModelError {
  if (error instanceof ModelError) return error
  if (APICallError.isInstance(error)) return fromCallError(error, model)
  if (
    InvalidArgumentError.isInstance(error) ||
    LoadAPIKeyError.isInstance(error) ||
    LoadSettingError.isInstance(error)
  ) {
    return createModelError('not_configured', model)
  }
  const code = findNetworkCode(error)
  if (code !== null) return noConnection(model, code)
  return createModelError('protocol', model)
}

/** For an `error` part within a stream: an error of the parser, or the provider's own error frame. */
export function fromErrorPart(error: unknown, model: string): ModelError {
  if (JSONParseError.isInstance(error) || TypeValidationError.isInstance(error)) {
    return createModelError('protocol', model)
  }
  // The adapter for compatible servers reports a stream without an end this way, without data.
  if (InvalidResponseDataError.isInstance(error)) {
    return createModelError(error.data === undefined ? 'connection' : 'protocol', model)
  }
  if (error instanceof Error) return toModelError(error, model)
  return fromStatus(statusOfFrame(error), model)
}

/** For an answer that refuses the call. */
export function fromStatus(status: number, model: string): ModelError {
  return createModelError(kindOfStatus(status), model, status)
}

function fromCallError(error: APICallError, model: string): ModelError {
  const status = error.statusCode ?? null
  if (status !== null && (status < 200 || status > 299)) return fromStatus(status, model)
  // No status: the call did not get through. A success status: the body broke off or could not be read.
  const code = findNetworkCode(error)
  if (code !== null || status === null) return noConnection(model, code ?? '')
  return createModelError('protocol', model, status)
}

/** What comes before a request is sent. */
const unreached =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|[A-Z_]*(CERT|TLS|SSL)[A-Z_]*)$/

function noConnection(model: string, code: string): ModelError {
  return Object.assign(createModelError('connection', model, null, code), { is_unreached: unreached.test(code) })
}

function kindOfStatus(status: number): ModelErrorKind {
  if (status === 429) return 'rate_limited'
  // A timeout or conflict on the provider's side may pass, like its other failures.
  if (status === 408 || status === 409 || status >= 500) return 'unavailable'
  return 'refused'
}

/** The status that an error frame names, or the one that its type implies. */
function statusOfFrame(frame: unknown): number {
  const { statusCode, code, type, status } = (typeof frame === 'object' && frame !== null ? frame : {}) as {
    statusCode?: unknown
    code?: unknown
    type?: unknown
    status?: unknown
  }
  for (const candidate of [statusCode, code, status]) {
    const number = typeof candidate === 'string' && /^\d{3}$/.test(candidate) ? Number(candidate) : candidate
    if (typeof number === 'number' && number >= 400 && number <= 599) return number
  }
  const words = [code, type, status].filter((word) => typeof word === 'string').join(' ')
  for (const [pattern, meaning] of FRAME_WORDS) if (pattern.test(words)) return meaning
  return 500
}

const FRAME_WORDS: readonly [RegExp, number][] = [
  [/rate_limit|quota|too_?many/i, 429],
  [/overload|unavailable/i, 503],
  [/authentication|api_key/i, 401],
  [/permission/i, 403],
  [/not_found/i, 404],
  [/invalid|bad_request|context_length/i, 400],
]

/** The code of the network error in the chain of causes, or null without one. */
function findNetworkCode(error: unknown): string | null {
  let current = error
  let isFetchFault = false
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth += 1) {
    const code = (current as { code?: unknown }).code
    if (
      typeof code === 'string' &&
      /^(E[A-Z]+|UND_ERR_[A-Z_]+|HPE_[A-Z_]+|Z_[A-Z_]+|[A-Z_]*(CERT|TLS|SSL)[A-Z_]*)$/.test(code)
    ) {
      return code
    }
    // What fetch itself throws: "fetch failed" before the answer, "terminated" within its body.
    isFetchFault ||= current instanceof TypeError && /^(fetch failed|terminated)$/.test(current.message)
    current = current.cause
  }
  return isFetchFault ? 'network' : null
}
