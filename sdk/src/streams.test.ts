// The stream reader against a real HTTP server that cuts its connection at any byte.
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { ApiError, type ConversationStreamEvent, createClient } from './index.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function serve(answer: Answer, retries = 2) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return createClient({ base_url, token: 't', retries })
}

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
  test('whatever is cut, every event comes once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), reset: fc.boolean() }), {
          maxLength: 4,
        }),
        async (last, cuts) => {
          const starts: number[] = []
          const left = [...cuts]
          const client = await serve((request, response) => {
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
          }, 9)
          expect(await collect(client.streamConversationEvents({ conversation_id }))).toEqual(
            Array.from({ length: last }, (_none, index) => index + 1),
          )
          expect(starts).toEqual(starts.toSorted((a, b) => a - b))
        },
      ),
      { numRuns: 12 },
    )
  }, 60_000)

  test('begins where it is told to', async () => {
    let start: unknown
    const client = await serve((request, response) => {
      start = request.headers['last-event-id']
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(eventOf(8, 8))
    })
    expect(await collect(client.streamConversationEvents({ conversation_id, after: 7 }))).toEqual([8])
    expect(start).toBe('7')
  })

  test('ends when there is nothing more to come', async () => {
    const client = await serve((_request, response) => response.writeHead(204).end())
    expect(await collect(client.streamConversationEvents({ conversation_id, after: 9 }))).toEqual([])
  })

  test('throws what it is refused with, at once', async () => {
    let requests = 0
    const client = await serve((_request, response) => {
      requests += 1
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"Conversation not found"}')
    })
    await expect(collect(client.streamConversationEvents({ conversation_id }))).rejects.toThrow(ApiError)
    expect(requests).toBe(1)
  })

  test('gives up after so many failures in a row', async () => {
    let requests = 0
    const client = await serve((request) => {
      requests += 1
      request.socket.destroy()
    })
    await expect(collect(client.streamConversationEvents({ conversation_id }))).rejects.toThrow(TypeError)
    expect(requests).toBe(3)
  })
})

describe('streamConversationMessage', () => {
  test('throws when the connection ends before the turn does', async () => {
    const client = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end('event: turn.started\ndata: {"turn_id":"t","attempt":1}\n\n')
    })
    const stream = client.streamConversationMessage({ conversation_id, text: 'Hello' })
    expect((await stream.next()).value).toMatchObject({ event: 'turn.started' })
    await expect(stream.next()).rejects.toThrow(/ended before/)
  })
})

describe('streamAgentVersionComparison', () => {
  const input = { agent_id: 'a', from_version: 1, to_version: 2 }
  const text = 'ä 😀 – two'

  test('whatever the text is cut into, and wherever it breaks off', async () => {
    const bytes = Buffer.from(text)
    for (let at = 1; at < bytes.length; at += 1) {
      let url: string | undefined
      const client = await serve((request, response) => {
        url = request.url
        response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
        response.write(bytes.subarray(0, at), () => response.end(bytes.subarray(at)))
      })
      expect((await Array.fromAsync(client.streamAgentVersionComparison(input))).join('')).toBe(text)
      expect(url).toBe('/core/agents/a/versions/compare?format=text')
      const broken = await serve((_request, response) => {
        response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
        response.write(bytes.subarray(0, at), () => response.destroy())
      })
      await expect(Array.fromAsync(broken.streamAgentVersionComparison(input))).rejects.toThrow(TypeError)
    }
  })

  test('throws what it is refused with', async () => {
    const client = await serve((_request, response) => {
      response.writeHead(502, { 'content-type': 'application/json' }).end('{"detail":"No model"}')
    })
    await expect(client.streamAgentVersionComparison(input).next()).rejects.toThrow(ApiError)
  })
})
