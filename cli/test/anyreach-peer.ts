// A server that answers as AnyReach does: pages by time, limits requests, and loses connections now and then.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Conversation } from '@parley/sdk'
import { startHttpServer } from '../../sdk/test/support/http-server.ts'

export interface Peer extends AsyncDisposable {
  url: string
  /** Requests that were answered, by kind. */
  answered: Record<string, number>
  /** After this many requests every further one is refused; null: none is. */
  fails_after: number | null
  /** Limits no requests and loses no connections. */
  is_calm: boolean
  /** Status to answer a path with; 0: it breaks the connection; null: it answers. */
  refuse: (path: string) => number | null
  agents: PeerAgent[]
  conversations: Conversation[]
}

export interface PeerAgent {
  agent_id: string
  name: string
  versions: { id: string; version: number; published: boolean; config: object }[]
}

export async function startPeer(agents: PeerAgent[], conversations: Conversation[]): Promise<Peer> {
  let requests = 0
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    requests += 1
    const send = (status: number, body: unknown, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    if (request.headers.authorization !== 'Bearer ak_there.key') return send(401, { detail: 'Invalid' })
    if (peer.fails_after !== null && requests > peer.fails_after) return send(500, { detail: 'Internal' })
    if (!peer.is_calm && requests % 7 === 3) return send(429, { detail: 'Slow down' }, { 'retry-after': '0' })
    if (!peer.is_calm && requests % 41 === 5) return void request.socket.destroy()
    const { pathname, searchParams } = new URL(request.url!, 'http://peer')
    const refused = peer.refuse(pathname)
    if (refused === 0) return void request.socket.destroy()
    if (refused !== null) return send(refused, { detail: 'Refused' })
    const page = (data: unknown[]) => send(200, { data, pagination: { limit: 100, next_cursor: null } })
    const note = (kind: string) => (peer.answered[kind] = (peer.answered[kind] ?? 0) + 1)
    const agent = peer.agents.find(({ agent_id }) => pathname.includes(agent_id))
    if (pathname === '/core/agents')
      return page(peer.agents.map((one) => ({ ...one, versions: undefined, metadata: {} })))
    if (agent && pathname.endsWith('/versions')) return page(agent.versions)
    if (agent)
      return send(200, { ...agent, description: null, active: true, metadata: { own: 1 }, phone_numbers: [{}] })
    if (pathname === '/core/conversations/count') return send(200, { count: peer.conversations.length })
    if (pathname === '/core/conversations') {
      note('pages')
      const before = searchParams.get('created_before') ?? '9999'
      const newest_first = peer.conversations.toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1))
      const found = newest_first.filter(({ created_at }) => Date.parse(created_at) <= Date.parse(before))
      return send(
        200,
        found.slice(0, Number(searchParams.get('limit'))).map((row) => ({ ...row, conversation: undefined })),
      )
    }
    note('reads')
    const wanted = peer.conversations.find(({ id }) => pathname === `/core/conversations/${id}`)
    // It may also break off in the middle of an answer.
    if (!peer.is_calm && requests % 43 === 7) {
      const text = JSON.stringify(wanted)
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      return void response.write(text.slice(0, 40), () => request.socket.destroy())
    }
    send(wanted ? 200 : 404, wanted ?? { detail: 'Not found' })
  }
  const server = await startHttpServer(handle)
  const peer: Peer = {
    url: server.url,
    answered: {},
    fails_after: null,
    is_calm: false,
    refuse: () => null,
    agents,
    conversations,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  return peer
}
