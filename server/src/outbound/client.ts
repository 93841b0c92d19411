// The one way out: every HTTP request to an address that somebody configured goes through here, checked and bounded.
import { lookup as systemLookup } from 'node:dns/promises'
import { systemPorts, type Clock } from '../ports.ts'
import { OutboundError } from './errors.ts'
import { exchange, type OutboundResponse } from './exchange.ts'
import { followRedirect, methods, redirectLocation, type Hop, type OutboundMethod } from './redirects.ts'
import { parseAllowedHosts, parseTarget, resolveTarget, type Lookup } from './target.ts'

export { OutboundError, type OutboundErrorKind } from './errors.ts'
export type { OutboundMethod, OutboundResponse }

export interface OutboundRequest {
  method: OutboundMethod
  url: string
  /** Those that belong to the connection or the framing of the message are dropped, as is `host`. */
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** For everything together: resolving, connecting, redirects, headers and body. */
  timeout_ms: number
  /** A longer body is cut off there. */
  max_body_bytes: number
  signal?: AbortSignal
  /** A redirect is followed unless this says that it is an answer like any other, without its body. */
  keeps_redirects?: boolean
  /** Names of headers that do not follow a redirect to another origin, besides `authorization` and `cookie`. */
  sensitive_headers?: readonly string[]
}

export interface OutboundClient {
  /** Any status is an answer; what prevents one is an `OutboundError`. */
  request(request: OutboundRequest): Promise<OutboundResponse>
}

export interface OutboundClientOptions {
  /** Hosts, or `host:port`, that may be called although they are not public. */
  allowed_hosts: readonly string[]
  clock?: Pick<Clock, 'after'>
  lookup?: Lookup
}

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
  lookup = (hostname) => systemLookup(hostname, { all: true }),
}: OutboundClientOptions): OutboundClient {
  const allowed = parseAllowedHosts(allowed_hosts)

  async function follow(request: OutboundRequest, signal: AbortSignal, onConnected: () => void) {
    let hop = createFirstHop(request)
    for (let redirects = 0; redirects <= max_redirects; redirects++) {
      signal.throwIfAborted()
      const addresses = await resolveTarget(hop.url, allowed, lookup)
      const { max_body_bytes } = request
      const response = await exchange(hop, { addresses, max_body_bytes, signal, onConnected })
      const location = redirectLocation(response.status, response.headers)
      if (location === undefined || request.keeps_redirects) return response
      hop = followRedirect(hop, response.status, location, request.sensitive_headers ?? [])
    }
    throw new OutboundError('too_many_redirects', `More than ${max_redirects} redirects`)
  }

  return {
    async request(request) {
      const stop = new AbortController()
      const stopped = new Promise<never>((_resolve, reject) => {
        stop.signal.addEventListener('abort', () => reject(stop.signal.reason))
      })
      const onAbort = () => stop.abort(new OutboundError('aborted', 'The request was given up'))
      const clearDeadline = clock.after(request.timeout_ms, () => {
        stop.abort(new OutboundError('timeout', `No complete answer within ${request.timeout_ms} ms`))
      })
      let sent = false
      try {
        request.signal?.addEventListener('abort', onAbort)
        if (request.signal?.aborted) onAbort()
        // The race is for what cannot be stopped, such as a look-up by the operating system.
        return await Promise.race([stopped, follow(request, stop.signal, () => (sent = true))])
      } catch (error) {
        const reason: unknown = stop.signal.aborted ? stop.signal.reason : error
        throw reason instanceof OutboundError ? new OutboundError(reason.kind, reason.message, sent) : reason
      } finally {
        clearDeadline()
        request.signal?.removeEventListener('abort', onAbort)
      }
    },
  }
}

function createFirstHop({ method, url, headers: given, body }: OutboundRequest): Hop {
  if (!methods.includes(method)) throw new OutboundError('invalid_request', 'The method is not known')
  return { url: parseTarget(url), method, headers: createHeaders(given), body }
}

/** Asks for a plain body, so that `max_body_bytes` bounds what is read and what is kept alike. */
function createHeaders(given: Record<string, string> = {}): Headers {
  let headers: Headers
  try {
    headers = new Headers(given)
  } catch {
    throw new OutboundError('invalid_request', 'A header has a name or value that cannot be sent')
  }
  for (const name of own_headers) headers.delete(name)
  if (!headers.has('user-agent')) headers.set('user-agent', 'Parley')
  headers.set('accept-encoding', 'identity')
  return headers
}
