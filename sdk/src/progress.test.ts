// The progress of sources from a real HTTP server that breaks connections.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { serve } from '../test/support/serve.ts'
import { ApiError, type DatasetProgressEvent, createClient } from './index.ts'

async function connect(
  answer: (response: ServerResponse, count: number, request: IncomingMessage) => void,
  patience = 60_000,
) {
  let count = 0
  const base_url = await serve((request, response) => {
    count += 1
    answer(response, count, request)
  })
  return createClient({ base_url, token: 't', stream_patience_ms: patience })
}

const snapshot = `event: snapshot\ndata: {"attachments":[],"is_complete":true}\n\n`
const attachment = (id: string) => `event: attachment\ndata: {"id":"${id}"}\n\n`

async function take(events: AsyncGenerator<DatasetProgressEvent>, count: number): Promise<string[]> {
  const taken: string[] = []
  for await (const { event, data } of events) {
    taken.push(event === 'attachment' ? data.id : event)
    if (taken.length === count) break
  }
  return taken
}

test('a connection that breaks is opened again, and begins with a snapshot', async () => {
  const asked: (string | undefined)[] = []
  const client = await connect((response, count, { url }) => {
    asked.push(url)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(snapshot + attachment(`a${count}`), () => count < 3 && response.destroy())
  })
  const taken = await take(client.streamDatasetProgress({ dataset_id: 'd 1' }), 6)
  expect(taken).toEqual(['snapshot', 'a1', 'snapshot', 'a2', 'snapshot', 'a3'])
  expect(new Set(asked)).toEqual(new Set(['/knowledge-base/datasets/d%201/progress']))
})

test('a server that only ever sends snapshots is given up after the patience', async () => {
  const client = await connect((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(snapshot)
  }, 100)
  await expect(take(client.streamDatasetProgress({ dataset_id: 'd' }), 100)).rejects.toThrow(
    'The stream of progress ended',
  )
})

test('a refusal is thrown, and the signal ends a quiet stream', async () => {
  const refused = await connect((response) => {
    response.writeHead(404, { 'content-type': 'application/json' })
    response.end('{"detail":"The dataset was not found.","code":"not_found"}')
  })
  await expect(take(refused.streamDatasetProgress({ dataset_id: 'd' }), 1)).rejects.toThrow(ApiError)

  const quiet = await connect((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(snapshot)
  })
  const controller = new AbortController()
  const heard = quiet.streamDatasetProgress({ dataset_id: 'd' }, { signal: controller.signal })
  await heard.next()
  const next = heard.next()
  controller.abort(new Error('enough'))
  await expect(next).rejects.toThrow('enough')
})
