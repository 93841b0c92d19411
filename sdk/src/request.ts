// Sends one request: the URL, headers and body of an operation, and the error if the response is not 2xx.
import { type Operation, headerName } from '@parley/contract'

export interface ClientOptions {
  /** The server's address, such as `http://127.0.0.1:8080`. */
  base_url: string
  /**
   * An organization API key, a personal access token or a conversation token. Default: no credential, so that on the server's
   * own pages the browser's session cookie authenticates the request.
   */
  token?: string
  /** The organization to act in: for personal access tokens, or to override that of the session. */
  organization_id?: string
  /** Sent with every request. */
  headers?: Record<string, string>
  /** Default: the platform's `fetch`. */
  fetch?: typeof fetch
  /**
   * How often a call is retried after no response or status 503. Default: 2, after about 0.25 s and 0.5 s or as long as
   * `Retry-After` says, at most 10 s. Only safe calls are retried: reads, and POST requests that take an `idempotency_key`, which
   * is generated if you pass none.
   */
  retries?: number
  /**
   * How long `streamConversationEvents`, `streamConversationChanges`, `streamOrganizationEvents` and `streamDatasetProgress` try to reconnect, in milliseconds since the stream last
   * brought events or stayed open for 10 s. Connection failures, 429, 5xx and streams without events count as failures. Default:
   * 60000. Pauses grow to about 12.5 s, longer if `Retry-After` or the stream's `retry` says so. 0: throw the first failure.
   */
  stream_patience_ms?: number
}

export interface CallOptions {
  signal?: AbortSignal
  headers?: Record<string, string>
  /** Called with each response, for its status and headers. */
  onResponse?: (response: Response) => void
}

/** The server's response was not 2xx. The message is its `detail`, or `HTTP <status>`. */
export class ApiError extends Error {
  readonly status: number
  /** The error code, such as `not_found`; null if the response does not come from Parley. */
  readonly code: string | null
  readonly request_id: string | null
  /** With status 422: each invalid field, with its path. Otherwise empty. */
  readonly errors: { path: string; message: string }[]
  /** The turn of a stored message that got no reply. Otherwise null. */
  readonly turn_id: string | null
  /** Seconds to wait, from `Retry-After`; null if absent. */
  readonly retry_after: number | null
  /** The parsed JSON body, or its text if it is not JSON. */
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

/** `Retry-After` in seconds, from seconds or a date; null if it is neither. */
function readRetryAfter(value: string | null): number | null {
  if (value === null) return null
  if (/^\d{1,9}$/.test(value)) return Number(value)
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, (date - Date.now()) / 1000)
}

export type Values = Record<string, unknown>

/** Throws an `ApiError` if the response is not 2xx. */
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
    ...bodyOf(operation, input),
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
    ...contentTypeOf(operation, input),
    // Protects requests that use the session cookie: pages of other origins cannot send this header.
    ...(client.token === undefined || operation.sign_in ? { 'X-Parley-Csrf': '1' } : {}),
    ...Object.fromEntries(own),
  }
}

/** A form's media type, with its boundary, is set by `fetch`. */
function contentTypeOf(operation: Operation, input: Values): Record<string, string> {
  const file = fileOf(operation, input)
  if (file && operation.upload?.form === 'multipart') return {}
  if (file) return { 'Content-Type': file.type || 'application/octet-stream' }
  return hasBody(operation, input) ? { 'Content-Type': 'application/json' } : {}
}

function bodyOf(operation: Operation, input: Values): { body?: string | Blob | FormData } {
  const file = fileOf(operation, input)
  if (file) return { body: operation.upload?.form === 'raw' ? file : formOf(file, input) }
  if (!hasBody(operation, input)) return {}
  const body = pick(operation.body, input)
  return { body: JSON.stringify(operation.whole_body === undefined ? body : body[operation.whole_body]) }
}

/** The metadata first, so that the server knows of it before the file. */
function formOf(file: Blob, { metadata }: Values): FormData {
  const form = new FormData()
  if (metadata !== undefined) form.append('metadata', JSON.stringify(metadata))
  form.append('file', file)
  return form
}

function fileOf({ upload }: Operation, { file }: Values): Blob | null {
  return upload && file instanceof Blob ? file : null
}

function hasBody(operation: Operation, input: Values): boolean {
  if (!operation.body) return false
  return !operation.body_optional || Object.keys(pick(operation.body, input)).length > 0
}

/** The fields that belong to one part of the request; undefined fields are not sent. */
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
