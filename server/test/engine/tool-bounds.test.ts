// Limits of tools, templates and models: whatever an author writes and others answer, the server keeps running and a
// conversation
// can be read.
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Answer, ChatRequest } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { type ToolPeer, opened_hosts, startToolPeer } from '../support/tool-peer.ts'

let server: TestServer
let peer: ToolPeer

beforeAll(async () => {
  peer = await startToolPeer()
  server = await startTestServer(opened_hosts)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
})
beforeEach(() => {
  peer.requests.length = 0
  peer.answer = (_request, response) => response.end('z'.repeat(300_000))
  server.model.requests.length = 0
})

const times = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index))
const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))
const http = (fields: object = {}) => ({ type: 'http', method: 'POST', url: peer.url, ...fields })

/** A turn in which the model gives these answers, one after the other. */
async function converse(config: object, answers: Answer[], custom_metadata: Record<string, unknown> = {}) {
  const { agent_id } = await publishAgent(server.client, { max_tool_steps: 100, ...config })
  const { conversation } = await server.client.createConversation({
    ...{ channel: 'text', user_id: 'ada', agent_id, custom_metadata },
  })
  server.model.answer = () => answers.shift() ?? 'Done.'
  const conversation_id = conversation.id
  return { conversation_id, send: () => server.client.sendConversationMessage({ conversation_id, text: 'Go' }) }
}

const act = (fields: object) => ({ tools: [{ name: 'act', description: 'Acts', ...fields }] })
const calls = (count: number, given: object = {}): Answer => ({
  tool_calls: times(count, () => ({ name: 'act', arguments: given })),
})

describe('results', () => {
  test('of a call and of a turn are bounded, and the conversation can be read', async () => {
    const actions = times(10, (index) => http({ save_as: `s${index}` }))
    const { conversation_id, send } = await converse(act({ actions }), [calls(12), calls(12)])
    const { tool_calls, reply } = await send()
    expect(reply).toBe('Done.')
    expect(tool_calls).toHaveLength(24)
    for (const { output } of tool_calls) expect(sizeOf(output)).toBeLessThanOrEqual(262_144 + 1024)
    expect(sizeOf(tool_calls)).toBeLessThan(2_400_000)
    expect(sizeOf(tool_calls)).toBeGreaterThan(1_900_000)
    expect(tool_calls.at(-1)).toMatchObject({ is_error: true, output: expect.stringMatching(/was not made/) })
    const made = peer.requests.length
    const { conversation } = await server.client.getConversation({ conversation_id })
    expect(conversation!.items.filter(({ type }) => type === 'function_call_output')).toHaveLength(24)
    expect(made).toBeLessThanOrEqual(120)
  })

  test('are cut off if they exceed the window', async () => {
    const config = { ...act({ actions: [http()] }), context_window: { max_tokens: 1000 } }
    const { send } = await converse(config, [calls(1)])
    const { tool_calls } = await send()
    expect(sizeOf(tool_calls[0]!.output)).toBeGreaterThan(262_000)
    const shown = (server.model.requests.at(-1) as ChatRequest).messages.at(-1)!
    expect([shown.role, shown.content.length > 3000, shown.content.length < 4100]).toEqual(['tool', true, true])
  })

  test('with numbers that print long are bounded by their printed size', async () => {
    const tiny = `[${times(30_000, () => '5e-324').join(',')}]`
    peer.answer = (_request, response) => response.setHeader('content-type', 'application/json').end(tiny)
    const { conversation_id, send } = await converse(act({ actions: [http()] }), [calls(1)])
    await send()
    const { rows } = await server.database.pool.query<{ bytes: number }>(
      `select octet_length(output::text) as bytes from transcript_items
       where conversation_id = $1 and type = 'function_call_output'`,
      [conversation_id],
    )
    expect(rows[0]!.bytes).toBeGreaterThan(100_000)
    expect(rows[0]!.bytes).toBeLessThan(400_000)
  })

  test('arguments with numbers that print long are refused', async () => {
    const tool = { properties: { what: { type: 'array', items: { type: 'number' } } }, actions: [] }
    const { send } = await converse(act(tool), [calls(1, { what: times(300, () => 5e-324) })])
    const { tool_calls } = await send()
    expect(tool_calls[0]).toMatchObject({
      ...{ arguments: {}, is_error: true, output: expect.stringMatching(/65536 characters.*written out/) },
    })
  })

  test('the arguments of a step are bounded in total', async () => {
    const tool = { properties: { what: { type: 'string' } }, actions: [] }
    const { send } = await converse(act(tool), [calls(8, { what: 'x'.repeat(60_000) })])
    const { tool_calls } = await send()
    expect(tool_calls.map(({ is_error }) => is_error)).toEqual([...times(4, () => false), ...times(4, () => true)])
    expect(tool_calls.at(-1)).toMatchObject({
      arguments: {},
      output: expect.stringMatching(/262144 characters in total/),
    })
  })
})

describe('templates of a call', () => {
  const loop = '{% for i in range(10000) %}xxxxxxxxxxxxxxxxxxx{% endfor %}'
  test.each<[string, object, object, RegExp]>([
    ['loops in a body', { body: times(200, () => loop) }, {}, /takes? too long|too long together|more than 524288/],
    ['loops in headers', { headers: Object.fromEntries(times(200, (n) => [`h${n}`, loop])) }, {}, /too long|more than/],
    ['metadata, many times', { body: times(3900, () => '{{custom_metadata.x}}') }, { x: 'y'.repeat(60_000) }, /524288/],
    [
      'metadata of many values',
      { query: Object.fromEntries(times(1000, (n) => [`q${n}`, '{{custom_metadata.x[0]}}'])) },
      { x: times(12_000, () => 1) },
      /takes? too long/,
    ],
  ])('%s: one budget for all', async (_what, fields, metadata, reason) => {
    const { send } = await converse(act({ actions: [http(fields)] }), [calls(1)], metadata as Record<string, unknown>)
    const before = process.cpuUsage()
    const { tool_calls } = await send()
    expect(tool_calls[0]).toMatchObject({ is_error: true, output: expect.stringMatching(reason) })
    expect(peer.requests).toHaveLength(0)
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2500)
  })
})

test('a pattern that backtracks does not block the server', async () => {
  const properties = { a: { type: 'string', pattern: '^(a+)+$' } }
  const { send } = await converse(act({ properties, actions: [] }), [calls(1, { a: `${'a'.repeat(50_000)}!` })])
  expect((await send()).tool_calls[0]).toMatchObject({ is_error: true, output: expect.stringMatching(/must match/) })
})

describe('an endless answer of the model', () => {
  async function* endless() {
    for (let piece = 0; piece < 60; piece += 1) {
      await setImmediate()
      yield 'word '.repeat(20_000)
    }
  }
  test.each<[string, () => Answer]>([
    ['in pieces', endless],
    ['in one line', () => 'x'.repeat(6_000_000)],
    ['as arguments', () => ({ tool_calls: [{ name: 'act', arguments: { what: 'x'.repeat(5_000_000) } }] })],
  ])('%s: the turn fails, the conversation continues', async (_what, answer) => {
    const config = act({ properties: { what: {} }, actions: [] })
    const { conversation_id, send } = await converse(config, [answer()])
    expect(await refusal(send())).toMatchObject({ status: 502 })
    const { data } = await server.client.listConversationTurns({ conversation_id })
    expect(data[0]).toMatchObject({ outcome: 'model_error' })
    expect((await send()).reply).toBe('Done.')
  })
})
