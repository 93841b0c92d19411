// Secrets in inline configurations: only callers with permission to change agents can send one to an address of their choice.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeKey } from '../support/actors.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { type ToolPeer, opened_hosts, startToolPeer } from '../support/tool-peer.ts'

let server: TestServer
let peer: ToolPeer
beforeAll(async () => {
  peer = await startToolPeer()
  server = await startTestServer(opened_hosts)
  await server.client.setSecret({ name: 'SHOP', value: 'the-token-of-the-shop' })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
})

const withAction = (fields: object, more: object = {}) => ({
  tools: [{ name: 'act', description: 'Acts', actions: [{ type: 'http', url: peer.url, ...fields }], ...more }],
})
const withServer = (headers: object) => ({ mcp_servers: [{ name: 'far', url: peer.url, headers }] })

const create = (token: string, input: object) =>
  server.as({ token }).createConversation({ channel: 'text', user_id: 'ada', ...input })

test.each<[string, () => object]>([
  ['a body', () => withAction({ method: 'POST', body: '{{ secrets.SHOP }}' })],
  ['a part of a body', () => withAction({ method: 'POST', body: { a: [{ b: '{% set a = secrets %}{{ a.SHOP }}' }] } })],
  ['a header', () => withAction({ headers: { authorization: "Bearer {{ secrets['SHOP'] }}" } })],
  ['a query', () => withAction({ query: { all: '{{ secrets | tojson }}' } })],
  ['a URL', () => withAction({ url: `${peer.url}/{% for name in secrets %}{{ name }}{% endfor %}` })],
  [
    'an error action',
    () => ({
      tools: [
        {
          name: 'act',
          description: 'Acts',
          actions_on_error: [{ type: 'http', url: `${peer.url}/{{ secrets.SHOP }}` }],
        },
      ],
    }),
  ],
  ['a header of an MCP server', () => withServer({ 'x-key': '{{ secrets.SHOP }}' })],
])('used in %s, they need the scope for changing agents', async (_where, config) => {
  const without = await makeKey(server, { only: ['conversations:manage', 'agents:read'] })
  const error = await refusal(create(without, { agent_config: config() }))
  expect(error).toMatchObject({ status: 403, code: 'forbidden', message: expect.stringContaining('agents:manage') })
  const holder = await makeKey(server, { only: ['conversations:manage', 'agents:manage'] })
  const { conversation } = await create(holder, { agent_config: config() })
  // The content exists by now, but the caller is still not its author.
  expect(await refusal(create(without, { agent_config: config() }))).toMatchObject({ status: 403 })
  expect(peer.requests).toEqual([])
  const message = { conversation_id: conversation.id, text: 'Go' }
  expect(await server.as({ token: without }).sendConversationMessage(message)).toMatchObject({ tool_calls: [] })
})

test('without a secret, conversations:manage is enough', async () => {
  const token = await makeKey(server, { only: ['conversations:manage'] })
  const config = { ...withAction({ body: 'the secrets of tea' }), instructions: '{{ secrets.SHOP }}' }
  expect((await create(token, { agent_config: config })).conversation.status).toBe('in_progress')
})
