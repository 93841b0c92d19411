// The SDK's streamable HTTP transport over the guarded client.
import {
  type FetchLike,
  type JSONRPCMessage,
  StreamableHTTPClientTransport,
  type TransportSendOptions,
} from '@modelcontextprotocol/client'
import { type OutboundClient, OutboundError, type OutboundMethod } from '../../outbound/client.ts'
import type { Clock } from '../../base/ports.ts'
import type { McpPeer } from './peer.ts'

/** Per response, however it is sent, unless its peer says otherwise. */
const usual_body_bytes = 4 * 1024 * 1024

/** For a broken stream that the server allows to be resumed. */
const resumption = {
  initialReconnectionDelay: 250,
  reconnectionDelayGrowFactor: 2,
  maxReconnectionDelay: 1000,
  maxRetries: 2,
}

const connection_closed = -32_000

export class GuardedTransport extends StreamableHTTPClientTransport {
  /** Why the body of a response broke off, which the SDK does not tell. */
  broken: OutboundError | null = null

  constructor(peer: McpPeer, outbound: OutboundClient, clock: Pick<Clock, 'after'>) {
    super(new URL(peer.url), {
      fetch: createFetch(peer, outbound, (error) => (this.broken = error)),
      // The guarded client follows redirects by its own rules.
      redirectPolicy: 'follow',
      reconnectionOptions: resumption,
      reconnectionScheduler: (reconnect, delay_ms) => clock.after(delay_ms, reconnect),
    })
  }

  /** A stream that ends without the response is an error: the SDK would wait for its timeout. */
  override send(message: JSONRPCMessage | JSONRPCMessage[], options?: TransportSendOptions): Promise<void> {
    const onRequestStreamEnd = () => {
      if (!Array.isArray(message) && 'method' in message && 'id' in message) {
        const error = { code: connection_closed, message: 'The connection was lost.' }
        this.onmessage?.({ jsonrpc: '2.0', id: message.id, error })
      }
      options?.onRequestStreamEnd?.()
    }
    return super.send(message, { ...options, onRequestStreamEnd })
  }
}

const without_body = new Set([204, 205, 304])

function createFetch(peer: McpPeer, outbound: OutboundClient, onBroken: (error: OutboundError) => void): FetchLike {
  return async (url, init) => {
    const own = new Headers(init?.headers)
    const method = (init?.method ?? 'GET') as OutboundMethod
    // No stream is kept open for messages from the server: a turn only sends requests.
    if (method === 'GET' && !own.has('last-event-id')) return new Response(null, { status: 405 })
    const answer = await outbound.stream({
      owner: peer.organization_id,
      method,
      url: url.toString(),
      // Headers of the protocol take precedence over those of an author.
      headers: { ...peer.headers, ...Object.fromEntries(own) },
      ...(typeof init?.body === 'string' ? { body: init.body } : {}),
      timeout_ms: peer.timeout_ms,
      max_body_bytes: peer.max_body_bytes ?? usual_body_bytes,
      ...(init?.signal ? { signal: init.signal } : {}),
      sensitive_headers: Object.keys(peer.headers).filter((name) => !own.has(name)),
    })
    const { status, headers, body } = answer
    if (status >= 200 && status <= 599 && !without_body.has(status))
      return new Response(watch(body, onBroken), { status, headers })
    await body.cancel()
    if (without_body.has(status)) return new Response(null, { status, headers })
    throw new OutboundError('invalid_response', `The server answered ${status}`, true)
  }
}

function watch(
  body: ReadableStream<Uint8Array>,
  onBroken: (error: OutboundError) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader()
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value as Uint8Array<ArrayBuffer>)
      } catch (error) {
        if (error instanceof OutboundError) onBroken(error)
        controller.error(error)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
}
