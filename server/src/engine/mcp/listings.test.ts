// How long a listing is kept, depending on its outcome, on the server's clock.
import { expect, test } from 'vitest'
import { OutboundError, type OutboundClient, type OutboundRequest } from '../../outbound/client.ts'
import { createRedactor } from '../../secrets/rules/redact.ts'
import { createListings } from './listings.ts'
import type { McpPeer } from './peer.ts'

const never = new AbortController().signal

function peerOf(key: string): McpPeer {
  const redactor = createRedactor(new Map())
  const settings = { organization_id: 'o', name: 's', url: 'https://tools.example/mcp', headers: {}, timeout_ms: 1000 }
  return { ...settings, allowed_tools: null, redactor, key }
}

interface Message {
  id?: number
  method: string
  params?: { protocolVersion?: string }
}

function answerOf({ method, params }: Message): object {
  switch (method) {
    case 'initialize': {
      const serverInfo = { name: 'tools', version: '1' }
      return { result: { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo } }
    }
    case 'tools/list':
      return { result: { tools: [{ name: 'weigh', inputSchema: { type: 'object' } }] } }
    default:
      return { error: { code: -32_601, message: 'Method not found' } }
  }
}

/** A server that lists one tool or fails as told, and counts its requests. */
function createServer() {
  const server = { asked: 0, fault: null as OutboundError | null, now: 1000, clock, outbound: {} as OutboundClient }
  function clock() {
    return { now: () => server.now, monotonic: () => server.now, after: () => () => {} }
  }
  server.outbound = {
    request: () => Promise.reject(new Error('not requested')),
    stream: ({ body }: OutboundRequest) => {
      const message = JSON.parse(body as string) as Message
      if (message.method === 'tools/list' || server.fault) server.asked += 1
      if (server.fault) return Promise.reject(server.fault)
      const headers = new Headers({ 'content-type': 'application/json' })
      const text = JSON.stringify({ jsonrpc: '2.0', id: message.id, ...answerOf(message) })
      const answer = new Response(message.id === undefined ? '' : text).body!
      return Promise.resolve({ status: message.id === undefined ? 202 : 200, headers, body: answer })
    },
  }
  return server
}

test('requests a listing once a minute for each configuration, and again after `forget`', async () => {
  const server = createServer()
  const listings = createListings({ outbound: server.outbound, clock: server.clock() })
  const list = async (key = 'a') => (await listings.list(peerOf(key), never)).tools.map(({ name }) => name)
  expect(await Promise.all([list(), list()])).toEqual([['weigh'], ['weigh']])
  expect(server.asked).toBe(1)
  server.now += 59_000
  await list()
  expect(server.asked).toBe(1)
  await list('b')
  expect(server.asked).toBe(2)
  server.now += 1001
  await list()
  expect(server.asked).toBe(3)
  listings.forget(peerOf('a'))
  await list()
  expect(server.asked).toBe(4)
})

test('does not keep a listing that was forgotten while it was requested', async () => {
  const server = createServer()
  const listings = createListings({ outbound: server.outbound, clock: server.clock() })
  const first = listings.list(peerOf('a'), never)
  listings.forget(peerOf('a'))
  await first
  await listings.list(peerOf('a'), never)
  expect(server.asked).toBe(2)
})

test.for([
  ['timeout', 1],
  ['connection', 2],
] as const)(
  'a server that fails with %s is called %i times by two turns within half a minute',
  async ([kind, times]) => {
    const server = createServer()
    server.fault = new OutboundError(kind, 'It failed')
    const listings = createListings({ outbound: server.outbound, clock: server.clock() })
    const list = () => expect(listings.list(peerOf('a'), never)).rejects.toThrow('It failed')
    await list()
    server.now += 29_000
    await list()
    expect(server.asked).toBe(times)
    server.now += 1001
    await list()
    expect(server.asked).toBe(times === 1 ? 2 : 3)
  },
)

test('keeps a limited number of listings and drops the least recently used one', async () => {
  const server = createServer()
  const listings = createListings({ outbound: server.outbound, clock: server.clock() })
  for (let i = 0; i < 201; i += 1) await listings.list(peerOf(String(i)), never)
  await listings.list(peerOf('200'), never)
  expect(server.asked).toBe(201)
  await listings.list(peerOf('0'), never)
  expect(server.asked).toBe(202)
})
