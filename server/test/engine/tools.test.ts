// Tool calls: T8 (each has exactly one result), T7 (another attempt continues after the last step), and errors that the model
// sees.
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ChatRequest, type CallingAnswer, holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../support/tool-peer.ts'

let server: TestServer
let peer: ToolPeer
let agent_id: string

const text = { type: 'string' }

beforeAll(async () => {
  peer = await startToolPeer()
  server = await startTestServer({ ...opened_hosts, PARLEY_DRAIN_SECONDS: '1' })
  const order = { name: 'order', description: 'Orders', properties: { what: text }, required: ['what'] }
  const look = { ...order, name: 'look', description: 'Looks', idempotent: true }
  const post = {
    type: 'http',
    method: 'POST',
    url: `${peer.url}/orders`,
    body: { what: '{{ what }}', by: '{{ user_id }}' },
  }
  const get = { type: 'http', url: `${peer.url}/look`, query: { q: '{{ arguments.what }}' }, save_as: 'found' }
  const gone = { name: 'gone', description: 'Is not there', actions: [{ type: 'http', url: 'http://127.0.0.1:9/' }] }
  const inside = {
    name: 'inside',
    description: 'Is private',
    actions: [{ type: 'http', url: 'http://169.254.169.254/' }],
  }
  const slow = { ...look, name: 'slow', timeout_ms: 50 }
  const tools = [{ ...order, actions: [post] }, { ...look, actions: [get] }, { ...slow, actions: [get] }, gone, inside]
  agent_id = (await publishAgent(server.client, { tools, max_tool_steps: 3 })).agent_id
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
})
beforeEach(() => {
  peer.requests.length = 0
  peer.answer = (_request, response) => answerJson(response, { ok: true })
})

const begin = async () =>
  (await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })).conversation.id
const send = (conversation_id: string, said = 'Tea, please') =>
  server.client.sendConversationMessage({ conversation_id, text: said })
const call = (name: string, given: object | string = { what: 'tea' }) => ({ name, arguments: given })
const itemsOf = async (conversation_id: string) =>
  (await server.client.getConversation({ conversation_id })).conversation!.items
const turnOf = async (conversation_id: string) =>
  (await server.client.listConversationTurns({ conversation_id })).data[0]!

/** Answers with calls first, then with a text that quotes each result. */
function callThenTell(...answers: (CallingAnswer | AsyncIterable<string>)[]) {
  server.model.answer = ({ messages }: ChatRequest) => {
    const results = messages.filter(({ role }) => role === 'tool')
    return answers.shift() ?? `Told: ${results.map(({ content }) => content).join(' | ')}`
  }
}

test('a call is carried out, and its result is in the model request, the transcript and the answer', async () => {
  const conversation_id = await begin()
  peer.answer = (_request, response) => answerJson(response, { id: 7 })
  callThenTell({ text: 'One moment. ', tool_calls: [call('order'), call('look')] })
  const { reply, tool_calls, turn_id } = await send(conversation_id)
  expect(reply).toMatch(/^One moment\. Told: .*"id":7.*\|.*"found".*/)
  const [order, look] = tool_calls
  expect(order).toMatchObject({ name: 'order', arguments: { what: 'tea' }, is_error: false })
  expect(order!.output).toEqual({ status: 200, body: { id: 7 } })
  expect(look!.output).toEqual({ found: { status: 200, body: { id: 7 } } })
  const requests = peer.requests.toSorted((a, b) => a.url.localeCompare(b.url))
  expect(requests.map(({ method, url, key, body }) => [method, url, key, body])).toEqual([
    ['GET', '/look?q=tea', look!.call_id, ''],
    ['POST', '/orders', order!.call_id, '{"by":"ada","what":"tea"}'],
  ])
  const items = await itemsOf(conversation_id)
  expect(items.map(({ type }) => type.replace('function_', ''))).toEqual([
    ...['message', 'message', 'call', 'call', 'call_output', 'call_output', 'message'],
  ])
  expect(items.slice(1).every((item) => item.turn_id === turn_id)).toBe(true)
  expect(await turnOf(conversation_id)).toMatchObject({ steps: 2, input_tokens: 22, output_tokens: 14 })
  expect(items.at(-1)!.metrics).toMatchObject({ input_tokens: 22, tools_ms: expect.any(Number) })
})

test('the next turn sees the calls of the previous one, each with its result', async () => {
  const conversation_id = await begin()
  callThenTell({ text: 'Looking. ', tool_calls: [call('look'), call('order')] })
  await send(conversation_id)
  server.model.answer = () => 'Fine.'
  await send(conversation_id, 'And now?')
  const { messages } = server.model.requests.at(-1)!
  const roles = ['system', 'user', 'assistant', 'tool', 'tool', 'assistant', 'user']
  expect(messages.map(({ role }) => role)).toEqual(roles)
  expect(messages[2]).toMatchObject({ content: 'Looking. ', tool_calls: [{}, {}] })
  expect(messages[3]!.tool_call_id).toBe(messages[2]!.tool_calls![0]!.id)
})

describe('a failure is a result that the model sees', () => {
  test.each<[string, ReturnType<typeof call>, RegExp]>([
    ['an unknown tool', call('fly'), /No tool/],
    ['a tool with the name of a prototype', call('__proto__'), /No tool/],
    ['arguments that are not JSON', call('order', '{"what": "te'), /not valid JSON/],
    ['arguments that are not an object', call('order', '[1]'), /JSON object/],
    ['arguments that are missing', call('order', {}), /what is required/],
    ['arguments of the wrong type', call('order', { what: 5 }), /what must be string/],
    ['additional arguments', call('order', '{"what": "tea", "__proto__": {"x": 1}}'), /additional/],
    ['arguments that cannot be stored', call('order', '{"what": "\\u0000"}'), /NUL/],
    ['endless arguments', call('order', `{"what": "${'x'.repeat(70_000)}"}`), /exceed/],
    ['a server that is not running', call('gone', {}), /ECONNREFUSED/],
    ['a private address', call('inside', {}), /not a public address/],
  ])('%s', async (_what, asked, expected) => {
    const conversation_id = await begin()
    callThenTell({ tool_calls: [asked] })
    const { reply, tool_calls } = await send(conversation_id)
    expect(tool_calls).toMatchObject([{ is_error: true, output: expect.stringMatching(expected) }])
    expect(reply).toMatch(/^Told: Error/)
    expect(peer.requests).toEqual([])
  })

  test('a status other than success', async () => {
    const conversation_id = await begin()
    peer.answer = (_request, response) => answerJson(response, { message: 'sold out' }, 409)
    callThenTell({ tool_calls: [call('order')] })
    const { tool_calls } = await send(conversation_id)
    expect(tool_calls).toMatchObject([{ is_error: true, output: { status: 409, body: { message: 'sold out' } } }])
  })

  test('a server that is silent longer than the time limit of the tool', async () => {
    const conversation_id = await begin()
    peer.answer = () => {}
    callThenTell({ tool_calls: [call('slow')] })
    const { tool_calls } = await send(conversation_id)
    expect(tool_calls).toMatchObject([{ is_error: true, output: expect.stringMatching(/within \d+ ms/) }])
  })

  test('a server response is bounded, and stored without unstorable characters', async () => {
    const conversation_id = await begin()
    peer.answer = (_request, response) => response.end(`\0${'x'.repeat(300_000)}`)
    callThenTell({ tool_calls: [call('order')] }, holdNothing())
    const { tool_calls } = await send(conversation_id)
    const { body } = tool_calls[0]!.output as { body: string }
    expect(body).toHaveLength(262_144)
    expect(body.startsWith('\uFFFDx')).toBe(true)
  })
})

function holdNothing() {
  const held = holdAnswer()
  held.say('Much.')
  held.finish()
  return held
}

test('T13: calls beyond the limit of a step are dropped; ids from a model are not used', async () => {
  const conversation_id = await begin()
  callThenTell({ tool_calls: Array.from({ length: 100 }, () => call('look')) })
  const { tool_calls } = await send(conversation_id)
  expect(tool_calls).toHaveLength(32)
  expect(new Set(tool_calls.map(({ call_id }) => call_id)).size).toBe(32)
  expect(peer.requests).toHaveLength(32)
})

test('max_tool_steps: the model is called once more without tools; if it still calls one, the turn fails', async () => {
  const conversation_id = await begin()
  server.model.answer = ({ tools }) => (tools ? { tool_calls: [call('look')] } : 'Enough.')
  const { reply, tool_calls } = await send(conversation_id)
  expect([reply, tool_calls.length]).toEqual(['Enough.', 3])
  server.model.answer = () => ({ tool_calls: [call('look')] })
  const error = await refusal(send(conversation_id))
  expect(error).toMatchObject({ status: 502, code: 'turn_failed' })
  const { data } = await server.client.listConversationTurns({ conversation_id })
  expect(data[1]).toMatchObject({ outcome: 'step_limit', steps: 3 })
})

/** A turn whose tool call has reached the peer, which does not answer. */
async function startCall(...names: string[]) {
  const conversation_id = await begin()
  const asked = Promise.withResolvers<void>()
  peer.answer = () => asked.resolve()
  callThenTell({ text: 'Wait. ', tool_calls: names.map((name) => call(name)) })
  const reply = send(conversation_id)
  reply.catch(() => {})
  await asked.promise
  return { conversation_id, reply }
}

test('T5: an end in the middle of a call aborts it, stores its outcome, and keeps each text once', async () => {
  const { conversation_id, reply } = await startCall('order')
  const { hangUps } = peer
  await server.client.endConversation({ conversation_id })
  expect(await refusal(reply)).toMatchObject({ code: 'conversation_ended' })
  await expect.poll(() => peer.hangUps).toBe(hangUps + 1)
  const items = await itemsOf(conversation_id)
  expect(items.map((item) => [item.type, item.content?.join('') ?? item.is_error])).toEqual([
    ['message', 'Tea, please'],
    ['message', 'Wait. '],
    ['function_call', undefined],
    ['function_call_output', true],
  ])
})

/** Another node takes the turn over, as if this one were dead. */
async function loseNode(conversation_id: string) {
  await sql`update turns set lease_expires_at = now() - interval '1 second', node_id = gen_random_uuid()
    where conversation_id = ${conversation_id} and status = 'running'`.execute(server.database)
}

describe('T7, T8: if the attempt is lost in the middle of a step', () => {
  test('a call of an idempotent tool is repeated with the same key', async () => {
    const { conversation_id, reply } = await startCall('look')
    peer.answer = (_request, response) => answerJson(response, { late: true })
    await loseNode(conversation_id)
    const { tool_calls } = await reply
    expect(tool_calls).toMatchObject([{ is_error: false, output: { found: { body: { late: true } } } }])
    expect(peer.requests.map(({ key }) => key)).toEqual([tool_calls[0]!.call_id, tool_calls[0]!.call_id])
    expect(await turnOf(conversation_id)).toMatchObject({ attempts: 2, steps: 2, status: 'completed' })
  })

  test('a call of another tool is not: the model is told that the outcome is unknown', async () => {
    const { conversation_id, reply } = await startCall('order')
    await loseNode(conversation_id)
    const { tool_calls, reply: said } = await reply
    expect(tool_calls).toMatchObject([{ is_error: true, output: expect.stringMatching(/is unknown/) }])
    expect(said).toMatch(/^Wait\. Told: Error: It is unknown/)
    expect(peer.requests).toHaveLength(1)
  })

  test('a call that has its result is not repeated, and no step runs twice', async () => {
    const { conversation_id, reply } = await startCall('slow', 'order')
    await expect.poll(async () => (await itemsOf(conversation_id)).length).toBe(5)
    const asked = server.model.requests.length
    await loseNode(conversation_id)
    const { tool_calls } = await reply
    expect(tool_calls.map(({ name, output }) => [name, /within|is unknown/.exec(String(output))?.[0]])).toEqual([
      ['slow', 'within'],
      ['order', 'is unknown'],
    ])
    // The slow call can time out before its request arrives.
    const keys = peer.requests.map(({ key }) => key)
    expect(keys).toEqual([...new Set(keys)])
    expect(server.model.requests).toHaveLength(asked + 1)
  })
})
