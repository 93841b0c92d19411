// Requests that clients of the AnyReach API send, against the real server: each line of what they rely on, by its name.
import { type Operation, operations } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKey, makeOrganization, makeUser } from '../../server/test/support/actors.ts'
import { type TestServer, publishAgent, startTestServer } from '../../server/test/support/server.ts'
import type { ToolPeer } from '../../server/test/support/tool-peer.ts'
import { opened_sites, shop, startSite } from '../../server/test/web-widgets/site.ts'
import { accessLines } from './compatible-clients/access.ts'
import { afterLines } from './compatible-clients/after.ts'
import { agentLines } from './compatible-clients/agents.ts'
import { configurationLines } from './compatible-clients/configuration.ts'
import { answer_bytes, conversationLines } from './compatible-clients/conversations.ts'
import { webWidgetLines } from './compatible-clients/web-widgets.ts'
import { type Exchange, type Line, differencesOf, fillIn, valueAt } from './compatible-clients/exchange.ts'

let server: TestServer
let site: ToolPeer
let given: Map<string, string>

/** Of another form than those that this server creates. */
const imported_pat = 'pat_7Kq2hVw9ZsXn4TfB1mLcE8dRyUoGpJ3a'

beforeAll(async () => {
  site = await startSite(shop())
  const settings = { PARLEY_BOOTSTRAP_PAT: imported_pat, PARLEY_LIMIT_ANSWER_BYTES: String(answer_bytes) }
  server = await startTestServer({ ...settings, ...opened_sites }, { first_pages: () => [site.url] })
  const other = await makeOrganization(server)
  const { agent_id } = await publishAgent(other.client)
  const { conversation } = await other.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  given = new Map([
    ['ak', server.admin_key],
    ['reader', await makeKey(server, { only: ['conversations:read', 'agents:read'] })],
    ['pat', (await makeUser(server, server.organization_id)).token],
    ['imported_pat', imported_pat],
    ['organization_id', server.organization_id],
    ['other_organization_id', other.id],
    ['other_agent_id', agent_id],
    ['other_conversation_id', conversation.id],
    ['telephone_failed_id', await importFailed('telephone')],
    ['text_failed_id', await importFailed('text')],
  ])
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})

async function importFailed(channel: 'telephone' | 'text'): Promise<string> {
  const id = crypto.randomUUID()
  const created_at = '2026-01-01T00:00:00Z'
  const conversations = [{ id, channel, status: 'failed' as const, user_id: 'u', created_at }]
  expect(await server.client.importConversations({ conversations })).toMatchObject({ created: 1 })
  return id
}

/** What every request of the client has. */
const client_headers = {
  Accept: '*/*',
  'Accept-Encoding': 'gzip, deflate',
  'User-Agent': 'python-requests/2.32.3',
  Authorization: 'Bearer <ak>',
  'Content-Type': 'application/json',
}

async function runLine({ model, exchanges, tools }: Line): Promise<void> {
  const answers = [...(model ?? [])]
  server.model.answer = () => answers.shift() ?? 'Hello from the scripted model.'
  server.model.requests.length = 0
  const known = new Map(given)
  for (const exchange of exchanges) await runExchange(exchange, known)
  if (tools === undefined) return
  const offered = server.model.requests.at(-1)?.tools?.map((tool) => tool.function)
  expect(differencesOf(offered, tools, known, 'tools')).toEqual([])
}

async function runExchange(exchange: Exchange, known: Map<string, string>): Promise<void> {
  const { method, status, media_type = 'application/json', answer, keep = {} } = exchange
  const request = `${method} ${exchange.path}`
  const response = await fetch(server.url + pathOf(exchange.path, known), {
    method,
    headers: headersOf(exchange, known),
    ...(exchange.body === undefined ? {} : { body: bodyOf(exchange.body, known) }),
  })
  const text = await response.text()
  expect({ request, status: response.status, text }).toMatchObject({ request, status })
  if (status === 204) return
  expect(response.headers.get('content-type')).toMatch(new RegExp(`^${media_type}\\b`))
  const value: unknown = media_type === 'application/json' ? JSON.parse(text) : text
  if (answer !== undefined)
    expect({ request, differences: differencesOf(value, answer, known) }).toEqual({ request, differences: [] })
  for (const [name, path] of Object.entries(keep)) known.set(name, String(valueAt(value, path)))
}

/** `<base64:name>` is the value as Base64. */
function pathOf(path: string, known: Map<string, string>): string {
  const encoded = path.replaceAll(/<base64:([a-z_]+)>/g, (_whole, name: string) =>
    encodeURIComponent(Buffer.from(fillIn(`<${name}>`, known)).toString('base64')),
  )
  return fillIn(encoded, known)
}

function headersOf({ headers, body }: Exchange, known: Map<string, string>): Record<string, string> {
  const all: Record<string, string | null> = { ...client_headers, ...headers }
  if (body === undefined) delete all['Content-Type']
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, fillIn(value, known)]])),
  )
}

const bodyOf = (body: unknown, known: Map<string, string>) =>
  typeof body === 'string' ? body : JSON.stringify(fillIn(body, known))

const lines = {
  access: accessLines,
  conversations: conversationLines,
  agents: agentLines,
  configuration: configurationLines,
  'web widgets': webWidgetLines,
  'the end of a conversation': afterLines,
}

describe.each(Object.entries(lines))('%s', (_group, of_group) => {
  test.each(of_group)('$name', runLine)
})

const compatible = [
  'createConversation',
  'listConversations',
  'getConversation',
  'sendConversationMessage',
  'endConversation',
  'listAgents',
  'createAgent',
  'getAgent',
  'updateAgent',
  'deleteAgent',
  'listAgentVersions',
  'getAgentVersion',
  'createAgentVersion',
  'updateAgentVersion',
  'publishAgentVersion',
  'compareAgentVersions',
  'getAgentConfigSchema',
  'createOrganizationKey',
  'listOrganizationKeys',
  'deleteOrganizationKey',
  'getMyScopes',
  'listWebWidgets',
  'createWebWidget',
  'getWebWidget',
  'updateWebWidget',
  'deleteWebWidget',
  'autoBrandWebWidget',
] as const

test.each(compatible)('%s is called with success by some line', (id) => {
  const { method, path, success }: Operation = operations[id]
  const pattern = new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/?]+')}(\\?|$)`)
  const calls = Object.values(lines)
    .flat()
    .flatMap(({ exchanges }) => exchanges)
  expect(
    calls.some((call) => call.method === method && pattern.test(call.path) && call.status === success.status),
  ).toBe(true)
})
