// The feed of changes from a real HTTP server that breaks connections at arbitrary bytes.
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { ApiError, ConnectionError, type ConversationChangeEvent, createClient } from './index.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function serve(answer: Answer, stream_patience_ms = 60_000) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return createClient({ base_url, token: 't', stream_patience_ms })
}

const first = 5
const textOf = (event: string, position: number) =>
  `id: ${position}\nevent: ${event}\ndata: ${JSON.stringify({ position, conversation_id: 'ä 😀' })}\n\n`

/** The first `count` events of the feed. */
async function take(events: AsyncGenerator<ConversationChangeEvent>, count: number): Promise<string[]> {
  const taken: string[] = []
  for await (const event of events) {
    taken.push('id' in event ? `${event.event} ${event.id}` : event.event)
    if (taken.length === count) break
  }
  return taken
}

test('wherever connections break, every change arrives once, in order, and the position once', async () => {
  const cut = fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), reset: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.array(cut, { maxLength: 3 }), async (count, cuts) => {
      const left = [...cuts]
      const client = await serve((request, response) => {
        const start = Number(request.headers['last-event-id'] ?? first)
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const numbers = Array.from({ length: first + count - start }, (_none, index) => start + index + 1)
        const text = textOf('position', start) + numbers.map((number) => textOf('change', number)).join('')
        const bytes = Buffer.from(text)
        const next = left.shift()
        if (!next) return void response.end(bytes)
        response.write(bytes.subarray(0, Math.floor(bytes.length * next.share)), () => {
          if (next.reset) request.socket.destroy()
          else response.end()
        })
      })
      expect(await take(client.streamConversationChanges(), count + 1)).toEqual(
        Array.from({ length: count + 1 }, (_none, index) => `${index === 0 ? 'position' : 'change'} ${first + index}`),
      )
    }),
    { numRuns: 10 },
  )
}, 60_000)

test('starts at the given position, and reports a reset, also after a reconnection', async () => {
  const starts: (string | undefined)[] = []
  const client = await serve((request, response) => {
    starts.push(request.headers['last-event-id'] as string | undefined)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(starts.length === 1 ? textOf('position', 7) : textOf('reset', 90) + textOf('change', 91))
  })
  const events = client.streamConversationChanges({ after: 7 })
  expect(await take(events, 3)).toEqual(['position 7', 'reset 90', 'change 91'])
  expect(starts).toEqual(['7', '7'])
})

test('events without a position are passed on and never used to resume', async () => {
  const starts: (string | undefined)[] = []
  const progress = 'event: progress\ndata: {"conversation_id":"c"}\n\n'
  const client = await serve((request, response) => {
    starts.push(request.headers['last-event-id'] as string | undefined)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(starts.length === 1 ? textOf('position', 7) + progress : textOf('position', 7) + textOf('change', 8))
  })
  expect(await take(client.streamConversationChanges(), 3)).toEqual(['position 7', 'progress', 'change 8'])
  expect(starts).toEqual([undefined, '7'])
})

test('throws a refusal at once, and the last failure when the retry time is over', async () => {
  let requests = 0
  const refusing = await serve((_request, response) => {
    requests += 1
    response.writeHead(403, { 'content-type': 'application/json' }).end('{"detail":"No"}')
  })
  await expect(refusing.streamConversationChanges().next()).rejects.toThrow(ApiError)
  expect(requests).toBe(1)
  const dead = await serve((request) => {
    requests += 1
    request.socket.destroy()
  }, 0)
  await expect(dead.streamConversationChanges().next()).rejects.toThrow(ConnectionError)
  expect(requests).toBe(2)
})
