// Sends one request: the URL, headers and body of an operation, and the error if there is no response or it is not 2xx.
import { ApiError, ConnectionError, TimeoutError } from './errors.ts'
import type { Operation } from './operation.ts'
import { type Upload, countBytes, sendUpload, uploadOf } from './upload.ts'

export interface ClientOptions {
  /** The server's address, such as `http://127.0.0.1:8080`. */
  base_url: string
  /**
   * An organization API key, a personal access token or a conversation token. Default: no credential, so that on the server's
   * own pages the browser's session cookie authenticates the request.
   */
  token?: string | undefined
  /** The organization to act in: for personal access tokens, or to override that of the session. */
  organization_id?: string | undefined
  /** Sent with every request. */
  headers?: Record<string, string>
  /** Default: the platform's `fetch`. */
  fetch?: typeof fetch
  /**
   * How often a call is repeated. Default: 2, after 0.25 s doubling to at most 10 s, or after `Retry-After`. Repeated are: calls
   * without a complete response, if they are reads or have an idempotency key, which every POST that takes one gets; 429
   * `rate_limited` and 503; 500 `outcome_unknown` with a key.
   */
  retries?: number
  /** A `Retry-After` beyond this is not waited for: the error is thrown. Default: 60,000. */
  max_retry_after_ms?: number
  /**
   * How long each try of a call may take, in milliseconds. Default: 30,000. Calls that wait for a model or a turn, uploads and
   * streams have no limit unless the call itself sets one. 0: none.
   */
  timeout_ms?: number
  /**
   * How long streams try to reconnect, in milliseconds since the stream last brought events or stayed open for 10 s. Connection
   * failures, 429, 5xx and streams without events count as failures. Default: 60,000. Pauses grow to about 12.5 s, longer if
   * `Retry-After` or the stream's `retry` says so. 0: throw the first failure.
   */
  stream_patience_ms?: number
}

export interface CallOptions {
  /** Stops the call, its repetitions and its stream; the call then throws the signal's reason. */
  signal?: AbortSignal | undefined
  headers?: Record<string, string>
  /** As that of the client, for this call, whatever it waits for. */
  timeout_ms?: number
  /** Called with each response, for its status and headers. */
  onResponse?: (response: Response) => void
  /** Called as a file is sent or received. */
  onProgress?: (progress: Progress) => void
}

export interface Progress {
  /** Bytes so far. */
  bytes: number
  /** Bytes in all; null if that is not known. */
  total: number | null
}

/** A file to send. A stream is sent once: its call is not repeated after a failure. A `File` has a name. */
export type FileInput = Blob | ReadableStream<Uint8Array>

export type Values = Record<string, unknown>

const default_timeout_ms = 30_000

/** Sends the request and reads the response. Throws an `ApiError`, `ConnectionError`, `TimeoutError`, or the signal's reason. */
export async function exchange<T>(
  client: ClientOptions,
  operation: Operation,
  input: Values,
  call: CallOptions,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const { signal } = call
  const abort = () => controller.abort(signal!.reason)
  signal?.throwIfAborted()
  signal?.addEventListener('abort', abort)
  const timeout_ms = call.timeout_ms ?? usualTimeout(client, operation)
  let isLate = false
  const giveUp = () => {
    isLate = true
    controller.abort()
  }
  const timer = timeout_ms > 0 ? setTimeout(giveUp, timeout_ms) : undefined
  let isKept = false
  try {
    const response = await sendRequest(client, operation, input, { ...call, signal: controller.signal })
    const result = await read(response)
    isKept = (result as unknown) === response
    return result
  } catch (error) {
    signal?.throwIfAborted()
    if (isLate) throw new TimeoutError(`The server did not answer within ${timeout_ms / 1000} seconds`)
    throw error
  } finally {
    clearTimeout(timer)
    // A response that the caller reads still ends with the signal.
    if (!isKept) signal?.removeEventListener('abort', abort)
  }
}

function usualTimeout({ timeout_ms = default_timeout_ms }: ClientOptions, { is }: Operation): number {
  return is('waits') || is('raw_upload') || is('form_upload') ? 0 : timeout_ms
}

/** Throws an `ApiError` if the response is not 2xx, and a `ConnectionError` if no complete one arrives. */
export async function sendRequest(
  client: ClientOptions,
  operation: Operation,
  input: Values,
  call: CallOptions,
): Promise<Response> {
  const url = addressOf(client.base_url, operation, input)
  const upload = uploadOf(operation, input)
  const { signal } = call
  const init: RequestInit = {
    method: operation.method,
    headers: { ...headersOf(client, operation, input, upload), ...client.headers, ...call.headers },
    ...(signal ? { signal } : {}),
  }
  const response = await answered(() =>
    upload
      ? sendUpload(client, { url, init, upload }, call)
      : (client.fetch ?? fetch)(url, { ...init, ...bodyOf(operation, input) }),
  )
  call.onResponse?.(response)
  // Only the console's address bar follows a redirection.
  if (!response.ok && response.status !== 303) throw new ApiError(response, await readBody(response, true))
  return operation.is('file') ? countBytes(response, call) : response
}

/** What `fetch` and the bodies of its responses throw depends on the platform. */
export async function answered<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ConnectionError) throw error
    throw new ConnectionError(`The connection failed: ${reasonOf(error)}`, error)
  }
}

/** Node says why in the cause of its error; a host with several addresses has a cause for each. */
function reasonOf(error: unknown): string {
  const { message, cause, errors } = Object(error) as { message?: string; cause?: unknown; errors?: unknown[] }
  return errors?.[0] || cause ? reasonOf(errors?.[0] ?? cause) : (message ?? String(error))
}

function addressOf(base_url: string, operation: Operation, input: Values): string {
  const filled = operation.path.replace(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(String(input[name])))
  const parameters = new URLSearchParams(queryOf(operation, input))
  const suffix = `${parameters}`
  return base_url.replace(/\/+$/, '') + filled + (suffix && `?${suffix}`)
}

function queryOf(operation: Operation, input: Values): [string, string][] {
  const { query, is } = operation
  const names = [...query, ...(hasBody(operation) || is('form_upload') ? [] : restOf(operation, input))]
  const given = names.filter((name) => input[name] !== undefined)
  // A list is a field that is repeated.
  return given.flatMap((name) => [input[name]].flat().map((value): [string, string] => [name, String(value)]))
}

/** The fields that are in no other place. */
function restOf({ path, headers, query }: Operation, input: Values): string[] {
  const placed = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  const known = new Set([...placed, ...headers, ...query, 'idempotency_key', 'file'])
  return Object.keys(input).filter((name) => !known.has(name))
}

function headersOf(
  client: ClientOptions,
  operation: Operation,
  input: Values,
  upload: Upload | null,
): Record<string, string> {
  const names = operation.is('keyed') ? ['idempotency_key', ...operation.headers] : operation.headers
  const own = names.filter((name) => input[name] !== undefined).map((name) => [headerName(name), String(input[name])])
  const type = upload ? upload.type : bodyOf(operation, input).body === undefined ? undefined : 'application/json'
  return {
    ...(client.token === undefined ? {} : { Authorization: `Bearer ${client.token}` }),
    ...(client.organization_id === undefined ? {} : { 'X-Parley-Org': client.organization_id }),
    // A form's media type, with its boundary, is set by `fetch`.
    ...(type === undefined ? {} : { 'Content-Type': type }),
    // Protects requests that use the session cookie: pages of other origins cannot send this header.
    ...(client.token === undefined || operation.is('sign_in') ? { 'X-Parley-Csrf': '1' } : {}),
    ...(Object.fromEntries(own) as Record<string, string>),
  }
}

/** `if_match` of the input is the header `If-Match`. */
const headerName = (field: string) =>
  field.replace(/(^|_)(\w)/g, (_match, start, letter) => (start && '-') + letter.toUpperCase())

const hasBody = ({ is }: Operation) => is('body') || is('optional_body')

function bodyOf(operation: Operation, input: Values): { body?: string } {
  if (!hasBody(operation)) return {}
  const names = restOf(operation, input).filter((name) => input[name] !== undefined)
  if (operation.is('optional_body') && names.length === 0) return {}
  const { whole } = operation
  return { body: JSON.stringify(whole ? input[whole] : Object.fromEntries(names.map((name) => [name, input[name]]))) }
}

/** Of an error, a body that is not JSON is its text; otherwise JSON that breaks off is no answer. */
export async function readBody(response: Response, isError = false): Promise<unknown> {
  const text = await answered(() => response.text())
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  if (text === '' && (isError || !isJson)) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (isJson && !isError) throw new ConnectionError('The response is not complete', error)
    return text
  }
}
