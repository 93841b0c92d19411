// The log at level `info` and above holds no content, no secret and no personal data: of what is planted everywhere, also where things
// fail, nothing is found there.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeUser } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../support/tool-peer.ts'

const planted = {
  message: 'zebra-message',
  user: 'zebra-user@example.com',
  metadata: 'zebra-metadata',
  context: 'zebra-context',
  instructions: 'zebra-instructions',
  greeting: 'zebra-greeting',
  reply: 'zebra-reply',
  argument: 'zebra-argument',
  result: 'zebra-result',
  secret: 'zebra-secret-0123456789',
  path: 'zebra-path',
  note: 'zebra-note',
  reason: 'zebra-reason',
  query: 'zebra-query',
  document: 'zebra-document',
  member: 'zebra-member@example.com',
  password: 'zebra-password-0123456789',
  body: 'zebra-body',
}

let peer: ToolPeer
let server: TestServer

beforeAll(async () => {
  peer = await startToolPeer()
  server = await startTestServer({ ...opened_hosts })
})
afterAll(async () => {
  for (const one of [server, peer]) await one?.[Symbol.asyncDispose]()
})

/** What fails is planted too. */
const ignore = (call: Promise<unknown>) => Promise.allSettled([call])

async function makeAgent(): Promise<string> {
  const { client } = server
  await client.setSecret({ name: 'PLANTED', value: planted.secret })
  const http = (path: string, more = {}) => ({
    ...{
      type: 'http',
      method: 'POST',
      url: `${peer.url}/${path}`,
      body: { what: '{{ what }}' },
      save_as: 'found',
      ...more,
    },
    headers: { 'x-key': '{{ secrets.PLANTED }}' },
  })
  const tool = (name: string, action: object) => ({
    ...{ name, description: 'Looks', properties: { what: { type: 'string' } }, actions: [action] },
  })
  const { agent_id } = await publishAgent(client, {
    instructions: planted.instructions,
    greeting: { mode: 'fixed', text: planted.greeting },
    tools: [
      tool('look', http(planted.path)),
      tool('broken', http('broken', { body: { what: '{{ [1] | reject(what) | list }}' } })),
      tool('gone', http('gone', { url: `http://127.0.0.1:9/${planted.path}` })),
    ],
  })
  return agent_id
}

async function talk(agent_id: string): Promise<void> {
  const { client, model } = server
  const created = await client.createConversation({
    ...{ channel: 'text', agent_id, user_id: planted.user, initial_context: planted.context },
    custom_metadata: { known: planted.metadata },
  })
  const conversation_id = created.conversation.id
  const call = (name: string) => ({ name, arguments: { what: planted.argument } })
  const answers = [
    () => ({ text: planted.reply, tool_calls: [call('look'), call('broken'), call('gone'), call('unknown')] }),
    () => planted.reply,
    () => 400,
    () => '',
  ]
  model.answer = () => (answers.shift() ?? (() => planted.reply))()
  const send = (text = planted.message) => client.sendConversationMessage({ conversation_id, text })
  await ignore(send())
  await ignore(send())
  await ignore(send())
  await refusal(send(`${planted.message}${'x'.repeat(40_000)}`))
  await refusal(client.sendConversationMessage({ conversation_id: planted.message, text: planted.message }))
  const external = { id: planted.member, name: planted.member }
  await client.createConversationNote({ conversation_id, text: planted.note, external })
  await client.endConversation({ conversation_id, reason: planted.reason })
  await refusal(send())
}

async function callOtherwise(): Promise<void> {
  const { client, url } = server
  await client.createWebhookEndpoint({ url: `${peer.url}/hook/${planted.path}`, events: ['conversation.*'] })
  const { id: dataset_id } = await client.createDataset({ name: 'Handbook' })
  await ignore(client.queryDataset({ dataset_id, query: planted.query }))
  await makeUser(server, server.organization_id)
  await ignore(client.createInvitation({ email: planted.member, role: 'viewer' }))
  const post = (path: string, body: string, headers = {}) =>
    fetch(`${url}${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
  await post('/auth/sign-in', JSON.stringify({ email: planted.member, password: planted.password }), {
    'x-parley-csrf': '1',
  })
  await post('/core/agents', `{"name": "${planted.body}`, { authorization: `Bearer ${server.admin_key}` })
  await post('/core/agents', '{}', { authorization: `Bearer ak_${planted.secret}.${planted.secret}` })
  await fetch(`${url}/core/conversations?user_id=${planted.user}&cursor=${planted.query}`, {
    headers: { authorization: `Bearer ${server.admin_key}` },
  })
  await fetch(`${url}/nowhere/${planted.path}?token=${planted.secret}`)
}

const isPlanted = (line: string) => /zebra/i.test(line)
const toldAtInfo = () => server.log.filter((line) => (JSON.parse(line) as { level: number }).level >= 30)

test('of what is said, sent and stored, nothing is in the log', async () => {
  peer.answer = ({ url }, response) =>
    url.startsWith('/hook') ? answerJson(response, planted.body, 500) : answerJson(response, { found: planted.result })
  const agent_id = await makeAgent()
  await callOtherwise()
  await talk(agent_id)
  // The delivery that fails, and what follows the end.
  await expect.poll(() => peer.requests.filter(({ url }) => url.startsWith('/hook')).length).toBeGreaterThan(0)
  await server.app.rooms.engine.engine.watch()
  const told = toldAtInfo()
  expect(told.length).toBeGreaterThan(20)
  // Something failed and was told.
  expect(told.some((line) => line.includes('model call failed'))).toBe(true)
  expect(told.some((line) => line.includes('a template of an agent failed'))).toBe(true)
  expect(told.filter(isPlanted)).toEqual([])
})

test('what is planted would be found', () => {
  server.app.core.log.debug({ text: planted.message }, 'for a search for a fault')
  expect(toldAtInfo().filter(isPlanted)).toEqual([])
  server.app.core.log.info({ text: planted.message }, 'for everybody')
  expect(toldAtInfo().filter(isPlanted)).toHaveLength(1)
})
