// JSON from callers, models, tools and the database keeps its names and numbers, or is refused; nothing changes silently.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { type ToolPeer, opened_hosts, startToolPeer } from '../support/tool-peer.ts'

let server: TestServer
let peer: ToolPeer
let agent_id: string
beforeAll(async () => {
  peer = await startToolPeer()
  server = await startTestServer(opened_hosts)
  const actions = [{ type: 'http', method: 'GET', url: `${peer.url}/order`, save_as: 'order' }]
  const tool = { name: 'find', description: 'Finds', properties: {}, actions }
  agent_id = (await publishAgent(server.client, { tools: [tool] })).agent_id
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
})

async function send(method: string, path: string, body: string) {
  const headers = { authorization: `Bearer ${server.admin_key}`, 'content-type': 'application/json' }
  const response = await fetch(server.url + path, { method, headers, body })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** A name that ends in a backslash makes V8 13.6 misread the names after it. */
const names = ['\\', '"', '\n', '\\a', '"a', 'a\\', 'a"']
const pairs = names.flatMap((first) => names.map((second) => ({ ' ': 1, [first]: 1, [second]: 2 })))

describe('names with escapes', () => {
  test('custom_metadata, settings and agent metadata are returned and stored as sent', async () => {
    for (const custom_metadata of pairs) {
      const input = { channel: 'text' as const, user_id: 'u', agent_id, custom_metadata }
      const { conversation } = await server.client.createConversation(input)
      expect(conversation.custom_metadata).toEqual(custom_metadata)
      const { rows } = await server.database.pool.query(
        'select custom_metadata::text as text from conversations where id = $1',
        [conversation.id],
      )
      expect(JSON.parse((rows[0] as { text: string }).text)).toEqual(custom_metadata)
      const found = await server.client.listConversations({ custom_metadata: JSON.stringify(custom_metadata) })
      expect(found.map(({ id }) => id)).toContain(conversation.id)
    }
  })

  test('an answer that an idempotency key repeats', async () => {
    for (const metadata of pairs) {
      const input = { name: 'A', metadata, idempotency_key: randomUUID() }
      const first = await server.client.createAgent(input)
      expect(first.metadata).toEqual(metadata)
      expect(await server.client.createAgent(input)).toEqual(first)
    }
  })
})

describe('numbers that would change are refused with their path', () => {
  const id = '12345678901234567890'

  test('createConversation: custom_metadata', async () => {
    const body = `{"channel":"text","user_id":"u","agent_id":"${agent_id}","custom_metadata":{"order":[${id},1e-400,1e400]}}`
    const { status, body: answer } = await send('POST', '/core/conversations', body)
    expect([status, answer['errors']]).toEqual([
      422,
      [
        { path: 'custom_metadata.order.0', message: expect.stringContaining('more digits') },
        { path: 'custom_metadata.order.1', message: expect.stringContaining('more digits') },
        { path: 'custom_metadata.order.2', message: expect.stringContaining('beyond') },
      ],
    ])
  })

  test('updateConversation, createAgent, updateOrganization, agent_config', async () => {
    const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    for (const [method, path, body, at] of [
      ['PATCH', `/core/conversations/${conversation.id}`, `{"custom_metadata":{"a":${id}}}`, 'custom_metadata.a'],
      ['POST', '/core/agents', `{"name":"A","metadata":{"a":${id}}}`, 'metadata.a'],
      ['PUT', '/admin/organization', `{"settings":{"a":${id}}}`, 'settings.a'],
      ['POST', '/core/conversations', `{"channel":"text","user_id":"u","agent_config":{"x":${id}}}`, 'agent_config.x'],
    ] as const) {
      const answer = await send(method, path, body)
      expect([answer.status, answer.body['errors']]).toEqual([
        422,
        expect.arrayContaining([{ path: at, message: expect.stringContaining('more digits') }]),
      ])
    }
  })

  test('importConversations: only the row that has one', async () => {
    const row = (order: string) =>
      `{"id":"${randomUUID()}","channel":"text","status":"completed","user_id":"u","created_at":"2026-01-01T00:00:00Z","custom_metadata":{"order":${order}}}`
    const { status, body } = await send(
      'POST',
      '/core/conversations/import',
      `{"conversations":[${row('1')},${row(id)}]}`,
    )
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        created: 1,
        errors: [expect.objectContaining({ index: 1, path: 'custom_metadata.order' })],
      }),
    ])
  })

  test('listConversations: the filter custom_metadata', async () => {
    const headers = { authorization: `Bearer ${server.admin_key}` }
    const filter = encodeURIComponent(`{"order":${id}}`)
    const response = await fetch(`${server.url}/core/conversations?custom_metadata=${filter}`, { headers })
    expect(response.status).toBe(422)
  })
})

describe('tools', () => {
  async function callTool(answers: Answer[]) {
    const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    server.model.answer = () => answers.shift()!
    return server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Find it' })
  }

  test("a model's arguments with such a number are an error that it sees", async () => {
    const { tool_calls } = await callTool([
      { tool_calls: [{ name: 'find', arguments: '{"order":12345678901234567890}' }] },
      'Done.',
    ])
    expect(tool_calls).toMatchObject([
      { is_error: true, output: expect.stringContaining('order is a number') as string },
    ])
  })

  test('an API’s answer keeps such a number as text with all its digits, and its names', async () => {
    peer.answer = (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{" ":1,"\\\\":1,"id":12345678901234567890,"big":1e400,"total":12.5,"a\\"":{" ":1,"\\"":1}}')
    const { tool_calls } = await callTool([{ tool_calls: [{ name: 'find', arguments: {} }] }, 'Done.'])
    const order = { ' ': 1, '\\': 1, id: '12345678901234567890', big: '1e400', total: 12.5, 'a"': { ' ': 1, '"': 1 } }
    expect(tool_calls).toMatchObject([{ is_error: false, output: { order: { body: order } } }])
  })
})
