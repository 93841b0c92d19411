// What `chat/completions` servers do beyond the recorded streams.
import { expect, test } from 'vitest'
import { GREETING, collectParts, joinText } from '../../../test/support/model-contract.ts'
import { loadBody } from '../../../test/support/model-fixtures.ts'
import { startProviderServer } from '../../../test/support/provider-server.ts'
import { ChatStream } from './chat-stream.ts'
import { type ModelPart, notReported } from '../port.ts'
import { createModelProviders } from '../adapters/providers.ts'

const events = (...chunks: object[]) =>
  Buffer.from(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''))
const delta = (given: object, finish_reason: string | null = null) => ({ choices: [{ delta: given, finish_reason }] })
const calls = (...tool_calls: object[]) => delta({ tool_calls })
const stop = delta({}, 'stop')

function read(...chunks: object[]): ModelPart[] {
  const said = new ChatStream('openai/m')
  return [...said.read(events(...chunks)), ...said.end()]
}

test('text that arrives at once is passed on at once, as one part', () => {
  const said = new ChatStream('openai/m')
  expect([...said.read(events(delta({ content: 'It is ' }), delta({ content: 'on its way.' })))]).toEqual([
    { type: 'text', text: 'It is on its way.' },
  ])
  expect([...said.read(events(delta({ role: 'assistant', content: '' })))]).toEqual([])
})

test('text in a list of parts is text; reasoning is not', () => {
  const content = [
    { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
    { type: 'text', text: 'Yes' },
    { type: 'text', text: 7 },
  ]
  expect(read(delta({ content }), delta({ content: null, reasoning: 'Hm.' }), stop)).toMatchObject([
    { type: 'text', text: 'Yes' },
    { type: 'finish', reason: 'stop' },
  ])
})

test.for([
  ['stop', 'stop'],
  ['length', 'length'],
  ['content_filter', 'content_filter'],
  ['function_call', 'tool_calls'],
  ['tool_calls', 'tool_calls'],
  ['eos', 'other'],
  ['constructor', 'other'],
])('the reason %s becomes %s', ([given, reason]) => {
  expect(read(delta({ content: 'Yes' }, given))).toMatchObject([{ text: 'Yes' }, { type: 'finish', reason }])
})

test('joins the pieces of calls: late names, interleaved calls, ids sent once', () => {
  const parts = read(
    calls(
      { index: 0, id: 'a', function: { arguments: '{"city":' } },
      { index: 1, id: 'b', function: { name: 'late' } },
    ),
    calls({ index: 0, function: { name: 'find', arguments: '"Oslo' } }),
    calls({ index: 1, function: { arguments: '{"n":1}' } }, { index: 0, function: { arguments: '"}' } }),
    stop,
  )
  expect(parts).toEqual([
    { type: 'tool_call', call_id: 'a', name: 'find', arguments: '{"city":"Oslo"}' },
    { type: 'tool_call', call_id: 'b', name: 'late', arguments: '{"n":1}' },
    { type: 'finish', reason: 'tool_calls', usage: notReported },
  ])
})

test('accepts calls without index and id', () => {
  const parts = read(calls({ function: { name: 'list', arguments: '' } }), stop)
  expect(parts).toMatchObject([{ type: 'tool_call', name: 'list', arguments: '{}' }, { reason: 'tool_calls' }])
})

test('an invalid token count is unknown and does not fail the answer', () => {
  const usage = { prompt_tokens: 'many', completion_tokens: 1.5 }
  expect(read(stop, { choices: [], usage }).at(-1)).toMatchObject({ usage: { input_tokens: null, output_tokens: 2 } })
})

test.for([
  ['a call without a name', calls({ index: 0, id: 'a', function: { arguments: '{}' } })],
  ['choices of another type', { choices: 'none' }],
  ['a text that is a number', delta({ content: 7 })],
  ['no object', [null]],
])('%s is a protocol error', ([, chunk]) => {
  expect(() => read(chunk as object, stop)).toThrow(expect.objectContaining({ kind: 'protocol' }))
})

test('text before an error frame counts, and the error does not wait for more', () => {
  const said = new ChatStream('openai/m')
  const parts: ModelPart[] = []
  const take = () => {
    for (const part of said.read(events(delta({ content: 'Half' }), { error: { code: 429 } }, stop))) parts.push(part)
  }
  expect(take).toThrow(expect.objectContaining({ kind: 'rate_limited' }))
  expect(joinText(parts)).toBe('Half')
})

test('an error of null is no error', () => {
  expect(joinText(read({ ...delta({ content: 'Yes' }), error: null }, stop))).toBe('Yes')
})

test.for(['named', 'nameless'])('endless arguments of a %s call abort it', ([kind]) => {
  const said = new ChatStream('openai/m')
  const name = kind === 'named' ? { name: 'find' } : {}
  const piece = events(calls({ index: 0, function: { ...name, arguments: 'x'.repeat(100_000) } }))
  let given = 0
  const take = () => {
    for (; given < 1000; given += 1) expect([...said.read(piece)]).toEqual([])
  }
  expect(take).toThrow(/arguments of the tool calls are too long/)
  expect(given).toBeLessThan(50)
})

test('an answer without an end is a connection error', () => {
  expect(() => read(delta({ content: 'Half' }))).toThrow(expect.objectContaining({ kind: 'connection' }))
})

test('over HTTP: an answer cut after its last event is complete, and a refused call returns its connection', async () => {
  await using server = await startProviderServer()
  const cut = server.addRoute({ chunks: [loadBody('openai-compatible', 'text.txt')], ending: 'cut' })
  const refused = server.addRoute({ status: 503, headers: {}, chunks: [Buffer.from('busy')] })
  const ref = { provider: 'openai', model: 'm' }
  await using providers = createModelProviders({ openai: { base_url: cut.base_url } })
  expect(joinText(await collectParts(providers.createModel(ref)))).toBe('Your order is on its way.')

  await using others = createModelProviders({ openai: { base_url: `${refused.base_url}/` } })
  for (let call = 0; call < 5; call += 1) {
    await expect(collectParts(others.createModel(ref), GREETING)).rejects.toMatchObject({ status: 503 })
  }
  expect(new Set(refused.requests.map(({ port }) => port)).size).toBeLessThan(5)
  expect(refused.requests[0]).toMatchObject({ path: '/chat/completions' })
})

test('over HTTP: an endless line is not buffered', async () => {
  await using server = await startProviderServer()
  const chunks = Array.from({ length: 6 }, () => Buffer.alloc(1024 * 1024, 'x'))
  const { base_url } = server.addRoute({ chunks: [Buffer.from('data: '), ...chunks] })
  await using providers = createModelProviders({ openai: { base_url } })
  const call = collectParts(providers.createModel({ provider: 'openai', model: 'm' }))
  await expect(call).rejects.toMatchObject({ kind: 'protocol' })
})
