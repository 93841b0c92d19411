// What servers of `chat/completions` do beyond the recorded streams.
import { expect, test } from 'vitest'
import { GREETING, collectParts, joinText } from '../../../test/support/model-contract.ts'
import { loadBody } from '../../../test/support/model-fixtures.ts'
import { startProviderServer } from '../../../test/support/provider-server.ts'
import { ChatStream } from './chat-stream.ts'
import type { ModelPart } from '../port.ts'
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

test('what comes at once goes on at once, as one part', () => {
  const said = new ChatStream('openai/m')
  expect([...said.read(events(delta({ content: 'It is ' }), delta({ content: 'on its way.' })))]).toEqual([
    { type: 'text', text: 'It is on its way.' },
  ])
  expect([...said.read(events(delta({ role: 'assistant', content: '' })))]).toEqual([])
})

test('text in a list of parts is text, and what is thought is not', () => {
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
])('the reason %s is %s', ([given, reason]) => {
  expect(read(delta({ content: 'Yes' }, given))).toMatchObject([{ text: 'Yes' }, { type: 'finish', reason }])
})

test('the pieces of calls find each other: names that come late, calls that are mixed, ids that come once', () => {
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
    { type: 'finish', reason: 'tool_calls', usage: { input_tokens: null, output_tokens: null } },
  ])
})

test('calls without index and id are calls as well', () => {
  const parts = read(calls({ function: { name: 'list', arguments: '' } }), stop)
  expect(parts).toMatchObject([{ type: 'tool_call', name: 'list', arguments: '{}' }, { reason: 'tool_calls' }])
})

test('a count that is none is not known, and costs no answer', () => {
  const usage = { prompt_tokens: 'many', completion_tokens: 1.5 }
  expect(read(stop, { choices: [], usage }).at(-1)).toMatchObject({ usage: { input_tokens: null, output_tokens: 2 } })
})

test.for([
  ['a call without a name', calls({ index: 0, id: 'a', function: { arguments: '{}' } })],
  ['choices that are none', { choices: 'none' }],
  ['a text that is a number', delta({ content: 7 })],
  ['no object', [null]],
])('%s is not the format', ([, chunk]) => {
  expect(() => read(chunk as object, stop)).toThrow(expect.objectContaining({ kind: 'protocol' }))
})

test('what an error frame follows counts, and the error comes without waiting for more', () => {
  const said = new ChatStream('openai/m')
  const parts: ModelPart[] = []
  const take = () => {
    for (const part of said.read(events(delta({ content: 'Half' }), { error: { code: 429 } }, stop))) parts.push(part)
  }
  expect(take).toThrow(expect.objectContaining({ kind: 'rate_limited' }))
  expect(joinText(parts)).toBe('Half')
})

test('an error that is null is none', () => {
  expect(joinText(read({ ...delta({ content: 'Yes' }), error: null }, stop))).toBe('Yes')
})

test.for(['named', 'nameless'])('the arguments of a %s call that do not end break it off', ([kind]) => {
  const said = new ChatStream('openai/m')
  const name = kind === 'named' ? { name: 'find' } : {}
  const piece = events(calls({ index: 0, function: { ...name, arguments: 'x'.repeat(100_000) } }))
  let given = 0
  const take = () => {
    for (; given < 1000; given += 1) expect([...said.read(piece)]).toEqual([])
  }
  expect(take).toThrow(/arguments without end/)
  expect(given).toBeLessThan(50)
})

test('an answer that nothing ends is an error of the connection', () => {
  expect(() => read(delta({ content: 'Half' }))).toThrow(expect.objectContaining({ kind: 'connection' }))
})

test('over HTTP: cut after its last event an answer is whole, and a refused call gives its connection back', async () => {
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

test('over HTTP: a line without end is not kept', async () => {
  await using server = await startProviderServer()
  const chunks = Array.from({ length: 6 }, () => Buffer.alloc(1024 * 1024, 'x'))
  const { base_url } = server.addRoute({ chunks: [Buffer.from('data: '), ...chunks] })
  await using providers = createModelProviders({ openai: { base_url } })
  const call = collectParts(providers.createModel({ provider: 'openai', model: 'm' }))
  await expect(call).rejects.toMatchObject({ kind: 'protocol' })
})
