// A server that answers as Parley does, for programs in other versions of Node: one lost connection, a list of two pages, a turn, a refusal.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { startHttpServer } from '../support/http-server.ts'

export function startPeer() {
  const seen = new Set<string>()
  return startHttpServer((request, response) => answer(request, response, seen))
}

const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

async function answer(request: IncomingMessage, response: ServerResponse, seen: Set<string>): Promise<void> {
  const { url = '', method, headers } = request
  let bytes = 0
  for await (const chunk of request) bytes += (chunk as Buffer).length
  const key = String(headers['idempotency-key'])
  const isFirst = !seen.has(key)
  seen.add(key)
  const { pathname, searchParams } = new URL(url, 'http://peer')
  if (pathname === '/core/agents') {
    const next_cursor = searchParams.has('cursor') ? null : 'two'
    return void json(response, 200, { data: [{ name: next_cursor ?? 'last' }], pagination: { limit: 1, next_cursor } })
  }
  if (pathname.endsWith('/messages')) return streamTurn(request, response, isFirst)
  if (pathname.startsWith('/knowledge-base/uploads')) return void json(response, 200, { bytes, method })
  if (pathname.endsWith('/end')) {
    if (isFirst) return void request.socket.destroy()
    return void json(response, 200, { id: 'c', status: 'completed' })
  }
  json(response, 409, { detail: 'It has ended.', code: 'conversation_ended', request_id: 'r' })
}

function streamTurn(request: IncomingMessage, response: ServerResponse, isFirst: boolean): void {
  const event = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify({ turn_id: 't', ...data })}\n\n`
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(event('turn.started', { attempt: 1 }) + event('message.delta', { text: 'Hel' }), () => {
    if (isFirst) request.socket.destroy()
    else response.end(event('message.delta', { text: 'lo' }) + event('turn.completed', { reply: 'Hello' }))
  })
}
