// Streams from a real HTTP server that breaks connections at arbitrary bytes.
import { getEventListeners } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startHttpServer } from '../test/support/http-server.ts'
import { serve } from '../test/support/serve.ts'
import { idle_ms } from './connection.ts'
import {
  ApiError,
  type CallOptions,
  type ClientOptions,
  ConnectionError,
  type ConversationStreamEvent,
  createClient,
} from './index.ts'
import type { Time } from './retry.ts'
import { streamEvents } from './streams.ts'

async function connect(answer: RequestListener) {
  return createClient({ base_url: await serve(answer), token: 't', retries: 0 })
}

/** Pauses end at once and are recorded. The idle timer runs until `expireIdleTimer`. */
function createTestTime() {
  let now = 0
  const pauses: number[] = []
  const waits = new Set<() => void>()
  const time: Time = {
    now: () => now,
    random: () => 0.5,
    after(ms, call) {
      if (ms === idle_ms) {
        waits.add(call)
        return () => waits.delete(call)
      }
      pauses.push(ms)
      now += ms
      const immediate = setImmediate(call)
      return () => clearImmediate(immediate)
    },
  }
  const pass = (ms: number) => void (now += ms)
  const expireIdleTimer = () => {
    for (const call of waits) call()
  }
  return { time, pauses, pass, expireIdleTimer, waits }
}

/** A reader of a server that responds like this, with time controlled by the test. */
async function follow(answer: RequestListener, call: CallOptions = {}, options: Partial<ClientOptions> = {}) {
  return followAt(await serve(answer), call, options)
}

function followAt(base_url: string, call: CallOptions = {}, options: Partial<ClientOptions> = {}) {
  const hand = createTestTime()
  return { ...hand, events: streamEvents({ base_url, ...options }, { conversation_id }, call, hand.time) }
}

const asStream = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' })

const conversation_id = 'c'
const eventOf = (id: number, last: number) => {
  const event = id === last ? 'conversation.ended' : 'message.created'
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify({ sequence: id, text: 'ä 😀\n' })}\n\n`
}

async function collect(events: AsyncIterable<ConversationStreamEvent>): Promise<number[]> {
  const numbers: number[] = []
  for await (const event of events) if ('id' in event) numbers.push(event.id)
  return numbers
}

describe('streamConversationEvents', () => {
  test('wherever connections break, every event arrives once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), reset: fc.boolean() }), {
          maxLength: 4,
        }),
        async (last, cuts) => {
          const starts: number[] = []
          const left = [...cuts]
          const { events } = await follow((request, response) => {
            const after = Number(request.headers['last-event-id'] ?? 0)
            starts.push(after)
            response.writeHead(200, { 'content-type': 'text/event-stream' })
            const text = Array.from({ length: last - after }, (_none, index) => eventOf(after + index + 1, last))
            const bytes = Buffer.from(`:\n\n${text.join('')}`)
            const cut = left.shift()
            if (!cut) return void response.end(bytes)
            response.write(bytes.subarray(0, Math.floor(bytes.length * cut.share)), () => {
              if (cut.reset) request.socket.destroy()
              else response.end()
            })
          })
          expect(await collect(events)).toEqual(Array.from({ length: last }, (_none, index) => index + 1))
          expect(starts).toEqual(starts.toSorted((a, b) => a - b))
        },
      ),
      { numRuns: 12 },
    )
  })

  test('starts at the given position', async () => {
    let start: unknown
    const client = await connect((request, response) => {
      start = request.headers['last-event-id']
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(eventOf(8, 8))
    })
    expect(await collect(client.streamConversationEvents({ conversation_id, after: 7 }))).toEqual([8])
    expect(start).toBe('7')
  })

  test('ends when the server reports that no more events will come', async () => {
    const client = await connect((_request, response) => response.writeHead(204).end())
    expect(await collect(client.streamConversationEvents({ conversation_id, after: 9 }))).toEqual([])
  })

  test('throws a refusal at once', async () => {
    let requests = 0
    const client = await connect((_request, response) => {
      requests += 1
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"Conversation not found"}')
    })
    await expect(collect(client.streamConversationEvents({ conversation_id }))).rejects.toThrow(ApiError)
    expect(requests).toBe(1)
  })

  const sum = (pauses: number[]) => pauses.reduce((all, ms) => all + ms, 0)

  test.each([
    ['connections that break', ({ socket }: IncomingMessage) => socket.destroy()],
    ['500', (_request: IncomingMessage, response: ServerResponse) => response.writeHead(500).end()],
    ['502', (_request: IncomingMessage, response: ServerResponse) => response.writeHead(502).end()],
    ['429', (_request: IncomingMessage, response: ServerResponse) => response.writeHead(429).end()],
    [
      'streams that only bring unfinished text',
      (_request, response) => asStream(response).end('event: message.snapshot\ndata: {"text":"Half"}\n\n'),
    ],
    ['streams without events', (_request, response) => asStream(response).end(':\n\n')],
  ] as [string, RequestListener][])('retries for a minute after %s, with growing pauses', async (_what, answer) => {
    let requests = 0
    const { events, pauses } = await follow((request, response) => {
      requests += 1
      answer(request, response)
    })
    await expect(collect(events)).rejects.toBeInstanceOf(Error)
    expect(requests).toBe(pauses.length + 1)
    expect(pauses.slice(0, 4)).toEqual([250, 500, 1000, 2000])
    expect(Math.max(...pauses)).toBe(10_000)
    expect(sum(pauses)).toBeGreaterThan(45_000)
    expect(sum(pauses)).toBeLessThanOrEqual(60_000)
  })

  test('retries when nothing listens', async () => {
    const server = await startHttpServer((_request, response) => asStream(response).end(eventOf(1, 3)))
    const { events, pauses } = followAt(server.url)
    await events.next()
    await server[Symbol.asyncDispose]()
    await expect(events.next()).rejects.toThrow(ConnectionError)
    expect(pauses.length).toBeGreaterThan(5)
  })

  test('an event resets the retry time, and so does a stream that stayed open', async () => {
    let requests = 0
    let liveOn = () => {}
    const answer: RequestListener = (_request, response) => {
      requests += 1
      if (requests === 12) return void asStream(response).end(eventOf(2, 2))
      if (requests % 4 !== 0) return void response.writeHead(503).end()
      if (requests === 8) return void asStream(response).end(eventOf(1, 2))
      liveOn = () => {
        pass(15_000)
        response.end(':\n\n')
      }
      asStream(response).flushHeaders()
    }
    const onResponse = ({ ok }: Response) => {
      if (ok) setImmediate(liveOn)
    }
    const { events, pauses, pass } = await follow(answer, { onResponse })
    expect(await collect(events)).toEqual([1, 2])
    // The end of a stream is also a failure, the first of the next series.
    expect(pauses).toEqual([250, 500, 1000, 250, 500, 1000, 2000, 250, 500, 1000, 2000])
  })

  test('waits as long as the stream and refusals request', async () => {
    const answers: RequestListener[] = [
      (_request, response) => asStream(response).end(`retry: 3000\n\n${eventOf(1, 2)}`),
      (_request, response) => response.writeHead(429, { 'retry-after': '20' }).end(),
      (_request, response) => asStream(response).end(eventOf(2, 2)),
    ]
    const { events, pauses } = await follow((request, response) => answers.shift()!(request, response))
    expect(await collect(events)).toEqual([1, 2])
    expect(pauses).toEqual([3000 * 1.125, 20_000 * 1.125])
  })

  test('does not wait if the requested pause exceeds the retry time', async () => {
    const { events, pauses } = await follow((_request, response) => {
      response.writeHead(503, { 'retry-after': '3600' }).end()
    })
    await expect(collect(events)).rejects.toMatchObject({ status: 503, retry_after: 3600 })
    expect(pauses).toEqual([])
  })

  test('with a retry time of 0 it throws the first failure', async () => {
    const { events } = await follow(
      (_request, response) => response.writeHead(503).end(),
      {},
      { stream_patience_ms: 0 },
    )
    await expect(collect(events)).rejects.toMatchObject({ status: 503 })
    let requests = 0
    const cut = await follow(
      (request, response) => {
        requests += 1
        if (requests < 3) asStream(response).write(eventOf(requests, 2), () => request.socket.destroy())
      },
      {},
      { stream_patience_ms: 0 },
    )
    expect(await collect(cut.events)).toEqual([1, 2])
    expect(cut.pauses.length).toBe(1)
  })

  test('reopens a stream that sends nothing, not even a comment', async () => {
    let requests = 0
    const { events, expireIdleTimer, waits } = await follow((_request, response) => {
      requests += 1
      if (requests === 1) return void asStream(response).write(eventOf(1, 2))
      if (requests === 3) return void asStream(response).end(eventOf(2, 2))
    })
    expect((await events.next()).value).toMatchObject({ id: 1 })
    // While the reader handles an event, the idle timer does not run.
    expect(waits.size).toBe(0)
    const next = events.next()
    await expect.poll(() => waits.size).toBe(1)
    expireIdleTimer()
    // The second connection does not even get a response.
    await expect.poll(() => requests).toBe(2)
    await expect.poll(() => waits.size).toBe(1)
    expireIdleTimer()
    expect((await next).value).toMatchObject({ id: 2 })
  })

  test("leaves no listener on the caller's signal, however often it reconnects", async () => {
    const gone = new AbortController()
    let requests = 0
    const answer: RequestListener = (_request, response) => {
      requests += 1
      asStream(response).end(eventOf(requests, 40))
    }
    const { events } = await follow(answer, { signal: gone.signal })
    let most = 0
    for await (const _event of events) most = Math.max(most, getEventListeners(gone.signal, 'abort').length)
    expect(requests).toBe(40)
    expect(most).toBeLessThanOrEqual(1)
    expect(getEventListeners(gone.signal, 'abort').length).toBe(0)
  })

  test('closes its connection when the reader stops, but a clone of the response stays readable', async () => {
    const closed = Promise.withResolvers<void>()
    const read = await follow((_request, response) => {
      response.on('close', closed.resolve)
      asStream(response).write(eventOf(1, 2))
    })
    for await (const _event of read.events) break
    await closed.promise

    let clone: Promise<string> | undefined
    const cloning: typeof fetch = async (...request) => {
      const response = await fetch(...request)
      clone = response.clone().text()
      return response
    }
    const answer: RequestListener = (_request, response) => asStream(response).end(`${eventOf(1, 1)}${eventOf(2, 3)}`)
    const { events } = await follow(answer, {}, { fetch: cloning })
    expect(await collect(events)).toEqual([1])
    expect(await clone).toContain('id: 2')
  })

  test("ends when the caller's signal aborts, connected or not", async () => {
    const gone = new AbortController()
    const connected = await follow((_request, response) => asStream(response).write(eventOf(1, 2)), {
      signal: gone.signal,
    })
    await connected.events.next()
    const next = connected.events.next()
    gone.abort()
    await expect(next).rejects.toMatchObject({ name: 'AbortError' })
    const refused = await follow((_request, response) => response.writeHead(503).end(), { signal: gone.signal })
    await expect(refused.events.next()).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('streamAgentVersionComparison', () => {
  const input = { agent_id: 'a', from_version: 1, to_version: 2 }
  const text = 'ä 😀 – two'

  test('the text arrives whole in any chunks, and a break anywhere throws', async () => {
    const bytes = Buffer.from(text)
    for (let at = 1; at < bytes.length; at += 1) {
      let url: string | undefined
      const client = await connect((request, response) => {
        url = request.url
        response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
        response.write(bytes.subarray(0, at), () => response.end(bytes.subarray(at)))
      })
      expect((await Array.fromAsync(client.streamAgentVersionComparison(input))).join('')).toBe(text)
      expect(url).toBe('/core/agents/a/versions/compare?format=text')
      const broken = await connect((_request, response) => {
        response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
        response.write(bytes.subarray(0, at), () => response.destroy())
      })
      await expect(Array.fromAsync(broken.streamAgentVersionComparison(input))).rejects.toThrow(ConnectionError)
    }
  })

  test('throws a refusal', async () => {
    const client = await connect((_request, response) => {
      response.writeHead(502, { 'content-type': 'application/json' }).end('{"detail":"No model"}')
    })
    await expect(client.streamAgentVersionComparison(input).next()).rejects.toThrow(ApiError)
  })
})
