// Clients that do not read, do not finish or never stop, and how many of them are allowed: only these are disconnected.
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/settings.ts'
import { look_ms } from '../../src/http/connection.ts'
import { Connections } from '../../src/http/connections.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { noMetrics } from '../../src/telemetry/metrics.ts'
import { createHastyClock } from '../support/event-readers.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type NodeOptions, type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { type RawClient, type RawOptions, openRawClient } from './raw-client.ts'

const big_file = 'GET /docs/api/js/scalar.js HTTP/1.1\r\nhost: x\r\naccept-encoding: identity\r\n\r\n'
const health = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

async function start(environment: Record<string, string> = {}, options: NodeOptions = {}): Promise<TestServer> {
  return stack.use(await startTestServer(environment, options))
}

async function open(server: { url: string }, bytes = '', options: RawOptions = {}): Promise<RawClient> {
  const client = await openRawClient(server.url, bytes, options)
  stack.defer(() => void client.socket.destroy())
  return client
}

const headOf = (server: TestServer, start: string, ...headers: string[]) =>
  [
    start,
    'host: x',
    `authorization: Bearer ${server.admin_key}`,
    'content-type: application/json',
    ...headers,
    '',
    '',
  ].join('\r\n')

/** Until the server has written everything that it can write. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await setImmediate()
}

describe('answers that are not read', () => {
  test('are cut off, and take no memory', async () => {
    const { clock, runOut } = createHastyClock()
    const server = await start({}, { ports: { clock } })
    const first = await open(server, big_file.replace('x\r\n', 'x\r\nconnection: close\r\n'))
    await first.closed
    const whole = first.taken_bytes
    expect(whole).toBeGreaterThan(4_000_000)
    const before = process.memoryUsage.rss()
    const clients = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const client = await open(server, big_file, { is_paused: true })
        await client.heard('readable')
        return client
      }),
    )
    await settle()
    expect(process.memoryUsage.rss() - before).toBeLessThan(200_000_000)
    for (let look = 0; look < 8; look += 1) {
      await settle()
      runOut(look_ms)
    }
    for (const client of clients) {
      await client.takeAll()
      expect(client.taken_bytes).toBeLessThan(whole)
    }
    expect(server.log.filter((line) => line.includes('connections were closed'))).toHaveLength(1)
  })

  test('are not confused with slow readers, or with answers that are still to come', async () => {
    const { clock, runOut } = createHastyClock()
    const server = await start({}, { ports: { clock } })
    const { agent_id } = await publishAgent(server.client)
    const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    const held = holdAnswer()
    server.model.answer = () => held
    const call = server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
    const path = `/core/conversations/${conversation.id}/events`
    const stream = await open(server, headOf(server, `GET ${path} HTTP/1.1`))
    await stream.sees(/turn.started/)
    await held.asked
    const slow = await open(server, big_file, { is_paused: true })
    await slow.heard('readable')
    for (let look = 0; look < 16; look += 1) {
      await slow.takeSome(262_144)
      await settle()
      runOut(look_ms)
    }
    const whole = slow.text.indexOf('\r\n\r\n') + 4 + Number(/content-length: (\d+)/.exec(slow.text)![1])
    expect(whole).toBeGreaterThan(4_000_000)
    void slow.takeAll()
    await expect.poll(() => slow.taken_bytes, { timeout: 40_000 }).toBe(whole)
    held.say('Here.')
    held.finish()
    expect((await call).reply).toBe('Here.')
    await stream.sees(/turn.completed/)
  })
})

describe('answers that are one write each', () => {
  /** A server that answers with as many bytes as its path says. */
  async function serveBytes(max_unread_bytes: number) {
    const { clock, runOut } = createHastyClock()
    const own = { config: readConfig({}), ports: { ...systemPorts, clock }, metrics: noMetrics }
    const connections = new Connections(own, createLog('silent'), max_unread_bytes)
    const answer = Buffer.alloc(60_000_000)
    const server = connections.createServer((request, response) => {
      response.end(answer.subarray(0, Number(request.url!.slice(1))))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    stack.defer(() => void server.close())
    stack.defer(() => connections.closeAll())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const ask = async (bytes: number) => {
      const request = `GET /${bytes} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`
      const client = await open({ url }, request, { is_paused: true })
      await client.heard('readable')
      return client
    }
    return { ask, runOut }
  }

  test('are sent to slow readers', async () => {
    const { ask, runOut } = await serveBytes(100_000_000)
    const client = await ask(60_000_000)
    for (let look = 0; look < 30; look += 1) {
      await client.takeSome(1_000_000)
      await settle()
      runOut(look_ms)
    }
    await client.takeAll()
    expect(client.taken_bytes).toBeGreaterThan(60_000_000)
  })

  test('are closed, the largest first, if they are too much in total', async () => {
    const { ask, runOut } = await serveBytes(30_000_000)
    const clients = [await ask(20_000_000), await ask(60_000_000), await ask(50_000_000)]
    await settle()
    runOut(look_ms)
    for (const client of clients) await client.takeAll()
    expect(clients.map(({ taken_bytes }) => taken_bytes >= 20_000_000)).toEqual([true, false, false])
  })
})

describe('requests that do not end', () => {
  const short_body = (server: TestServer) =>
    `${headOf(server, 'POST /core/agents HTTP/1.1', 'content-length: 100')}{"name":`

  test('get 408, and are never carried out', async () => {
    const server = await start({ PARLEY_LIMIT_REQUEST_SECONDS: '1' })
    const clients = [
      await open(server, 'GET /healthz HTTP/1.1\r\nhost:'),
      await open(server, short_body(server)),
      await open(server, `${health}GET /healthz HTTP/1.1\r\n`),
    ]
    for (const client of clients) {
      await client.closed
      expect(client.text).toContain('HTTP/1.1 408 Request Timeout')
      expect(client.text).toContain('did not arrive within 1 second')
    }
    const silent = await open(server)
    await silent.closed
    expect(silent.text).toBe('')
    expect((await server.client.listAgents()).data.map(({ name }) => name)).toEqual(['Sample agent'])
  })

  test('do not keep a server from stopping, and neither do clients that do not read', async () => {
    const server = await start({ PARLEY_DRAIN_SECONDS: '1' })
    const node = await server.startAnother()
    const clients = await Promise.all([
      open(node, 'GET /healthz HTTP/1.1\r\nhost:'),
      open(node, short_body(server)),
      open(node, big_file, { is_paused: true }),
      open(node),
      open(node, health),
    ])
    await clients[2]!.heard('readable')
    await clients[4]!.sees(/ok/)
    const startedAt = performance.now()
    await node[Symbol.asyncDispose]()
    // One second to drain, two for the last answers.
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    for (const client of clients) await client.takeAll()
  })
})

describe('unwanted bodies', () => {
  /** More than any buffer holds. */
  const flood = async ({ socket, heard }: RawClient, piece: string, isOver: () => boolean) => {
    while (!isOver() && !socket.destroyed) {
      if (!socket.write(piece)) await heard('drain')
      await setImmediate()
    }
  }
  const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`

  test.each([
    ['without a credential', 'POST /core/agents HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n', 401],
    ['to no route', 'POST /nowhere HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n', 404],
    ['of a GET', 'GET /healthz HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n', 200],
    [
      'of another type',
      'POST /auth/sign-in HTTP/1.1\r\nhost: x\r\nx-parley-csrf: 1\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n',
      415,
    ],
    [
      'too large',
      'POST /auth/sign-in HTTP/1.1\r\nhost: x\r\nx-parley-csrf: 1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
      413,
    ],
  ])('%s: answered at once, and disconnected while they continue', async (_name, head, status) => {
    const { clock, runOut } = createHastyClock()
    const server = await start({}, { ports: { clock } })
    const client = await open(server, head)
    const sending = flood(client, chunk, () => client.text !== '')
    expect(await client.sees(/\r\n\r\n/)).toContain(`HTTP/1.1 ${status} `)
    await sending
    runOut(look_ms)
    runOut(look_ms)
    await flood(client, chunk, () => false)
    await client.closed
  })

  test('and the next request of the same connection is answered when they end', async () => {
    const server = await start()
    const body = 'x'.repeat(500_000)
    const head = `POST /core/agents HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n`
    const client = await open(server, `${head}${body}${health}`)
    expect(await client.sees(/"ok"/)).toMatch(/HTTP\/1.1 401 [^]*HTTP\/1.1 200 /)
  })

  test('to no route are not awaited', async () => {
    const server = await start()
    const client = await open(server, headOf(server, 'POST /nowhere HTTP/1.1', 'content-length: 100'))
    expect(await client.sees(/not_found/)).toContain('HTTP/1.1 404 ')
  })
})

describe('many requests on one connection', () => {
  test('are served one after the other, or some ahead of their answers', async () => {
    const server = await start()
    const client = await open(server, health.repeat(10))
    await client.sees(/(HTTP\/1.1 200[^]*){10}/)
    client.socket.write(health)
    await client.sees(/(HTTP\/1.1 200[^]*){11}/)
  })

  test('are not all started at once', async () => {
    const server = await start()
    const client = await open(server, headOf(server, 'GET /core/agents HTTP/1.1').repeat(200))
    await client.closed
    const { log } = server
    expect(log.filter((line) => line.includes('"/core/agents"')).length).toBeLessThanOrEqual(16)
    expect(await server.client.getReadiness()).toEqual({ status: 'ready' })
  })
})

describe('requests that two servers could read differently', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const hidden = 'GET /hidden HTTP/1.1\r\nhost: x\r\n\r\n'

  test.each<[string, string]>([
    ['two lengths', `content-length: 0\r\ncontent-length: ${hidden.length}\r\n\r\n`],
    ['a length and chunks', `content-length: ${hidden.length + 5}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['chunks and a length', `transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n`],
    ['chunks that are not the last coding', 'transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['chunks by another name', 'transfer-encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a space before the colon', 'transfer-encoding : chunked\r\n\r\n0\r\n\r\n'],
    ['a length with a sign', 'content-length: +0\r\n\r\n'],
    ['a length of another base', 'content-length: 0x0\r\n\r\n'],
    ['a folded header line', 'x: y\r\n content-length: 5\r\n\r\n'],
    ['a bare line feed', `x: y\ncontent-length: ${hidden.length}\r\n\r\n`],
    ['a bare carriage return', `x: y\rcontent-length: ${hidden.length}\r\n\r\n`],
    ['an invalid chunk size', 'transfer-encoding: chunked\r\n\r\n0x0\r\n\r\n'],
  ])('%s: refused, and what follows is not read as a request', async (_name, rest) => {
    const client = await open(server, `POST /auth/sign-out HTTP/1.1\r\nhost: x\r\n${rest}${hidden}`)
    client.socket.end()
    await client.closed
    expect(client.text).toMatch(/^HTTP\/1.1 400 /)
    expect(client.text.match(/HTTP\/1.1/g)).toHaveLength(1)
    expect(server.log.join('')).not.toContain('hidden')
  })

  test('invalid bytes do not damage an answer in progress', async () => {
    const { agent_id } = await publishAgent(server.client)
    const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    const path = `/core/conversations/${conversation.id}/events`
    const client = await open(server, headOf(server, `GET ${path} HTTP/1.1`))
    await client.sees(/conversation.started/)
    client.socket.write('no request\r\n\r\n')
    await client.closed
    expect(client.text).not.toContain('HTTP/1.1 400')
  })
})

describe('requests about the connection itself', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('refuses a tunnel, ignores an upgrade, and refuses an announced body without reading it', async () => {
    const tunnel = await open(server, 'CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example:443\r\n\r\n')
    await tunnel.closed
    expect(tunnel.text).toBe('')
    const upgrade =
      'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: eA==\r\n'
    const socket = await open(server, `GET /healthz HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n`)
    expect(await socket.sees(/\r\n\r\n/)).toContain('HTTP/1.1 200 ')
    const asking = await open(
      server,
      'POST /core/agents HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 1000000\r\n\r\n',
    )
    expect(await asking.sees(/HTTP\/1.1 401/)).toContain('unauthorized')
    const odd = await open(server, 'GET /healthz HTTP/1.1\r\nhost: x\r\nexpect: miracles\r\n\r\n')
    expect(await odd.sees(/\r\n\r\n/)).toContain('HTTP/1.1 417 ')
  })

  test('thousands of headers are read, up to a limit', async () => {
    const client = await open(server, `GET /healthz HTTP/1.1\r\nhost: x\r\n${'a:b\r\n'.repeat(12_000)}\r\n`)
    expect(await client.sees(/\r\n\r\n/)).toMatch(/HTTP\/1.1 (200|431) /)
    const more = await open(server, `GET /healthz HTTP/1.1\r\nhost: x\r\n${'a:b\r\n'.repeat(20_000)}\r\n`)
    expect(await more.sees(/\r\n\r\n/)).toContain('HTTP/1.1 431 ')
  })
})
