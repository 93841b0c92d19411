// What clients of the MCP server can send that no honest one does: each message is answered in the protocol's words or as HTTP would refuse
// it, nothing else happens, and who does not read holds no memory.
import { type IncomingMessage, request } from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publishAgent, startTestServer, type TestServer } from '../support/server.ts'
import { post, requestOf } from './client.ts'

let server: TestServer
let agent_id: string
beforeAll(async () => {
  server = await startTestServer()
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(() => server[Symbol.asyncDispose]())

const bearer = () => ({ authorization: `Bearer ${server.admin_key}` })

describe.each(['modern', 'legacy'] as const)('messages, %s', (era) => {
  const sample = requestOf('tools/call', { name: 'call_tool', arguments: 'HERE' }, era)
  /** As text: not every such message can be written as a value. */
  const bodyOf = (given: string, id = '1') =>
    JSON.stringify(sample.body)
      .replace('"HERE"', () => given)
      .replace('"id":1', () => `"id":${id}`)
  const send = (body: string, headers: object = {}) =>
    post(`${server.url}/mcp`, body, { ...sample.headers, ...bearer(), ...headers })
  const call = async (given: string) => (await send(bodyOf(given))).body.result
  const list = '{"name": "core_list_agents"}'

  test('ids: text as long as a message comes back once; what is no id is refused', async () => {
    for (const id of ['"\\ud800"', '""', '-7', `"${'x'.repeat(900_000)}"`]) {
      const { status, body } = await send(bodyOf(list, id))
      expect([status, body.id === JSON.parse(id), body.result.isError]).toEqual([200, true, undefined])
    }
    for (const id of ['1e400', '9007199254740993', '1.5', 'null', '{}', '[1]', 'true'])
      expect([id, (await send(bodyOf(list, id))).body.error?.code]).toEqual([id, -32_600])
  })

  test('names that JavaScript has a meaning for are names, in the message and in the arguments', async () => {
    const named = await call('{"__proto__": {"name": "core_list_agents"}}')
    expect(named.structuredContent).toMatchObject({ status: 422, errors: [{ path: 'name' }] })
    const own = await call(`{"name": "core_get_agent", "arguments": {"__proto__": {"agent_id": "${agent_id}"}}}`)
    expect(own.structuredContent).toMatchObject({ status: 422, errors: [{ path: 'agent_id', message: 'is required' }] })
    const inherited = await call(`{"name": "core_get_agent", "__proto__": {"arguments": {"agent_id": "${agent_id}"}}}`)
    expect(inherited.structuredContent).toMatchObject({ status: 422 })
    const more = await call('{"name": "core_list_agents", "arguments": {"constructor": {"prototype": {"x": 1}}}}')
    expect(more.isError).toBeUndefined()
    expect(({} as { x?: number }).x).toBeUndefined()
  })

  test('half characters, NUL, line ends and paths in arguments reach nothing else', async () => {
    for (const [given, status] of [
      ['{"name": "core_create_agent", "arguments": {"name": "a\\ud800b"}}', 422],
      ['{"name": "core_create_agent", "arguments": {"name": "a\\u0000b"}}', 422],
      ['{"name": "core_create_agent", "arguments": {"name": "x", "idempotency_key": "\\ud800"}}', 422],
      ['{"name": "core_create_agent", "arguments": {"name": "x", "idempotency_key": "a\\r\\nX-Parley-Org: b"}}', 422],
      ['{"name": "core_list_agents", "arguments": {"limit": 1e400}}', 422],
      ['{"name": "core_get_agent", "arguments": {"agent_id": "\\ud800"}}', 404],
      ['{"name": "core_get_agent", "arguments": {"agent_id": "../../admin/organization"}}', 404],
      ['{"name": "core_get_agent", "arguments": {"agent_id": ".."}}', 404],
      ['{"name": "core_get_agent", "arguments": {"agent_id": ""}}', 404],
    ] as const)
      expect([given, (await call(given)).structuredContent]).toMatchObject([given, { status }])
    expect((await call('{"name": "core_\\ud800"}')).content[0].text).toBe('Unknown tool: core_\ud800')
  })

  test('depth: what a value may have, and no more; what is no UTF-8 is no JSON', async () => {
    const deep = (depth: number) =>
      bodyOf(`{"name": "core_list_agents", "arguments": {"x": ${'['.repeat(depth)}${']'.repeat(depth)}}}`)
    expect((await send(deep(240))).body.result.isError).toBeUndefined()
    expect((await send(deep(300))).body.error.code).toBe(-32_600)
    const bytes = Buffer.from(bodyOf('{"name": "core_list_agents", "arguments": {"x": "?"}}'))
    bytes[bytes.indexOf('"?"') + 1] = 0xff
    const response = await fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...sample.headers, ...bearer() } as Record<string, string>,
      body: bytes,
    })
    expect(await response.json()).toMatchObject({ error: { code: -32_700 } })
  })

  test('batches, notifications and answers carry nothing out', async () => {
    const before = (await server.client.listAgents({ limit: 100 })).data.length
    const create = bodyOf('{"name": "core_create_agent", "arguments": {"name": "Ghost"}}')
    for (const body of ['[]', `[${create}]`, `[${create}, ${create}]`])
      expect((await send(body)).body.error.code).toBe(-32_600)
    expect((await send(create.replace('"id":1,', ''))).status).toBe(202)
    await send('{"jsonrpc": "2.0", "id": 1, "result": {}}')
    for (const body of [create.replace('"2.0"', '"1.0"'), create.replace('"tools/call"', '7'), 'null', '7'])
      expect((await send(body)).body.error.code).toBe(-32_600)
    expect((await server.client.listAgents({ limit: 100 })).data.length).toBe(before)
  })

  test('pages of other origins, also those without one', async () => {
    for (const origin of [
      'null',
      'https://evil.example',
      `${server.url}.evil.example`,
      server.url.replace('http', 'https'),
    ])
      expect([origin, (await send(bodyOf(list), { origin })).status]).toEqual([origin, 403])
  })
})

test('a reader of progress that stops reading gets no report until those before it are read, and the whole text at the end', async () => {
  const { conversation } = await server.client.createConversation({ agent_id, user_id: 'u', channel: 'text' })
  const words = 90
  async function* speak() {
    for (let word = 0; word < words; word += 1) {
      await new Promise((resolve) => void setTimeout(resolve, 30))
      yield `word${word} `
    }
  }
  server.model.answer = () => speak()
  // Each report repeats it, four times a second.
  const progressToken = 'x'.repeat(900_000)
  const call = {
    name: 'core_send_conversation_message',
    arguments: { conversation_id: conversation.id, text: 'Talk.' },
  }
  const params = { name: 'call_tool', arguments: call, _meta: { progressToken } }
  const { body, headers } = requestOf('tools/call', params)
  const sent = request(`${server.url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers, ...bearer() },
  })
  sent.end(JSON.stringify(body))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.pause()
  const turns = async () => (await server.client.listConversationTurns({ conversation_id: conversation.id })).data
  await expect.poll(async () => (await turns())[0]?.status, { timeout: 30_000 }).toBe('completed')
  let text = ''
  for await (const piece of response.setEncoding('utf8')) text += piece
  const events = text.split('\n').filter((line) => line.startsWith('data: {'))
  const last = JSON.parse(events.at(-1)!.slice(6))
  expect(last.result.structuredContent.reply).toBe(Array.from({ length: words }, (_, at) => `word${at} `).join(''))
  // Some are in the buffers of the system; the server holds one.
  expect(events.length).toBeLessThan(10)
})
