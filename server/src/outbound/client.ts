// Sends every HTTP request to an address that somebody configured, with its target checked and its size and time bounded.
import { systemPorts, type Clock } from '../base/ports.ts'
import { later } from '../base/later.ts'
import { OutboundError } from './errors.ts'
import { collectAnswer, type OpenAnswer, type OutboundResponse } from './answer.ts'
import { createLookup, type Lookup } from './names.ts'
import { streamBody } from './stream-body.ts'
import {
  followRedirect,
  methods,
  redirectLocation,
  type Hop,
  type OutboundMethod,
  type Sensitive,
} from './redirects.ts'
import { parseAllowedHosts, parseTarget, resolveTarget } from './target.ts'

export { OutboundError, type OutboundErrorKind } from './errors.ts'
export type { OutboundMethod, OutboundResponse }

export interface OutboundStream {
  status: number
  headers: Headers
  /** Errors with an `OutboundError`. Cancelling it closes the connection. */
  body: ReadableStream<Uint8Array>
}

export interface OutboundRequest extends Sensitive {
  /** The owner whose share of DNS look-ups is used: an organization's id, or a name for the server itself. */
  owner: string
  method: OutboundMethod
  url: string
  /** Headers of the connection and of message framing are dropped, and so is `host`. */
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** For the whole request: resolving, connecting, redirects, headers and body. */
  timeout_ms: number
  /** A longer body is truncated; a streamed one fails. */
  max_body_bytes: number
  /**
   * For callers that mainly need the status: how long the body may take after the headers. If it is incomplete by then, by the
   * end of `timeout_ms`, or when the signal aborts or the connection breaks, the rest is omitted. Without this option an
   * incomplete body is an error. Not for streams.
   */
  body_timeout_ms?: number
  signal?: AbortSignal
  /** If set, a redirect is returned like any other response, without its body. Otherwise it is followed. */
  keeps_redirects?: boolean
}

export interface OutboundClient {
  /** Resolves for any status. Throws an `OutboundError` if there is no response. */
  request(request: OutboundRequest): Promise<OutboundResponse>
  /** Like `request`, with a streamed body that must be read to its end or cancelled. `timeout_ms` includes reading it. */
  stream(request: OutboundRequest): Promise<OutboundStream>
}

export interface OutboundClientOptions {
  /** Hosts, or `host:port`, that can be called although they are not public. */
  allowed_hosts: readonly string[]
  clock?: Pick<Clock, 'after'>
  lookup?: Lookup
  /** The header that tells an address of the trace; null: none. */
  traceparentFor?: (url: URL) => string | null
}

/** It needs the HTTP client, which is large. */
const loadExchange = later(() => import('./exchange.ts'))

const max_redirects = 5

const own_headers = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

export function createOutboundClient({
  allowed_hosts,
  clock = systemPorts.clock,
  lookup = createLookup({ clock, name_servers: [] }),
  traceparentFor = () => null,
}: OutboundClientOptions): OutboundClient {
  const allowed = parseAllowedHosts(allowed_hosts)

  async function follow(request: OutboundRequest, signal: AbortSignal, onConnected: () => void): Promise<OpenAnswer> {
    let hop = createFirstHop(request)
    for (let redirects = 0; redirects <= max_redirects; redirects++) {
      signal.throwIfAborted()
      const addresses = await resolveTarget(hop.url, { allowed, lookup, owner: request.owner, signal })
      const { openExchange } = await loadExchange()
      const answer = await openExchange(withTrace(hop, traceparentFor(hop.url)), { addresses, signal, onConnected })
      const location = redirectLocation(answer.status, answer.headers)
      if (location === undefined || request.keeps_redirects) return answer
      hop = followRedirect(hop, answer.status, location, request)
    }
    throw new OutboundError('too_many_redirects', `The request exceeded ${max_redirects} redirects`)
  }

  function open(request: OutboundRequest, bounds: Bounds): Promise<OpenAnswer> {
    return follow(request, bounds.signal, bounds.onConnected)
  }

  return {
    async request(request) {
      using bounds = startBounds(request, clock)
      const { max_body_bytes, body_timeout_ms } = request
      const opened = open(request, bounds)
      if (body_timeout_ms === undefined) {
        return await bounds.within(opened.then((answer) => collectAnswer(answer, max_body_bytes, false)))
      }
      const answer = await bounds.within(opened)
      using stack = new DisposableStack()
      stack.defer(clock.after(body_timeout_ms, answer.close))
      return await collectAnswer(answer, max_body_bytes, true)
    },
    async stream(request) {
      using stack = new DisposableStack()
      const bounds = stack.use(startBounds(request, clock))
      const { status, headers, body, close } = await bounds.within(open(request, bounds))
      stack.defer(close)
      const owned = stack.move()
      const release = () => owned.dispose()
      return { status, headers, body: streamBody(body, { ...bounds, max_bytes: request.max_body_bytes, release }) }
    },
  }
}

/** Of this hop alone: a redirect may lead to another host. A header that the request has already stays. */
function withTrace(hop: Hop, traceparent: string | null): Hop {
  if (traceparent === null || hop.headers.has('traceparent')) return hop
  const headers = new Headers(hop.headers)
  headers.set('traceparent', traceparent)
  return { ...hop, headers }
}

type Bounds = ReturnType<typeof startBounds>

/** Aborts at the deadline or with the caller's signal, for as long as the request lasts. */
function startBounds(request: OutboundRequest, clock: Pick<Clock, 'after'>) {
  const stop = new AbortController()
  const stopped = new Promise<never>((_resolve, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason))
  })
  stopped.catch(() => {})
  const onAbort = () => stop.abort(new OutboundError('aborted', 'The request was cancelled'))
  const clearDeadline = clock.after(request.timeout_ms, () => {
    stop.abort(new OutboundError('timeout', `No complete response within ${request.timeout_ms} ms`))
  })
  request.signal?.addEventListener('abort', onAbort)
  if (request.signal?.aborted) onAbort()
  let sent = false
  return {
    signal: stop.signal,
    onConnected: () => void (sent = true),
    /** A race, because some work cannot be stopped, such as a look-up by the operating system. */
    async within<T>(work: Promise<T>): Promise<T> {
      try {
        return await Promise.race([stopped, work])
      } catch (error) {
        const reason: unknown = stop.signal.aborted ? stop.signal.reason : error
        throw reason instanceof OutboundError ? new OutboundError(reason.kind, reason.message, sent) : reason
      }
    },
    [Symbol.dispose]() {
      clearDeadline()
      request.signal?.removeEventListener('abort', onAbort)
    },
  }
}

function createFirstHop({ method, url, headers: given, body }: OutboundRequest): Hop {
  if (!methods.includes(method)) throw new OutboundError('invalid_request', 'The method is not supported')
  return { url: parseTarget(url), method, headers: createHeaders(given), body }
}

/** Requests an uncompressed body, so that `max_body_bytes` bounds both what is transferred and what is kept. */
function createHeaders(given: Record<string, string> = {}): Headers {
  let headers: Headers
  try {
    headers = new Headers(given)
  } catch {
    throw new OutboundError('invalid_request', 'A header has an invalid name or value')
  }
  for (const name of own_headers) headers.delete(name)
  if (!headers.has('user-agent')) headers.set('user-agent', 'Parley')
  headers.set('accept-encoding', 'identity')
  return headers
}
