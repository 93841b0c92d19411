// One request and its answer: the address, headers and body of an operation, and the error of an answer that is not 2xx.
import { type Operation, headerName } from '@parley/contract'

export interface ClientOptions {
  /** As in `http://127.0.0.1:8080`. */
  base_url: string
  /**
   * An organization API key, a personal access token or a conversation token. Absent: no credential is sent, save for the
   * session that a browser adds by itself on a page of the server.
   */
  token?: string
  /** The organization that a personal access token acts in; with a session, in place of the session's own. */
  organization_id?: string
  /** Sent with every request. */
  headers?: Record<string, string>
  /** Default: the platform's. */
  fetch?: typeof fetch
  /**
   * How often a call is repeated that got no answer, or 503; default 2, after about 0.25 s and 0.5 s, or `Retry-After`. Only what
   * is safe to repeat: reads, and POST, which is given an `idempotency_key` where the caller names none.
   */
  retries?: number
  /**
   * How long `streamConversationEvents` goes on opening its stream anew, in milliseconds since it last lived: without a
   * connection, after 429 and 5xx, and when streams end that brought nothing. Default 60,000, in ever longer pauses of up to
   * 12.5 s, at least as long as `Retry-After` and the stream's `retry` say; 0: the first failure is thrown.
   */
  stream_patience_ms?: number
}

export interface CallOptions {
  signal?: AbortSignal
  headers?: Record<string, string>
  /** Receives the answer's status and headers. */
  onResponse?: (response: Response) => void
}

/** An answer that is not 2xx. */
export class ApiError extends Error {
  readonly status: number
  /** The wire's `code`; null when the answer was not one of Parley's. */
  readonly code: string | null
  readonly request_id: string | null
  /** With 422: every fault with its path. */
  readonly errors: { path: string; message: string }[]
  /** Set when the message is stored although there is no reply. */
  readonly turn_id: string | null
  /** Seconds, of `Retry-After`. */
  readonly retry_after: number | null
  /** The body as it came. */
  readonly body: unknown

  constructor(response: Response, body: unknown) {
    const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
    const text = (value: unknown) => (typeof value === 'string' ? value : null)
    super(text(fields['detail']) ?? `HTTP ${response.status}`)
    this.name = 'ApiError'
    this.status = response.status
    this.code = text(fields['code'])
    this.request_id = text(fields['request_id']) ?? response.headers.get('x-request-id')
    this.errors = Array.isArray(fields['errors']) ? (fields['errors'] as ApiError['errors']) : []
    this.turn_id = text(fields['turn_id'])
    this.retry_after = readRetryAfter(response.headers.get('retry-after'))
    this.body = body
  }
}

/** Seconds, or a date; null when it is neither. */
function readRetryAfter(value: string | null): number | null {
  if (value === null) return null
  if (/^\d{1,9}$/.test(value)) return Number(value)
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, (date - Date.now()) / 1000)
}

export type Values = Record<string, unknown>

/** Throws an `ApiError` for an answer that is not 2xx. */
export async function sendRequest(
  client: ClientOptions,
  operation: Operation,
  input: Values,
  call: CallOptions,
): Promise<Response> {
  const send = client.fetch ?? fetch
  const response = await send(addressOf(client.base_url, operation, input), {
    method: operation.method,
    headers: { ...headersOf(client, operation, input), ...client.headers, ...call.headers },
    ...(hasBody(operation, input) ? { body: JSON.stringify(pick(operation.body, input)) } : {}),
    ...(call.signal ? { signal: call.signal } : {}),
  })
  call.onResponse?.(response)
  if (!response.ok && response.status !== operation.success.status)
    throw new ApiError(response, await readBody(response))
  return response
}

function addressOf(base_url: string, { path, query }: Operation, input: Values): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(String(input[name])))
  const parameters = new URLSearchParams(
    Object.entries(pick(query, input)).map(([name, value]): [string, string] => [name, String(value)]),
  )
  const suffix = parameters.size > 0 ? `?${parameters}` : ''
  return `${base_url.replace(/\/+$/, '')}${filled}${suffix}`
}

function headersOf(client: ClientOptions, operation: Operation, input: Values): Record<string, string> {
  const own = Object.entries(pick(operation.headers, input)).map(([name, value]) => [headerName(name), String(value)])
  return {
    ...(client.token === undefined ? {} : { Authorization: `Bearer ${client.token}` }),
    ...(client.organization_id === undefined ? {} : { 'X-Parley-Org': client.organization_id }),
    ...(hasBody(operation, input) ? { 'Content-Type': 'application/json' } : {}),
    // For a session's cookie; no page of another origin can send it.
    ...(client.token === undefined || operation.sign_in ? { 'X-Parley-Csrf': '1' } : {}),
    ...Object.fromEntries(own),
  }
}

function hasBody(operation: Operation, input: Values): boolean {
  if (!operation.body) return false
  return !operation.body_optional || Object.keys(pick(operation.body, input)).length > 0
}

/** The fields of one part of the request; undefined ones are not sent. */
function pick(part: Operation['body'], input: Values): Values {
  const names = Object.keys(part?.properties ?? {})
  return Object.fromEntries(names.filter((name) => input[name] !== undefined).map((name) => [name, input[name]]))
}

export async function readBody(response: Response): Promise<unknown> {
  const text = await response.text()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
