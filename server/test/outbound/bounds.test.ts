import type { ServerResponse } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import { createOutboundClient } from '../../src/outbound/client.ts'
import {
  createCertificate,
  createLoopbackClient,
  createManualClock,
  failureOf,
  requestTo,
  startPeer,
  type PeerOptions,
} from './peers.ts'

const never = () => undefined
const patience = { timeout: 40_000, interval: 5 }

describe('size', () => {
  test.each([
    [0, 0, false],
    [1, 0, true],
    [999, 1000, false],
    [1000, 1000, false],
    [1001, 1000, true],
    [5_000_000, 1000, true],
  ])('of %i bytes at most %i are kept', async (size, max_body_bytes, truncated) => {
    const content = Buffer.alloc(size, 'abcdefg')
    for (const headers of [{ 'content-length': size }, { 'transfer-encoding': 'chunked' }, { connection: 'close' }]) {
      await using peer = await startPeer((response) => response.writeHead(200, headers).end(content))
      const response = await createLoopbackClient().request(requestTo(peer.url, { max_body_bytes }))
      expect(response).toMatchObject({ status: 200, truncated })
      expect(response.body).toEqual(content.subarray(0, max_body_bytes))
      await peer.disconnected
    }
  })

  test('an endless body is truncated and its connection closed', async () => {
    await using peer = await startPeer((response) => {
      const write = () => {
        while (!response.destroyed && response.write(Buffer.alloc(10_000)));
      }
      response.on('drain', write)
      write()
    })
    const response = await createLoopbackClient().request(requestTo(peer.url, { max_body_bytes: 100_001 }))
    expect(response.body).toHaveLength(100_001)
    expect(response.truncated).toBe(true)
    await peer.disconnected
  })

  test.each([
    ['one long header', { 'x-long': 'a'.repeat(20_000) }],
    ['many headers', Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`x-${index}`, 'abcdefghijkl']))],
  ])('headers: %s', async (_what, headers) => {
    await using peer = await startPeer((response) => response.writeHead(200, headers).end())
    expect(await failureOf(createLoopbackClient().request(requestTo(peer.url)))).toMatchObject({
      kind: 'invalid_response',
      sent: true,
    })
    await peer.disconnected
  })
})

/** How far a server gets before it stops. At each point the request can time out or be cancelled. */
const stops: [string, boolean, (reached: () => void) => [(response: ServerResponse) => void, PeerOptions?]][] = [
  [
    'a TLS handshake without a response',
    false,
    (reached) => [never, { onConnection: (socket) => socket.once('data', reached) }],
  ],
  ['headers that never come', true, (reached) => [reached]],
  ['half a header', true, (reached) => [(response) => response.socket!.write('HTTP/1.1 200 OK\r\nx-half: ', reached)]],
  [
    'informational answers only',
    true,
    (reached) => [
      (response) => {
        response.writeProcessing()
        reached()
      },
    ],
  ],
  [
    'a body that never comes',
    true,
    (reached) => [
      (response) => {
        response.flushHeaders()
        reached()
      },
    ],
  ],
  ['half a body', true, (reached) => [(response) => response.write('half', reached)]],
  [
    'a redirect to a server that is silent',
    true,
    (reached) => [
      (response) => {
        if (response.req.url === '/silent') reached()
        else response.writeHead(302, { location: '/silent' }).end()
      },
    ],
  ],
]

describe.each(stops)('%s', (what, sent, createPeer) => {
  const scheme = what.includes('TLS') ? 'https' : 'http'

  test('ends with the deadline', async () => {
    const clock = createManualClock()
    await using peer = await startPeer(...createPeer(() => setImmediate(clock.fire)))
    const request = createLoopbackClient([], { clock }).request(requestTo(`${scheme}://127.0.0.1:${peer.port}/?secret`))
    expect(await failureOf(request)).toMatchObject({ kind: 'timeout', sent })
    expect(clock.waiting.size).toBe(0)
    await peer.disconnected
  })

  test('ends when the caller aborts', async () => {
    const caller = new AbortController()
    await using peer = await startPeer(...createPeer(() => setImmediate(() => caller.abort(new Error('secret')))))
    const { signal } = caller
    const request = createLoopbackClient().request(requestTo(`${scheme}://127.0.0.1:${peer.port}/?secret`, { signal }))
    expect(await failureOf(request)).toMatchObject({ kind: 'aborted', sent })
    await peer.disconnected
  })
})

describe('time', () => {
  test('a body that drips is limited by the total time', async () => {
    const clock = createManualClock()
    let drips = 0
    await using peer = await startPeer((response) => {
      const timer = setInterval(() => {
        response.write('drip')
        if ((drips += 1) === 10) clock.fire()
      }, 5)
      response.on('close', () => clearInterval(timer))
    })
    const request = createLoopbackClient([], { clock }).request(requestTo(peer.url, { timeout_ms: 50 }))
    const message = 'No complete response within 50 ms'
    expect(await failureOf(request)).toMatchObject({ kind: 'timeout', sent: true, message })
    await peer.disconnected
  })

  const halves: [string, (response: ServerResponse, then: () => void) => void][] = [
    ['drips', (response, then) => void response.write('half', then)],
    ['breaks off', (response) => void response.write('half', () => response.socket!.resetAndDestroy())],
    ['ends too early', (response) => void response.write('half', () => response.socket!.end())],
  ]
  test.each(halves)('a body that %s, if the status is enough', async (_how, send) => {
    const waits: { ms: number; call: () => void }[] = []
    const clock = createManualClock()
    const after = (ms: number, call: () => void) => {
      waits.push({ ms, call })
      return clock.after(ms, call)
    }
    // The body is read before it is truncated: the wait begins when the status has arrived.
    const cutOff = () => void vi.waitFor(() => waits.find(({ ms }) => ms === 77)!.call(), patience)
    await using peer = await startPeer((response) => {
      response.writeHead(201, { 'content-length': 100 })
      send(response, cutOff)
    })
    const client = createLoopbackClient([], { clock: { after } })
    const answer = await client.request(requestTo(peer.url, { body_timeout_ms: 77 }))
    expect(answer).toMatchObject({ status: 201, truncated: true })
    expect('half').toContain(answer.body.toString())
    await peer.disconnected
    expect(clock.waiting.size).toBe(0)
  })

  test.each(['deadline', 'signal'])('the %s ends only the body, if the status is enough', async (what) => {
    const stop = new AbortController()
    const clock = createManualClock()
    await using peer = await startPeer((response) => response.writeHead(200).flushHeaders())
    const client = createLoopbackClient([], { clock })
    const request = client.request(requestTo(peer.url, { body_timeout_ms: 77, signal: stop.signal }))
    // The second timer is the one of the body.
    await vi.waitFor(() => expect(clock.waiting.size).toBe(2), patience)
    if (what === 'signal') stop.abort()
    else [...clock.waiting][0]!()
    expect(await request).toMatchObject({ status: 200, truncated: true })
    await peer.disconnected
    expect(clock.waiting.size).toBe(0)
  })

  test('slow redirects share one time limit', async () => {
    const clock = createManualClock()
    let [redirects, endTime] = [0, () => {}]
    await using peer = await startPeer((response) => {
      redirects += 1
      if (redirects === 1) [endTime] = [...clock.waiting] as [() => void]
      if (redirects === 3) endTime()
      else response.writeHead(302, { location: '/' }).end()
    })
    const request = createLoopbackClient([], { clock }).request(requestTo(peer.url))
    expect(await failureOf(request)).toMatchObject({ kind: 'timeout', sent: true })
  })

  test('a look-up that never ends', async () => {
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<{ address: string; family: number }[]>()
    await using peer = await startPeer((response) => response.end())
    const clock = createManualClock()
    const client = createLoopbackClient(['slow.test'], {
      clock,
      lookup() {
        asked.resolve()
        return answer.promise
      },
    })
    const failure = failureOf(client.request(requestTo(`http://slow.test:${peer.port}/`)))
    await asked.promise
    clock.fire()
    expect(await failure).toMatchObject({ kind: 'timeout', sent: false })
    // A late result is ignored.
    answer.resolve([{ address: '127.0.0.1', family: 4 }])
    await new Promise(setImmediate)
    expect(peer.connections).toBe(0)
  })

  test('a caller that aborted earlier', async () => {
    const asked: string[] = []
    const client = createOutboundClient({
      allowed_hosts: [],
      async lookup(hostname) {
        asked.push(hostname)
        return []
      },
    })
    const request = client.request(requestTo('http://a.test/', { signal: AbortSignal.abort(new Error('secret')) }))
    expect(await failureOf(request)).toMatchObject({ kind: 'aborted', sent: false })
    expect(asked).toEqual([])
  })

  test('a response leaves no timer and no listener behind', async () => {
    await using peer = await startPeer((response) => response.end('answer'))
    const clock = createManualClock()
    const caller = new AbortController()
    const listeners = { added: 0, removed: 0 }
    const signal = caller.signal
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
      listeners.added++
      addEventListener.apply(signal, given)
    }
    signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
      listeners.removed++
      removeEventListener.apply(signal, given)
    }
    const response = await createLoopbackClient([], { clock }).request(requestTo(peer.url, { signal }))
    expect(response.body.toString()).toBe('answer')
    expect(clock.waiting.size).toBe(0)
    expect(listeners).toEqual({ added: 1, removed: 1 })
    caller.abort()
  })
})

describe('informational answers', () => {
  const heads = {
    continue: 'HTTP/1.1 100 Continue\r\n\r\n',
    'continue with headers': 'HTTP/1.1 100 Continue\r\nx-wait: a little\r\n\r\n',
    'early hints': 'HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n',
    processing: 'HTTP/1.1 102 Processing\r\n\r\n',
  }
  const sent: [string, string[]][] = [
    ...Object.entries(heads).map(([name, head]): [string, string[]] => [name, [head]]),
    ['two in one', [heads.continue + heads.continue]],
    ['all of them', [heads.continue + heads['early hints'] + heads.processing]],
    ['in pieces', [...heads.continue]],
  ]
  const whole = 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nanswer'

  test.each(sent)('%s: skipped', async (_what, pieces) => {
    await using peer = await startPeer(async (response) => {
      const socket = response.socket!
      for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve))
      socket.end(whole)
    })
    const answer = await createLoopbackClient().request(requestTo(peer.url))
    expect([answer.status, answer.body.toString()]).toEqual([200, 'answer'])
  })

  test.each([...whole.slice(0, 20)].map((_, at) => at + 1))('a plain response split after %i bytes', async (at) => {
    await using peer = await startPeer((response) => {
      const socket = response.socket!
      socket.write(whole.slice(0, at), () => setImmediate(() => socket.end(whole.slice(at))))
    })
    expect((await createLoopbackClient().request(requestTo(peer.url))).body.toString()).toBe('answer')
  })

  test('an endless one is an error', async () => {
    await using peer = await startPeer((response) => {
      const socket = response.socket!
      socket.write('HTTP/1.1 100 Continue\r\n')
      socket.write(`x-long: ${'a'.repeat(100_000)}`)
    })
    expect(await failureOf(createLoopbackClient().request(requestTo(peer.url)))).toMatchObject({ sent: true })
    await peer.disconnected
  })
})

describe('a connection that breaks', () => {
  test('a port where nothing listens', async () => {
    // Below 1024, so it is nobody's by chance.
    const closed_port = 9
    const client = createLoopbackClient(['gone.test'], {
      lookup: async () => ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 })),
    })
    for (const host of ['127.0.0.1', 'gone.test']) {
      const failure = await failureOf(client.request(requestTo(`http://${host}:${closed_port}/?secret`)))
      expect(failure).toMatchObject({ kind: 'connection', sent: false })
      expect(failure.message).toBe(`The connection to ${host} failed (ECONNREFUSED)`)
    }
  })

  test.each<[string, string, (response: ServerResponse) => void]>([
    ['reset before a response', 'connection', (response) => response.socket!.resetAndDestroy()],
    ['closed before a response', 'connection', (response) => response.socket!.destroy()],
    ['closed in the headers', 'connection', (response) => response.socket!.end('HTTP/1.1 200 OK\r\nx-half: ')],
    [
      'closed in a body of known length',
      'connection',
      (response) => {
        response.writeHead(200, { 'content-length': 100 })
        response.write('half', () => response.socket!.end())
      },
    ],
    ['closed in a chunked body', 'connection', (response) => response.write('half', () => response.socket!.end())],
    [
      'reset in a body',
      'connection',
      (response) => {
        response.writeHead(200, { 'content-length': 100 })
        response.write('half', () => response.socket!.resetAndDestroy())
      },
    ],
    ['answered with something else', 'invalid_response', (response) => response.socket!.end('SSH-2.0-OpenSSH\r\n')],
    [
      'answered with two lengths',
      'connection',
      (response) => response.socket!.end('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
    ],
    [
      'answered with a length and chunks',
      'connection',
      (response) =>
        response.socket!.end('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'),
    ],
    [
      'switched to another protocol',
      'connection',
      (response) =>
        response.socket!.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
  ])('%s: %s', async (_how, kind, answer) => {
    await using peer = await startPeer(answer)
    for (const method of ['GET', 'POST'] as const) {
      const request = createLoopbackClient().request(requestTo(`${peer.url}/?secret`, { method }))
      expect(await failureOf(request)).toMatchObject({ kind, sent: true })
    }
    // Nothing is retried, not even safe requests.
    expect(peer.requests).toHaveLength(2)
    expect(peer.connections).toBe(2)
  })

  test('reset as soon as it is made', async () => {
    await using peer = await startPeer(never, { onConnection: (socket) => socket.resetAndDestroy() })
    // The network decides whether this is noticed before anything is written.
    expect(await failureOf(createLoopbackClient().request(requestTo(peer.url)))).toMatchObject({ kind: 'connection' })
    expect(peer.connections).toBe(1)
  })

  test('a server that speaks first', async () => {
    await using peer = await startPeer(never, { onConnection: (socket) => socket.end('SSH-2.0-OpenSSH\r\n') })
    const failure = await failureOf(createLoopbackClient().request(requestTo(peer.url)))
    expect(failure.sent).toBe(true)
    expect(peer.connections).toBe(1)
  })

  test('reset in the TLS handshake', async () => {
    await using peer = await startPeer(never, {
      certificate: createCertificate('secure.test'),
      onConnection: (socket) => socket.once('data', () => socket.resetAndDestroy()),
    })
    const url = `https://127.0.0.1:${peer.port}/`
    expect(await failureOf(createLoopbackClient().request(requestTo(url)))).toMatchObject({
      kind: 'connection',
      sent: false,
    })
  })
})
