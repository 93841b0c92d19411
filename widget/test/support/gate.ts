// What stands between a browser and the nodes: passes requests on to the one that it is set to, and lets them fail as a test says, before
// or after a node has answered.
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer, request as send } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export type GateFault =
  /** The connection breaks before the node has heard of the request. */
  | 'lost_before'
  /** The node has done it, and the connection breaks before its answer arrives. */
  | 'lost_after'
  | 'unavailable'
  | 'limited'

export interface Gate extends AsyncDisposable {
  url: string
  /** Of the node, such as `http://127.0.0.1:1234`; null: none answers. */
  target: string | null
  /** What happens to the next calls of the API, in order; then nothing does. */
  faults: (GateFault | null)[]
  /** Breaks every connection. */
  cut(): void
}

export async function startGate(target: string | null = null): Promise<Gate> {
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => pass(gate, request, response))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const gate: Gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target,
    faults: [],
    cut,
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return gate
}

function pass(gate: Gate, request: IncomingMessage, response: ServerResponse): void {
  const fault = request.url!.startsWith('/core/') ? (gate.faults.shift() ?? null) : null
  if (fault === 'lost_before' || gate.target === null) return void request.socket.destroy()
  if (fault === 'unavailable') return refuse(response, 503, { code: 'unavailable' })
  if (fault === 'limited') return refuse(response, 429, { code: 'rate_limited' }, { 'retry-after': '1' })
  const { hostname, port } = new URL(gate.target)
  const { url: path, method, headers } = request
  const onward = send({ hostname, port, path, method, headers }, (answer) => {
    if (fault === 'lost_after') {
      answer.destroy()
      return request.socket.destroy()
    }
    response.writeHead(answer.statusCode!, answer.headers)
    response.flushHeaders()
    answer.on('error', () => response.destroy())
    answer.pipe(response)
  })
  onward.on('error', () => request.socket.destroy())
  response.on('close', () => onward.destroy())
  request.pipe(onward)
}

function refuse(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
