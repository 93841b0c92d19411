// The `http` action of a tool: renders its templates to a request and parses the response.
import type { ActionOf } from '@parley/contract'
import type { JsonValue } from '../../base/json.ts'
import {
  OutboundError,
  type OutboundErrorKind,
  type OutboundRequest,
  type OutboundResponse,
} from '../../outbound/client.ts'
import type { Redactor } from '../../secrets/rules/redact.ts'
import { TemplateError, renderTemplate } from '../../templates/templates.ts'
import { storedBytes } from '../../base/json-size.ts'
import { parseForeignJson } from '../../base/read-json.ts'
import { isStorable, makeStorable } from '../../base/text.ts'
import { backoff, sleep } from '../../base/retry.ts'
import { depthHeader } from '../../calls/rules/depth.ts'
import { renderUrl } from '../rules/request-url.ts'
import { renderDeep } from './render.ts'
import type { ActionRun, ActionRunners, ToolVariables } from './runner.ts'

type HttpAction = ActionOf<'http'>

const max_body_bytes = 262_144
/** Address, headers and body together, as rendered. */
const max_request_characters = 524_288

/** The response is saved under `save_as`, or not at all. */
export const runHttp: ActionRunners['http'] = async (action, seen, around) => {
  const { room, run } = around
  if (room.saved_bytes <= 0) return { error: 'The request was not sent: this call already stored 1 MiB of responses.' }
  const max_bytes = Math.min(max_body_bytes, room.saved_bytes)
  const depth = await run.readDepth()
  const request = requestOf(action, seen, { max_bytes, depth }, around)
  const response = await requestPatiently(request, action.retries ?? 0, around)
  const { status } = response
  const saved = { status, body: readAnswer(response, run.redactor, max_bytes) }
  room.saved_bytes -= storedBytes(saved)
  const error = status >= 400 ? `The server answered ${status}.` : null
  return { saved: action.save_as ? { [action.save_as]: saved } : saved, error }
}

const waits = { first_ms: 250, longest_ms: 4000 }

/** Retries failures that may pass, with the same idempotency key, while the tool has time. */
async function requestPatiently(
  request: Omit<OutboundRequest, 'timeout_ms'> & { timeout_ms: number | null },
  retries: number,
  { run: { services, signal }, timeLeft }: ActionRun,
): Promise<OutboundResponse> {
  const { clock, random } = services.ports
  const request_ms = request.timeout_ms ?? Number.POSITIVE_INFINITY
  for (let tries = 1; ; tries += 1) {
    const delay_ms = backoff(tries, { ...waits, random })
    const isLast = () => tries > retries || delay_ms >= timeLeft()
    try {
      const timeout_ms = Math.min(request_ms, timeLeft())
      const response = await services.outbound.request({ ...request, timeout_ms })
      if (!mayPass(response.status) || isLast()) return response
    } catch (error) {
      if (!(error instanceof OutboundError) || !transient.has(error.kind) || isLast()) throw error
    }
    await sleep(clock, delay_ms, signal)
  }
}

const transient: ReadonlySet<string> = new Set<OutboundErrorKind>(['dns', 'connection', 'invalid_response', 'timeout'])

function mayPass(status: number): boolean {
  return status === 429 || status >= 500
}

function requestOf(
  action: HttpAction,
  variables: ToolVariables,
  { max_bytes, depth }: { max_bytes: number; depth: number },
  { call, run, budget, timeLeft }: ActionRun,
) {
  // Above all other names: no value from a model or an API may take the place of a secret.
  const seen = { ...variables, secrets: Object.fromEntries(run.redactor.secrets) }
  let left = max_request_characters
  const render = (text: string) => {
    if (timeLeft() <= 1) throw new OutboundError('timeout', 'The tool reached its time limit')
    const rendered = renderTemplate(text, seen, { budget })
    left -= rendered.length
    if (left < 0) throw new TemplateError(`the request has more than ${max_request_characters} characters`)
    return rendered
  }
  const given = Object.entries(action.headers ?? {}).map(([name, value]) => [name.toLowerCase(), render(value)])
  const { content, content_type } = bodyOf(action.body, render)
  const headers: Record<string, string> = { ...content_type, ...Object.fromEntries(given) }
  // The same for every try (T8), whatever the configuration says.
  Object.assign(headers, { 'idempotency-key': call.call_id }, depthHeader(depth))
  return {
    owner: run.organization_id,
    method: action.method ?? 'GET',
    url: urlOf(renderUrl(action.url, seen, budget), action.query ?? {}, render),
    headers,
    body: content,
    timeout_ms: action.timeout_ms ?? null,
    max_body_bytes: max_bytes + run.redactor.margin_bytes,
    signal: run.signal,
    // An author may put a secret for this origin into a header or the body.
    has_sensitive_body: true,
    sensitive_headers: Object.keys(headers).filter((name) => !harmless_headers.has(name)),
  }
}

const harmless_headers: ReadonlySet<string> = new Set(['content-type', 'idempotency-key', 'parley-depth'])

function urlOf(text: string, query: Record<string, string>, render: (text: string) => string): string {
  const url = new URL(text)
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, render(value))
  return url.href
}

function bodyOf(body: HttpAction['body'], render: (text: string) => string) {
  if (body === undefined || body === null) return { content: undefined, content_type: {} }
  if (typeof body === 'string') return { content: render(body), content_type: { 'content-type': 'text/plain' } }
  const content = JSON.stringify(renderDeep(body as JsonValue, render))
  return { content, content_type: { 'content-type': 'application/json' } }
}

function isJson(headers: Headers): boolean {
  return /^application\/(\S+\+)?json\b/i.test(headers.get('content-type') ?? '')
}

/** Cut off only after secrets were removed: half a secret would not be recognized. */
function readAnswer({ headers, body, truncated }: OutboundResponse, redactor: Redactor, max_bytes: number): JsonValue {
  const text = body.toString('utf8')
  if (body.length > max_bytes) {
    const known = Buffer.from(redactor.redactCut(text, truncated))
    return makeStorable(known.subarray(0, max_bytes).toString('utf8'))
  }
  const value = isJson(headers) ? readJson(text) : undefined
  return value === undefined ? makeStorable(redactor.redactText(text)) : redactor.redactValue(value)
}

/** Undefined: not JSON, or JSON that cannot be stored. */
function readJson(text: string): JsonValue | undefined {
  try {
    const value = parseForeignJson(text) as JsonValue
    return isStorable(value) ? value : undefined
  } catch {
    return undefined
  }
}
