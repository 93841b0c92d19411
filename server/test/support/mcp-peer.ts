// An MCP server for agents: the official SDK over real HTTP, with tools that a test decides.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, type Server as HttpServer, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import {
  type CallToolResult,
  type ListToolsResult,
  Server,
  WebStandardStreamableHTTPServerTransport,
  createMcpHandler,
} from '@modelcontextprotocol/server'
import { patient } from './patient-server.ts'

/**
 * `modern`: the protocol of 2026-07-28, and older ones without sessions. `sessions`: the older ones, with sessions and streamed
 * responses. `json`: the same, with plain JSON responses.
 */
export type McpKind = 'modern' | 'sessions' | 'json'

export interface McpCall {
  name: string
  arguments: Record<string, unknown>
  meta: Record<string, unknown>
  /** Aborted when the caller cancels it. */
  signal: AbortSignal
  /** Notifies the caller that the tools have changed. */
  announceChange(): Promise<void>
}

export interface McpRequest {
  method: string
  headers: IncomingMessage['headers']
  /** Headers of the message. */
  rpc: string | undefined
  /** Session id of the message. */
  id: unknown
}

export interface McpPeer extends AsyncDisposable {
  readonly url: string
  readonly requests: McpRequest[]
  readonly calls: McpCall[]
  /** Calls that were cancelled. */
  readonly givenUp: number
  tools: unknown[]
  answer: (call: McpCall) => CallToolResult | Promise<CallToolResult>
  /** Answers a request itself if it returns true, before the SDK sees it. */
  intercept: (request: McpRequest, response: ServerResponse) => boolean
  /** Drops all sessions, as after a restart. */
  forget(): void
  /** Stops the process, which loses everything. */
  kill(): Promise<void>
  /** Starts it again on the same port. */
  start(): Promise<void>
}

export const textResult = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] })

export const textTool = (name: string, more: object = {}) => ({
  name,
  description: `Tool ${name}`,
  inputSchema: { type: 'object', properties: { what: { type: 'string' } }, required: ['what'] },
  ...more,
})

export async function startMcpPeer(kind: McpKind): Promise<McpPeer> {
  let http: HttpServer | null = null
  let port = 0
  let givenUp = 0
  const sessions: Sessions = new Map()
  const peer: McpPeer = {
    url: '',
    requests: [],
    calls: [],
    tools: [textTool('order')],
    answer: ({ arguments: given }) => textResult(`Done: ${String(given['what'])}`),
    intercept: () => false,
    get givenUp() {
      return givenUp
    },
    forget: () => sessions.clear(),
    async kill() {
      const running = http
      peer.forget()
      http = null
      running?.closeAllConnections()
      running?.close()
      if (running) await once(running, 'close')
    },
    async start() {
      const serve = createServing(kind, sessions, () => createMcpServer(peer, () => (givenUp += 1)))
      http = createServer(patient, (request, response) => void handle(peer, serve, request, response))
      http.listen(port, '127.0.0.1')
      await once(http, 'listening')
      port = (http.address() as AddressInfo).port
    },
    [Symbol.asyncDispose]: () => peer.kill(),
  }
  await peer.start()
  return Object.assign(peer, { url: `http://127.0.0.1:${port}/mcp` })
}

function createMcpServer(peer: McpPeer, onGivenUp: () => void): Server {
  const capabilities = { tools: { listChanged: true } }
  const server = new Server({ name: 'peer', version: '1.0.0' }, { capabilities })
  server.setRequestHandler('tools/list', () => ({ tools: peer.tools }) as ListToolsResult)
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const call: McpCall = {
      name: params.name,
      arguments: params.arguments ?? {},
      meta: params._meta ?? {},
      signal: mcpReq.signal,
      announceChange: () => mcpReq.notify({ method: 'notifications/tools/list_changed' }),
    }
    call.signal.addEventListener('abort', onGivenUp, { once: true })
    peer.calls.push(call)
    return peer.answer(call)
  })
  return server
}

type Serve = (request: Request) => Promise<Response>

type Sessions = Map<string, WebStandardStreamableHTTPServerTransport>

function createServing(kind: McpKind, sessions: Sessions, create: () => Server): Serve {
  if (kind === 'modern') {
    const { fetch } = createMcpHandler(create)
    return (request) => fetch(request)
  }
  return async (request) => {
    const id = request.headers.get('mcp-session-id')
    const known = id === null ? undefined : sessions.get(id)
    if (known) return known.handleRequest(request)
    if (id !== null)
      return Response.json(
        { jsonrpc: '2.0', id: null, error: { code: -32_001, message: 'Session not found' } },
        { status: 404 },
      )
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: kind === 'json',
      onsessioninitialized: (session) => void sessions.set(session, transport),
      onsessionclosed: (session) => void sessions.delete(session),
    })
    await create().connect(transport)
    return transport.handleRequest(request)
  }
}

async function handle(peer: McpPeer, serve: Serve, incoming: IncomingMessage, response: ServerResponse) {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const { method = '', headers } = incoming
  const { method: rpc, id }: { method?: string; id?: unknown } = body.length > 0 ? JSON.parse(body.toString()) : {}
  const seen = { method, headers, rpc, id }
  peer.requests.push(seen)
  if (peer.intercept(seen, response)) return
  const request = new Request(new URL(incoming.url ?? '/', peer.url), {
    method,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
    ...(body.length > 0 ? { body } : {}),
    signal: gone.signal,
  })
  const answer = await serve(request)
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  response.flushHeaders()
  if (answer.body === null) return void response.end()
  const stream = Readable.fromWeb(answer.body as never)
  stream.on('error', () => response.destroy())
  response.on('close', () => stream.destroy())
  stream.pipe(response)
}
