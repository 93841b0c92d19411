// A local HTTP server instead of a model provider: sends given bodies, split where a test wants, and records the requests.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { patient } from './patient-server.ts'

export interface ProviderAnswer {
  /** Default 200. */
  status?: number
  /** Default: an event stream. */
  headers?: Record<string, string>
  /** Sent one after another, each flushed before the next. */
  chunks: Uint8Array[]
  /** Default `end`. `cut` destroys the connection after the last chunk; `hold` keeps the response open. */
  ending?: 'end' | 'cut' | 'hold'
}

export interface RecordedRequest {
  method: string
  /** Path and query below the route's base URL. */
  path: string
  headers: IncomingMessage['headers']
  /** The client's port, which identifies the connection. */
  port: number
  body: Record<string, unknown>
}

export interface ProviderRoute {
  /** To be set as the provider's base URL. */
  base_url: string
  requests: RecordedRequest[]
  /** Resolves when the first request arrives. */
  asked: Promise<void>
  /** Resolves when a client disconnects before its response is complete. */
  hangUp: Promise<void>
}

export interface ProviderServer extends AsyncDisposable {
  /** Adds a path that sends this response to every request. */
  addRoute(answer: ProviderAnswer): ProviderRoute
}

interface Route extends ProviderRoute {
  answer: ProviderAnswer
  reportRequest: () => void
  reportHangUp: () => void
}

export async function startProviderServer(): Promise<ProviderServer> {
  const routes: Route[] = []
  const server = createServer(patient, (request, response) => {
    serve(routes, request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    addRoute(answer) {
      const asked = Promise.withResolvers<void>()
      const hangUp = Promise.withResolvers<void>()
      const route = {
        base_url: `http://127.0.0.1:${port}/${routes.length}`,
        requests: [],
        asked: asked.promise,
        hangUp: hangUp.promise,
        answer,
        reportRequest: asked.resolve,
        reportHangUp: hangUp.resolve,
      }
      routes.push(route)
      return route
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function serve(routes: Route[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, index = '', path = ''] = /^\/(\d+)(\/.*)$/.exec(request.url ?? '') ?? []
  const route = routes[Number(index)]
  if (route === undefined) throw new Error(`No route for ${request.url}`)
  response.on('close', () => {
    if (!response.writableFinished) route.reportHangUp()
  })
  route.requests.push({
    method: request.method ?? '',
    path,
    headers: request.headers,
    port: request.socket.remotePort ?? 0,
    body: JSON.parse(await readText(request)) as Record<string, unknown>,
  })
  route.reportRequest()
  const { status = 200, headers = { 'content-type': 'text/event-stream' }, chunks, ending = 'end' } = route.answer
  response.writeHead(status, headers)
  response.flushHeaders()
  for (const chunk of chunks) {
    await new Promise((resolve) => response.write(chunk, resolve))
    // One turn of the event loop apart, so that the chunks leave as separate packets.
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (ending === 'end') response.end()
  if (ending === 'cut') response.destroy()
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
