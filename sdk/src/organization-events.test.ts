// The events of an organization from a real HTTP server that breaks connections at arbitrary bytes.
import type { RequestListener } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { serve } from '../test/support/serve.ts'
import { ApiError, createClient } from './index.ts'

async function connect(answer: RequestListener) {
  return createClient({ base_url: await serve(answer), token: 't' })
}

const textOf = (sequence: number) =>
  `id: ${sequence}\nevent: dataset.created\ndata: ${JSON.stringify({ sequence, data: { name: 'ä 😀' } })}\n\n`

test('wherever connections break, every event arrives once and in order', async () => {
  const cut = fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), reset: fc.boolean() })
  const run = async (count: number, cuts: { share: number; reset: boolean }[]) => {
    const left = [...cuts]
    const client = await connect((request, response) => {
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
  const client = await connect((request, response) => {
    asked.push(request.headers['last-event-id'])
    response.writeHead(403, { 'content-type': 'application/json' }).end('{"detail":"no"}')
  })
  await expect(client.streamOrganizationEvents({ after: 7 }).next()).rejects.toThrow(ApiError)
  expect(asked).toEqual(['7'])
})
