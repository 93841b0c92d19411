// Answers `GET /metrics` on a port of its own, which only programs on this machine reach: it tells of all organizations at once.
import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Metrics, metrics_media_type } from '../telemetry/metrics.ts'
import { createServer } from './node-http.ts'

const host = '127.0.0.1'
const request_ms = 10_000
const max_connections = 16

export interface MetricsListener extends AsyncDisposable {
  /** As `http://127.0.0.1:port/metrics`. */
  readonly url: string
}

export interface MetricsListenerOptions {
  metrics: Pick<Metrics, 'render'>
  /** 0: a free one. */
  port: number
  /** Undefined: every program that reaches the port can read. */
  token: string | undefined
  onError: (error: Error) => void
}

export async function listenForMetrics(options: MetricsListenerOptions): Promise<MetricsListener> {
  const limits = { headersTimeout: request_ms, requestTimeout: request_ms, keepAliveTimeout: request_ms }
  const server = createServer({ ...limits, connectionsCheckingInterval: request_ms }, (request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      options.onError(error as Error)
      response.destroy()
    })
  })
  server.maxConnections = max_connections
  await once(server.listen(options.port, host), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${host}:${port}/metrics`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(
  { metrics, token }: MetricsListenerOptions,
  { method, url, headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, text: string, more: Record<string, string> = {}) =>
    void response
      .writeHead(status, { 'Content-Type': metrics_media_type, 'Cache-Control': 'no-store', ...more })
      .end(text)
  if (token !== undefined && !isEqual(headers.authorization ?? '', `Bearer ${token}`))
    return send(401, 'Send PARLEY_METRICS_TOKEN as a bearer token.\n', { 'WWW-Authenticate': 'Bearer' })
  if (method !== 'GET' || url?.split('?')[0] !== '/metrics') return send(404, 'There is only GET /metrics.\n')
  send(200, await metrics.render())
}

function isEqual(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(one), hash(other))
}
