// The events of an organization from a real HTTP server that breaks connections at arbitrary bytes.
import { once } from 'node:events'
import { type ServerResponse, type IncomingMessage, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { ApiError, createClient } from './index.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return createClient({ base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 't' })
}

const textOf = (sequence: number) =>
  `id: ${sequence}\nevent: dataset.created\ndata: ${JSON.stringify({ sequence, data: { name: 'ä 😀' } })}\n\n`

test('wherever connections break, every event arrives once and in order', async () => {
  const cut = fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), reset: fc.boolean() })
  const run = async (count: number, cuts: { share: number; reset: boolean }[]) => {
    const left = [...cuts]
    const client = await serve((request, response) => {
      const start = Number(request.headers['last-event-id'] ?? 0)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const bytes = Buffer.from(
        Array.from({ length: count - start }, (_none, index) => textOf(start + index + 1)).join(''),
      )
      const next = left.shift()
      if (!next) return void response.end(bytes)
      response.write(bytes.subarray(0, Math.floor(bytes.length * next.share)), () => {
        if (next.reset) request.socket.destroy()
        else response.end()
      })
    })
    const seen: number[] = []
    for await (const { id } of client.streamOrganizationEvents()) {
      seen.push(id)
      if (seen.length === count) break
    }
    expect(seen).toEqual(Array.from({ length: count }, (_none, index) => index + 1))
  }
  const property = fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(cut, { maxLength: 2 }), run)
  await fc.assert(property, { numRuns: 10, examples: [[3, [{ share: 0.7, reset: false }]]] })
})

test('it begins after a position, and a refusal ends it', async () => {
  const asked: unknown[] = []
  const client = await serve((request, response) => {
    asked.push(request.headers['last-event-id'])
    response.writeHead(403, { 'content-type': 'application/json' }).end('{"detail":"no"}')
  })
  await expect(client.streamOrganizationEvents({ after: 7 }).next()).rejects.toThrow(ApiError)
  expect(asked).toEqual(['7'])
})
