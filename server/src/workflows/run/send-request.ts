// Sends one request of a step through the guarded client, and reads its answer. What failed says whether another attempt may help.
import type { JsonValue } from '../../base/json.ts'
import { OutboundError, type OutboundMethod, type OutboundResponse } from '../../outbound/client.ts'
import type { Redactor } from '../../secrets/rules/redact.ts'
import type { ExecutionErrorCode } from '../machine/execution.ts'
import { readBody } from '../rules/answer-body.ts'
import { isTransient, readRetryAfter } from '../rules/retry-after.ts'
import { type FailureCause, StepFailure } from './failure.ts'
import type { VisitRun } from './visit-run.ts'

export interface StepRequest {
  method: OutboundMethod
  url: string
  headers: Record<string, string>
  body: string | undefined
  timeout_ms: number
}

export interface StepAnswer {
  status: number
  headers: Headers
  body: JsonValue
  is_transient: boolean
  /** What the server asked for; null: nothing. */
  after_ms: number | null
}

/** Address, headers and body together. */
export const max_request_characters = 524_288

/** The headers that tell another server of the visit; no configuration replaces them. */
export function headersOfVisit({ attempt, context }: VisitRun): Record<string, string> {
  return { 'idempotency-key': attempt.key, 'parley-depth': String(context.depth + 1) }
}

const harmless: ReadonlySet<string> = new Set(['content-type', 'idempotency-key', 'parley-depth'])

/** Calls `begin` right before the request. Throws a `StepFailure` with the code if there is no answer. */
export async function sendRequest(
  run: VisitRun,
  { method, url, headers, body, timeout_ms }: StepRequest,
  { redactor, code, begin }: { redactor: Redactor; code: ExecutionErrorCode; begin: () => Promise<void> },
): Promise<StepAnswer> {
  const { attempt, services } = run
  const { answer_bytes } = services.limits
  await begin()
  try {
    const response = await services.outbound.request({
      ...{ owner: attempt.execution.organization_id, method, url, headers, timeout_ms, signal: attempt.signal },
      ...(body === undefined ? {} : { body }),
      max_body_bytes: answer_bytes,
      // An author may put a secret for this origin into a header or the body.
      has_sensitive_body: true,
      sensitive_headers: Object.keys(headers).filter((name) => !harmless.has(name)),
    })
    return readResponse(run, response, redactor)
  } catch (error) {
    attempt.signal.throwIfAborted()
    if (!(error instanceof OutboundError)) throw error
    throw outboundFailure(error, code, redactor)
  }
}

function readResponse(run: VisitRun, { status, headers, body, truncated }: OutboundResponse, redactor: Redactor) {
  const { limits, ports } = run.services
  // Of a redirect that is not followed nothing is read.
  if (truncated && body.length >= limits.answer_bytes) {
    throw new StepFailure('response_too_large', `The answer has more than ${limits.answer_bytes} bytes.`)
  }
  return {
    ...{ status, headers, is_transient: isTransient(status) },
    body: redactor.redactValue(readBody(body, headers.get('content-type'))),
    after_ms: readRetryAfter(headers.get('retry-after'), ports.clock.now()),
  }
}

const refusals: ReadonlySet<OutboundError['kind']> = new Set(['refused_address', 'refused_redirect'])
const permanent: ReadonlySet<OutboundError['kind']> = new Set(['invalid_url', 'invalid_request', 'too_many_redirects'])

export function outboundFailure(error: OutboundError, code: ExecutionErrorCode, redactor: Redactor): StepFailure {
  const message = redactor.redactText(`${error.message}.`)
  if (refusals.has(error.kind)) return new StepFailure('address_refused', message)
  return new StepFailure(code, message, causeOf(error))
}

/** Whether the server may have acted on it. */
export function causeOf({ kind, sent }: OutboundError): FailureCause {
  if (permanent.has(kind)) return 'permanent'
  return sent ? 'unclear' : 'transient'
}
