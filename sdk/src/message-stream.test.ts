import type { RequestListener } from 'node:http'
import { expect, test } from 'vitest'
import { serve } from '../test/support/serve.ts'
import { ApiError, ConnectionError, type TurnStreamEvent } from './index.ts'
import { streamMessage } from './message-stream.ts'
import type { Time } from './retry.ts'

async function follow(answer: RequestListener, patience = 60_000) {
  const base_url = await serve(answer)
  let now = 0
  const time: Time = {
    now: () => now,
    random: () => 0.5,
    after(ms, run) {
      // Only pauses pass at once; a connection is never silent here.
      if (ms === 45_000) return () => {}
      now += ms
      const timer = setImmediate(run)
      return () => clearImmediate(timer)
    },
  }
  return streamMessage({ base_url, stream_patience_ms: patience }, { conversation_id: 'c', text: 'Hello' }, {}, time)
}

const written = ({ event, data }: { event: string; data: unknown }) =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
const turn_id = 't'
const delta = (text: string) => ({ event: 'message.delta', data: { turn_id, text } })
const started = (attempt: number) => ({ event: 'turn.started', data: { turn_id, attempt } })
const called = { event: 'tool_call.started', data: { turn_id, call_id: 'k', name: 'look', arguments: {} } }
const shown = { event: 'widget', data: { turn_id, type: 'info', data: {} } }
const completed = (reply: string) => ({ event: 'turn.completed', data: { turn_id, reply } })

/** What a reader makes of it: the text since the last restart, and all else. */
function read(events: TurnStreamEvent[]) {
  let text = ''
  const others: string[] = []
  for (const { event, data } of events) {
    if (event === 'message.delta') text += data.text
    else if (event === 'turn.restarted') text = ''
    else others.push(event)
  }
  return { text, others }
}

test('P10: cut at every byte, the same key asks for the same turn, and nothing comes twice', async () => {
  const story = [started(1), delta('ä 😀'), called, delta(' two'), shown, delta(' three'), completed('ä 😀 two three')]
  const bytes = Buffer.from(story.map(written).join(''))
  // The second connection tells it in other pieces.
  const again = Buffer.from(
    [started(1), delta('ä 😀'), called, shown, delta(' two three'), story.at(-1)!].map(written).join(''),
  )
  for (let cut = 0; cut < bytes.length; cut += 1) {
    const keys: unknown[] = []
    const events = await follow((request, response) => {
      keys.push(request.headers['idempotency-key'])
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      if (keys.length > 1) response.end(again)
      else response.write(bytes.subarray(0, cut), () => request.socket.destroy())
    })
    const seen = await Array.fromAsync(events)
    const { text, others } = read(seen)
    expect(text).toBe('ä 😀 two three')
    expect(others.toSorted()).toEqual(['tool_call.started', 'turn.completed', 'turn.started', 'widget'])
    expect(seen.some(({ event }) => event === 'turn.restarted')).toBe(false)
    expect(new Set(keys).size).toBe(1)
  }
})

test.each([
  ['a new attempt', [started(2), delta('Other')]],
  ['a turn whose text is another', [started(1), delta('Other')]],
  [
    'a restart that the new connection tells',
    [started(1), delta('Hel'), { ...started(2), event: 'turn.restarted' }, delta('Other')],
  ],
])('after %s the reply is what was told since the restart', async (_what, second) => {
  let requests = 0
  const events = await follow((request, response) => {
    requests += 1
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (requests > 1) response.end([...second, completed('Other')].map(written).join(''))
    else response.write([started(1), delta('Hello')].map(written).join(''), () => request.socket.destroy())
  })
  const seen = await Array.fromAsync(events)
  expect(read(seen).text).toBe('Other')
  expect(seen.filter(({ event }) => event === 'turn.restarted')).toHaveLength(1)
})

test('text that the finished turn does not have is taken back', async () => {
  let requests = 0
  const events = await follow((request, response) => {
    requests += 1
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (requests > 1) response.end([started(1), delta('Hel'), completed('Hel')].map(written).join(''))
    else response.write([started(1), delta('Hello')].map(written).join(''), () => request.socket.destroy())
  })
  expect(read(await Array.fromAsync(events)).text).toBe('Hel')
})

test('gives up after a minute without news, and at once where the message is refused', async () => {
  const lost = await follow((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(written(started(1)))
  })
  await expect(Array.fromAsync(lost)).rejects.toThrow(ConnectionError)
  let requests = 0
  const refused = await follow((_request, response) => {
    requests += 1
    response.writeHead(502, { 'content-type': 'application/json' }).end('{"code":"turn_failed"}')
  })
  await expect(Array.fromAsync(refused)).rejects.toThrow(ApiError)
  expect(requests).toBe(1)
})
