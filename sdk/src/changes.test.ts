// The feed of changes from a real HTTP server that breaks connections at arbitrary bytes.
import type { RequestListener } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { serve } from '../test/support/serve.ts'
import { ApiError, ConnectionError, type ConversationChangeEvent, createClient } from './index.ts'

async function connect(answer: RequestListener, stream_patience_ms = 60_000) {
  return createClient({ base_url: await serve(answer), token: 't', stream_patience_ms })
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
      const client = await connect((request, response) => {
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
})

test('starts at the given position, and reports a reset, also after a reconnection', async () => {
  const starts: (string | undefined)[] = []
  const client = await connect((request, response) => {
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
  const client = await connect((request, response) => {
    starts.push(request.headers['last-event-id'] as string | undefined)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(starts.length === 1 ? textOf('position', 7) + progress : textOf('position', 7) + textOf('change', 8))
  })
  expect(await take(client.streamConversationChanges(), 3)).toEqual(['position 7', 'progress', 'change 8'])
  expect(starts).toEqual([undefined, '7'])
})

test('throws a refusal at once, and the last failure when the retry time is over', async () => {
  let requests = 0
  const refusing = await connect((_request, response) => {
    requests += 1
    response.writeHead(403, { 'content-type': 'application/json' }).end('{"detail":"No"}')
  })
  await expect(refusing.streamConversationChanges().next()).rejects.toThrow(ApiError)
  expect(requests).toBe(1)
  const dead = await connect((request) => {
    requests += 1
    request.socket.destroy()
  }, 0)
  await expect(dead.streamConversationChanges().next()).rejects.toThrow(ConnectionError)
  expect(requests).toBe(2)
})
