// Suggested replies from a real HTTP server that breaks connections.
import type { RequestListener } from 'node:http'
import { expect, test } from 'vitest'
import { serve } from '../test/support/serve.ts'
import { ConnectionError, type SuggestionStreamEvent, createClient } from './index.ts'

async function connect(answer: RequestListener) {
  return createClient({ base_url: await serve(answer), token: 't' })
}

const whole =
  'event: suggestion.delta\ndata: {"text":"Good "}\n\n' +
  'event: suggestion.delta\ndata: {"text":"day"}\n\n' +
  'event: suggestion.completed\ndata: {"text":"Good day"}\n\n'

async function readAll(events: AsyncGenerator<SuggestionStreamEvent>): Promise<string[]> {
  const read: string[] = []
  for await (const { event } of events) read.push(event)
  return read
}

test('the events of a suggestion, and nothing after its end', async () => {
  const asked: string[] = []
  const client = await connect((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`${whole}event: suggestion.delta\ndata: {"text":"more"}\n\n`)
  })
  const read = await readAll(client.suggestReply({ conversation_id: 'c 1' }))
  expect(read).toEqual(['suggestion.delta', 'suggestion.delta', 'suggestion.completed'])
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatch(/^POST \/core\/conversations\/c%201\//)
})

test('cut at any byte, it is not asked for again, because the model would write another one', async () => {
  const client = await connect((request, response) => {
    const bytes = Number(decodeURIComponent(request.url!).match(/cut-(\d+)/)![1])
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(whole.slice(0, bytes), () => response.destroy())
    asked += 1
  })
  let asked = 0
  for (let bytes = 1; bytes < whole.length - 1; bytes += 1) {
    const read = readAll(client.suggestReply({ conversation_id: `cut-${bytes}` }))
    await expect(read, `${bytes} bytes`).rejects.toThrow(ConnectionError)
  }
  expect(asked).toBe(whole.length - 2)
})

test('the signal ends it', async () => {
  const client = await connect((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(whole.slice(0, 50))
  })
  const stop = new AbortController()
  const events = client.suggestReply({ conversation_id: 'c' }, { signal: stop.signal })
  await events.next()
  stop.abort(new Error('enough'))
  await expect(events.next()).rejects.toThrow('enough')
})
