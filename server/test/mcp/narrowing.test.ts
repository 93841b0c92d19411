// What is offered over MCP is narrowed by the organization, a key and the address, and enforced at the call; tokens of an authorization
// server; and the loop of an agent whose MCP server is Parley.
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mcpToolName, operations } from '@parley/contract'
import { makeOrganization, makeUser } from '../support/actors.ts'
import { publishAgent, refusal, startTestServer, type TestServer } from '../support/server.ts'
import { post, requestOf } from './client.ts'

const public_url = 'http://parley.test'

let server: TestServer
let issuer: string
let stopIssuer: () => void
const keys = await generateKeyPair('ES256')
const strange = await generateKeyPair('ES256')
beforeAll(async () => {
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256' }
  const provider = createServer((request, response) => {
    const isMetadata = request.url === '/.well-known/oauth-authorization-server'
    const body = isMetadata ? { issuer, jwks_uri: `${issuer}/keys` } : { keys: [jwk] }
    response.writeHead(isMetadata || request.url === '/keys' ? 200 : 404).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(provider, 'listening')
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  stopIssuer = () => provider.close()
  server = await startTestServer({
    PARLEY_MCP_ISSUER: issuer,
    PARLEY_PUBLIC_URL: public_url,
    PARLEY_ALLOW_PRIVATE_HOSTS: '127.0.0.1',
  })
})
afterAll(async () => {
  stopIssuer()
  await server[Symbol.asyncDispose]()
})

async function ask(method: string, params: object, { token = server.admin_key, query = '', headers = {} } = {}) {
  const { body, headers: own } = requestOf(method, params as Record<string, unknown>)
  return post(`${server.url}/mcp${query}`, body, { ...own, authorization: `Bearer ${token}`, ...headers })
}
type How = Parameters<typeof ask>[2]
const namesAt = async (how: How) =>
  ((await ask('tools/list', {}, how)).body.result.tools as { name: string }[]).map(({ name }) => name)
const call = async (name: string, given: object, how?: How) =>
  (await ask('tools/call', { name: 'call_tool', arguments: { name, arguments: given } }, how)).body.result

describe('direct tools', () => {
  test('by the address: a mode, names, a toolset; only what the scopes allow', async () => {
    const viewer = (await server.client.createOrganizationKey({ name: 'v', role: 'viewer' })).pat_key
    expect(await namesAt({ query: '?mode=direct&tools=core_list_agents,core_delete_agent' })).toEqual([
      'core_delete_agent',
      'core_list_agents',
    ])
    const named = '?mode=direct&tools=core_list_agents,core_delete_agent'
    expect(await namesAt({ query: named, token: viewer })).toEqual(['core_list_agents'])
    expect(await namesAt({ query: `${named}&read_only=true` })).toEqual(['core_list_agents'])
    expect((await namesAt({ query: '?mode=direct' })).length).toBe(64)
    expect((await namesAt({ query: '?mode=both' })).length).toBe(68)
    const conversations = await namesAt({ query: '?toolset=conversations' })
    expect(conversations).toContain('core_send_conversation_message')
    expect(conversations.length).toBe(7)
    for (const toolset of ['agents', 'knowledge', 'operate'])
      expect((await namesAt({ query: `?toolset=${toolset}` })).length).toBeGreaterThan(3)
    for (const [query, error] of [
      ['?tools=x', 'Unknown tool: x'],
      ['?toolset=x', 'Unknown toolset: x'],
      ['?mode=x', 'Unknown mode: x'],
    ] as const) {
      const refused = await ask('tools/list', {}, { query })
      expect([refused.status, refused.body]).toEqual([400, { error }])
    }
  })

  test('they are called by their names, and say what they do', async () => {
    const query = '?toolset=conversations'
    const result = (await ask('tools/call', { name: 'core_list_conversations', arguments: {} }, { query })).body.result
    expect(JSON.parse(result.content[0].text)).toEqual(expect.any(Array))
    expect(result._meta).toMatchObject({ 'parley/untrusted': true })
    const other = await ask('tools/call', { name: 'core_list_agents', arguments: {} }, { query })
    expect(other.body.result.content[0].text).toBe('Unknown tool: core_list_agents')
    const { tools } = (await ask('tools/list', {}, { query })).body.result
    const hintsOf = (name: string) => tools.find((tool: { name: string }) => tool.name === name).annotations
    expect(hintsOf('core_get_conversation')).toMatchObject({ readOnlyHint: true, destructiveHint: false })
    expect(hintsOf('core_end_conversation')).toMatchObject({
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
    })
    const message = tools.find((tool: { name: string }) => tool.name === 'core_send_conversation_message')
    expect(message.description).toContain('same `idempotency_key`: it joins')
  })
})

test('each restriction adds to those before: organization, key, address', async () => {
  const organization = await makeOrganization(server)
  const { client, key: token } = organization
  const settings = {
    enabled: true,
    mode: 'direct' as const,
    tools: ['core_list_agents', 'core_create_agent'],
    read_only: false,
  }
  expect(await client.getMcpSettings({})).toEqual({ enabled: true, mode: 'discovery', tools: [], read_only: false })
  expect(await client.updateMcpSettings(settings)).toEqual(settings)
  expect(await client.updateMcpSettings({ read_only: false })).toEqual(settings)
  expect(await namesAt({ token })).toEqual(['core_create_agent', 'core_list_agents'])
  const mcp = { tools: ['core_list_agents', 'core_list_models'], read_only: true }
  const key = await client.createOrganizationKey({ name: 'k', mcp })
  expect(key.mcp).toEqual(mcp)
  expect(await namesAt({ token: key.pat_key })).toEqual(['core_list_agents'])
  const wider = '?mode=both&tools=core_create_agent,core_list_agents,core_list_models&read_only=false'
  expect((await namesAt({ token: key.pat_key, query: wider })).slice(4)).toEqual(['core_list_agents'])
  // Hints bind nobody: the call itself is refused.
  const written = await call('core_create_agent', { name: 'x' }, { token, query: '?mode=both&read_only=true' })
  expect(written.structuredContent).toMatchObject({ status: 403, code: 'forbidden' })
  const outside = await call('core_list_models', {}, { token, query: '?mode=discovery' })
  expect(outside.content[0].text).toBe('Unknown tool: core_list_models')
  const { errors } = (await refusal(client.updateMcpSettings({ tools: ['nothing'] }))).body as { errors: object[] }
  expect(errors).toEqual([{ path: 'tools.0', message: 'is not the name of a tool' }])
  expect((await refusal(client.createOrganizationKey({ name: 'k', mcp: { tools: ['x'] } }))).status).toBe(422)
  await client.updateMcpSettings({ enabled: false })
  const off = await ask('tools/list', {}, { token })
  expect([off.status, off.body]).toEqual([403, { error: 'MCP is switched off for this organization.' }])
  // Nor by a token of somebody who names the organization in the call.
  const user = await makeUser(server, organization.id)
  const named = { name: 'core_list_agents', organization_id: organization.id }
  const through = await ask('tools/call', { name: 'call_tool', arguments: named }, { token: user.token })
  expect(through.body.result.structuredContent).toMatchObject({ status: 403 })
})

describe('tokens of PARLEY_MCP_ISSUER', () => {
  const tokenFor = (claims: object, more: { key?: typeof keys.privateKey; alg?: string; exp?: string } = {}) =>
    new SignJWT({ iss: issuer, aud: `${public_url}/mcp`, scope: 'viewer', ...claims })
      .setProtectedHeader({ alg: more.alg ?? 'ES256', kid: 'one' })
      .setExpirationTime(more.exp ?? '5m')
      .sign((more.key ?? keys.privateKey) as never)

  test('are accepted for a linked user, with the scopes of the role that they name', async () => {
    const user = await makeUser(server, server.organization_id)
    await server.database.pool.query('insert into identities (issuer, subject, user_id) values ($1, $2, $3)', [
      issuer,
      'sub-1',
      user.user_id,
    ])
    const token = await tokenFor({ sub: 'sub-1' })
    const headers = { 'x-parley-org': server.organization_id }
    expect((await call('admin_get_my_scopes', {}, { token, headers })).content[0].text).not.toContain('agents:manage')
    expect((await call('core_create_agent', { name: 'x' }, { token, headers })).structuredContent).toMatchObject({
      status: 403,
    })
    const wide = await tokenFor({ sub: 'sub-1', scope: 'openid admin' })
    expect((await call('admin_get_my_scopes', {}, { token: wide, headers })).content[0].text).toContain('agents:manage')
    expect(
      (await call('admin_create_personal_access_token', { name: 'x' }, { token: wide })).structuredContent,
    ).toMatchObject({ status: 403 })
    const bare = await tokenFor({ sub: 'sub-1', scope: 'openid' })
    expect((await call('core_list_agents', {}, { token: bare, headers })).structuredContent).toMatchObject({
      status: 403,
    })
    // Over HTTP they are nothing.
    expect(
      (await fetch(`${server.url}/core/agents`, { headers: { ...headers, authorization: `Bearer ${wide}` } })).status,
    ).toBe(401)
  })

  test.each<[string, () => Promise<string>]>([
    ['another audience', () => tokenFor({ sub: 'sub-1', aud: `${public_url}/other` })],
    ['no audience', () => tokenFor({ sub: 'sub-1', aud: undefined })],
    ['another issuer', () => tokenFor({ sub: 'sub-1', iss: 'https://evil.example' })],
    ['a strange key', () => tokenFor({ sub: 'sub-1' }, { key: strange.privateKey })],
    ['an expired one', () => tokenFor({ sub: 'sub-1' }, { exp: '-5m' })],
    ['an unknown subject', () => tokenFor({ sub: 'sub-2' })],
    ['no signature', async () => (await tokenFor({ sub: 'sub-1' })).replace(/[^.]+$/, 'AAAA')],
  ])('%s is refused', async (_, make) => {
    const refused = await ask('tools/list', {}, { token: await make() })
    expect([refused.status, refused.body]).toEqual([401, { error: 'Invalid or expired token' }])
    expect(refused.headers.get('www-authenticate')).toContain(`${public_url}/.well-known/oauth-protected-resource/mcp`)
  })

  test('the metadata names the authorization server', async () => {
    const metadata = await (await fetch(`${server.url}/.well-known/oauth-protected-resource/mcp`)).json()
    expect(metadata).toMatchObject({ resource: `${public_url}/mcp`, authorization_servers: [issuer] })
  })
})

test('an agent whose MCP server is Parley: its chain of messages ends with `call_loop`', async () => {
  const headers = { authorization: `Bearer ${server.admin_key}` }
  const url = `${server.url}/mcp?toolset=conversations`
  const { agent_id } = await publishAgent(server.client, { mcp_servers: [{ name: 'parley', url, headers }] })
  const newConversation = async () =>
    (await server.client.createConversation({ agent_id, user_id: 'u', channel: 'text' })).conversation.id
  const chain = await Promise.all(Array.from({ length: 8 }, newConversation))
  let next = 0
  // Each turn sends a message to the next conversation, whose turn does the same.
  server.model.answer = ({ messages, tools = [] }) => {
    if (messages.at(-1)!.role === 'tool') return messages.at(-1)!.content
    next += 1
    const tool = tools.find(({ function: { name } }) => name.endsWith('core_send_conversation_message'))!
    return { tool_calls: [{ name: tool.function.name, arguments: { conversation_id: chain[next]!, text: 'Go on.' } }] }
  }
  const { reply } = await server.client.sendConversationMessage({ conversation_id: chain[0]!, text: 'Begin.' })
  expect(reply).toContain('call_loop')
  expect(next).toBe(4)
  const reached = await Promise.all(chain.map((conversation_id) => server.client.getConversation({ conversation_id })))
  expect(reached.map(({ user_turn_count }) => user_turn_count)).toEqual([1, 1, 1, 1, 0, 0, 0, 0])
})

test('service documents: each has its own operations, and both versions an ETag', async () => {
  for (const path of ['core', 'workflow', 'knowledge-base', 'campaign', 'admin']) {
    const response = await fetch(`${server.url}/${path}/openapi.json`)
    const document = (await response.json()) as { openapi: string; paths: Record<string, object> }
    const expected = Object.values(operations).filter((operation) => operation.path.startsWith(`/${path}/`))
    expect(Object.keys(document.paths).toSorted()).toEqual([...new Set(expected.map((one) => one.path))].toSorted())
    expect([document.openapi, response.headers.get('cache-control')]).toEqual(['3.1.0', 'public, max-age=300'])
    const old = await fetch(`${server.url}/${path}/openapi.json?openapi=3.0.3`)
    expect(((await old.json()) as { openapi: string }).openapi).toBe('3.0.3')
    const etag = old.headers.get('etag')!
    const again = await fetch(`${server.url}/${path}/openapi.json?openapi=3.0.3`, {
      headers: { 'if-none-match': etag },
    })
    expect(again.status).toBe(304)
    expect(etag).not.toBe(response.headers.get('etag'))
  }
  expect((await fetch(`${server.url}/core/openapi.json?openapi=2.0`)).status).toBe(400)
  expect(mcpToolName(operations.getHealth)).toBeUndefined()
})
