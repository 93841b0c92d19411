// The protocol of the MCP server: both versions by the official client on three nodes in turn, what is refused, and what is bounded.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server'
import type { App } from '../../src/app.ts'
import { protocol_versions } from '../../src/mcp/rules/protocol.ts'
import { makeOrganization, makeUser, type User } from '../support/actors.ts'
import { publishAgent, startTestServer, type TestServer } from '../support/server.ts'
import { type Era, openClient, post, rawPost, requestOf } from './client.ts'

let server: TestServer
let nodes: string[]
let others: App[]
let user: User
beforeAll(async () => {
  server = await startTestServer()
  others = [await server.startAnother(), await server.startAnother()]
  nodes = [server.url, ...others.map(({ url }) => url)]
  user = await makeUser(server, server.organization_id)
})
afterAll(async () => {
  for (const node of others) await node[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const newConversation = async (agent_id: string) =>
  (await server.client.createConversation({ agent_id, user_id: 'u', channel: 'text' })).conversation.id

async function* sayWithPauses(words: string[]) {
  for (const word of words) {
    await new Promise((resolve) => void setTimeout(resolve, 25))
    yield word
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const mcp = (path = '') => `${server.url}/mcp${path}`

/** A call of a tool by its own words, at a node. */
async function callTool(
  name: string,
  given: object,
  more: { era?: Era; url?: string; token?: string; headers?: object } = {},
) {
  const { era = 'legacy', url = server.url, token = server.admin_key } = more
  const { body, headers } = requestOf('tools/call', { name: 'call_tool', arguments: { name, ...given } }, era)
  const answer = await post(`${url}/mcp`, body, { ...headers, ...bearer(token), ...more.headers })
  return answer.body.result
}

describe.each(['modern', 'legacy'] as const)('the official client, %s', (era) => {
  test('P1: a conversation on three nodes, each request on the next one: nothing is kept between them', async () => {
    const { agent_id } = await publishAgent(server.client)
    const asked: string[] = []
    server.model.answer = ({ messages }) => {
      asked.push(messages.at(-1)!.content!)
      return sayWithPauses(Array.from({ length: 20 }, () => `To ${asked.at(-1)} `))
    }
    await using opened = await openClient({ url: nodes[0]!, in_turn: nodes, token: server.admin_key, era })
    const call = async (name: string, given: object, options = {}) => {
      const result = await opened.client.callTool({ name: 'call_tool', arguments: { name, arguments: given } }, options)
      return result.structuredContent as Record<string, any> // eslint-disable-line @typescript-eslint/no-explicit-any
    }
    const { tools } = await opened.client.listTools()
    expect(tools.map((tool) => tool.name)).toEqual(['list_all_tools', 'search_tools', 'describe_tool', 'call_tool'])
    const found = await opened.client.callTool({ name: 'search_tools', arguments: { query: 'send a message' } })
    expect((found.content as { text: string }[])[0]!.text).toContain('"core_send_conversation_message"')
    const created = await call('core_create_conversation', { agent_id, user_id: 'u', channel: 'text' })
    const conversation_id = created['conversation'].id as string
    const told: string[] = []
    const onprogress = ({ message = '' }) => void told.push(message)
    const first = await call('core_send_conversation_message', { conversation_id, text: 'Hi' }, { onprogress })
    expect(first['reply']).toBe('To Hi '.repeat(20))
    expect(first['reply'].startsWith(told.join(''))).toBe(true)
    expect(told.length).toBeGreaterThan(0)
    const stream = async (name: string, after: number, more = {}) =>
      ((await call(name, { ...more, after }))['events'] ?? []) as { id: number; event: string }[]
    const before = await stream('core_stream_conversation_events', 0, { conversation_id })
    // With one key on all three nodes, and by HTTP: one effect, whatever the way.
    const given = { conversation_id, text: 'Again', idempotency_key: crypto.randomUUID() }
    const second = await call('core_send_conversation_message', given)
    expect(await call('core_send_conversation_message', given)).toEqual(second)
    expect(await call('core_send_conversation_message', given, { onprogress })).toEqual(second)
    expect(await server.client.sendConversationMessage(given)).toEqual(second)
    expect(asked).toEqual(['Hi', 'Again'])
    // What is stored, and no waiting for more: the next call goes on behind it.
    const last = before.at(-1)!.id
    const later = await stream('core_stream_conversation_events', last, { conversation_id })
    const whole = await stream('core_stream_conversation_events', 0, { conversation_id })
    expect([before.at(-1)!.event, later.at(-1)!.event]).toEqual(['turn.completed', 'turn.completed'])
    expect(whole).toEqual([...before, ...later])
    server.model.answer = () => 400
    const failed = { conversation_id, text: 'Fail', idempotency_key: crypto.randomUUID() }
    expect(await call('core_send_conversation_message', failed, { onprogress })).toMatchObject({ status: 502 })
    const end = await stream('core_stream_conversation_events', whole.at(-1)!.id, { conversation_id })
    expect(end.at(-1)!.event).toBe('turn.failed')
    const outsider = await makeOrganization(server)
    await using foreign = await openClient({ url: nodes[0]!, in_turn: nodes, token: outsider.key, era })
    for (const name of ['core_get_conversation', 'core_end_conversation', 'core_send_conversation_message']) {
      const own = { conversation_id, ...(name.includes('send') ? { text: 'Mine?' } : {}) }
      const refused = await foreign.client.callTool({ name: 'call_tool', arguments: { name, arguments: own } })
      expect([name, refused.isError, refused.structuredContent]).toMatchObject([name, true, { status: 404 }])
    }
    expect((await call('core_end_conversation', { conversation_id }))['status']).toBe('completed')
    const { user_turn_count } = await server.client.getConversation({ conversation_id })
    expect(user_turn_count).toBe(3)
  })

  test('progress: the text arrives while it is written, at most four times a second, and the result is whole', async () => {
    const { agent_id } = await publishAgent(server.client)
    const conversation_id = await newConversation(agent_id)
    const words = Array.from({ length: 30 }, (_, index) => `word${index} `)
    server.model.answer = () => sayWithPauses(words)
    await using opened = await openClient({ url: nodes[1]!, token: server.admin_key, era })
    const told: { message: string; at: number }[] = []
    const call = { name: 'core_send_conversation_message', arguments: { conversation_id, text: 'Long' } }
    const result = await opened.client.callTool(
      { name: 'call_tool', arguments: call },
      { onprogress: ({ message = '' }) => void told.push({ message, at: performance.now() }) },
    )
    const { reply } = result.structuredContent as { reply: string }
    expect(reply).toBe(words.join(''))
    expect(told.length).toBeGreaterThan(1)
    expect(told.length).toBeLessThanOrEqual(6)
    expect(
      reply.startsWith(
        told
          .map(({ message }) => message)
          .join('')
          .trim(),
      ),
    ).toBe(true)
  })

  test('resources: agents and conversations, as the caller may see them', async () => {
    const { agent_id } = await publishAgent(server.client)
    const conversation_id = await newConversation(agent_id)
    server.model.answer = () => 'Hello **there**.'
    await server.client.sendConversationMessage({ conversation_id, text: '# Not a heading' })
    await using opened = await openClient({ url: server.url, token: server.admin_key, era })
    const { resources } = await opened.client.listResources()
    const uris = resources.map(({ uri }) => uri)
    expect(uris).toEqual(
      expect.arrayContaining([`parley://agents/${agent_id}`, `parley://conversations/${conversation_id}`]),
    )
    const read = async (uri: string, client = opened.client) =>
      (await client.readResource({ uri })).contents[0] as { text: string }
    expect(JSON.parse((await read(`parley://agents/${agent_id}`)).text)).toEqual(
      await server.client.getAgent({ agent_id }),
    )
    expect(JSON.parse((await read(`parley://agents/${agent_id}/versions/1`)).text)).toMatchObject({ version: 1 })
    const { text } = await read(`parley://conversations/${conversation_id}/transcript`)
    expect(text).toContain('**End user**\n\n> # Not a heading')
    const outsider = await makeOrganization(server)
    await using foreign = await openClient({ url: server.url, token: outsider.key, era })
    await expect(read(`parley://conversations/${conversation_id}`, foreign.client)).rejects.toThrow(/./)
    const viewer = (await server.client.createOrganizationKey({ name: 'v', role: 'viewer' })).pat_key
    await using seeing = await openClient({ url: server.url, token: viewer, era })
    expect(
      JSON.parse((await read(`parley://conversations/${conversation_id}`, seeing.client)).text),
    ).not.toHaveProperty('conversation')
    await expect(read(`parley://conversations/${conversation_id}/transcript`, seeing.client)).rejects.toThrow(/./)
  })
})

test('without a valid credential: the compatible 401 bodies before anything of the protocol', async () => {
  const list = requestOf('tools/list')
  const challenge = `Bearer resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp"`
  const { token } = await server.client.createConversationToken({
    conversation_id: await newConversation((await publishAgent(server.client)).agent_id),
    permissions: ['read'],
  })
  const unrecognized =
    'Unrecognized token format. Expected a personal access token (pat_...) or organization API key (ak_...).'
  for (const [authorization, error] of [
    [undefined, 'Missing Bearer token'],
    ['Basic YTpi', 'Missing Bearer token'],
    ['Bearer nonsense', unrecognized],
    [`Bearer ${token}`, unrecognized],
    ['Bearer ak_unknown.secretsecretsecretsecret', 'Invalid or expired token'],
    [`Bearer ${user.token}x`, 'Invalid or expired token'],
  ] as const) {
    const answer = await post(mcp(), 'not even JSON', { ...list.headers, ...(authorization ? { authorization } : {}) })
    expect([answer.status, answer.body, answer.headers.get('www-authenticate')]).toEqual([401, { error }, challenge])
  }
  for (const path of ['', '/mcp']) {
    const metadata = await fetch(`${server.url}/.well-known/oauth-protected-resource${path}`)
    expect(await metadata.json()).toEqual({
      resource: mcp(),
      bearer_methods_supported: ['header'],
      scopes_supported: ['admin', 'responder', 'viewer'],
    })
  }
})

test('addresses and methods: with and without a slash, without a redirect; others are 405', async () => {
  const { body, headers } = requestOf('ping')
  for (const path of ['', '/']) {
    const answer = await post(mcp(path), body, { ...headers, ...bearer(server.admin_key) })
    expect([answer.status, answer.body]).toEqual([200, { jsonrpc: '2.0', id: 1, result: {} }])
    for (const method of ['GET', 'DELETE']) {
      const refused = await fetch(mcp(path), { method, headers: bearer(server.admin_key), redirect: 'error' })
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST'])
    }
  }
})

describe('messages that are refused', () => {
  const send = async (body: unknown, headers: Record<string, string>) => {
    const answer = await post(mcp(), body, { ...headers, ...bearer(server.admin_key) })
    return [answer.status, answer.body.error?.code]
  }
  const modern = requestOf('tools/call', { name: 'list_all_tools', arguments: {} }, 'modern')
  const metaOf = (version: string) => ({
    ...(modern.body.params as { _meta: object })._meta,
    'io.modelcontextprotocol/protocolVersion': version,
  })
  const without = (name: string) => Object.fromEntries(Object.entries(modern.headers).filter(([one]) => one !== name))

  test('versions: those that can be negotiated, and no other', async () => {
    expect(protocol_versions.slice(1)).toEqual([...SUPPORTED_PROTOCOL_VERSIONS])
    const { body } = requestOf('ping')
    for (const version of protocol_versions.slice(1))
      expect(await send(body, { 'mcp-protocol-version': version })).toEqual([200, undefined])
    const unknown = await post(mcp(), body, { 'mcp-protocol-version': '1999-01-01', ...bearer(server.admin_key) })
    expect([unknown.status, unknown.body.error]).toEqual([
      400,
      { code: -32_022, message: expect.any(String), data: { supported: protocol_versions, requested: '1999-01-01' } },
    ])
    // In the body only what `server/discover` lists: another one would be refused there again.
    for (const requested of ['1999-01-01', '2025-11-25']) {
      const body_of = { ...modern.body, params: { ...modern.body.params, _meta: metaOf(requested) } }
      const refused = await post(mcp(), body_of, {
        ...modern.headers,
        ...bearer(server.admin_key),
        'mcp-protocol-version': requested,
      })
      expect([refused.status, refused.body.error]).toEqual([
        400,
        { code: -32_022, message: expect.any(String), data: { supported: ['2026-07-28'], requested } },
      ])
    }
    const discover = requestOf('server/discover', {}, 'modern')
    const { result } = (await post(mcp(), discover.body, { ...discover.headers, ...bearer(server.admin_key) })).body
    expect(result.supportedVersions).toEqual(['2026-07-28'])
  })

  test('2026-07-28: its headers must be there and be like the body', async () => {
    for (const name of ['mcp-protocol-version', 'mcp-method', 'mcp-name'])
      expect([name, ...(await send(modern.body, without(name)))]).toEqual([name, 400, -32_020])
    for (const [name, value] of [
      ['mcp-method', 'tools/list'],
      ['mcp-name', 'call_tool'],
      ['mcp-protocol-version', '2025-11-25'],
    ] as const)
      expect([name, ...(await send(modern.body, { ...modern.headers, [name]: value }))]).toEqual([name, 400, -32_020])
    const unknown = { ...modern.body, params: { ...modern.body.params, _meta: metaOf('1999-01-01') } }
    expect(await send(unknown, modern.headers)).toEqual([400, -32_020])
  })

  test('a batch, no JSON, JSON that is too deep, subscriptions, and unknown methods', async () => {
    const { body, headers } = requestOf('ping')
    expect(await send([body, body], headers)).toEqual([400, -32_600])
    expect(await send('{', headers)).toEqual([400, -32_700])
    expect(await send(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, headers)).toEqual([400, -32_600])
    const listen = requestOf('subscriptions/listen', {}, 'modern')
    expect(await send(listen.body, listen.headers)).toEqual([404, -32_601])
    expect((await send({ ...body, method: 'prompts/list' }, headers))[1]).toBe(-32_601)
  })

  test('pages of other origins, and names that lead to this machine', async () => {
    const { body, headers } = requestOf('ping')
    const own = { ...headers, ...bearer(server.admin_key) }
    expect((await post(mcp(), body, { ...own, origin: 'https://evil.example' })).status).toBe(403)
    expect((await post(mcp(), body, { ...own, origin: server.url })).status).toBe(200)
    expect((await rawPost(mcp(), body, { ...own, host: 'rebound.example' })).status).toBe(403)
    expect((await rawPost(mcp(), body, { ...own, host: `localhost:${new URL(server.url).port}` })).status).toBe(200)
  })

  test('a body of more than 1 MiB is 413', async () => {
    const { body, headers } = requestOf('ping', { filler: 'x'.repeat(1_048_576) })
    const answer = await rawPost(mcp(), body, { ...headers, ...bearer(server.admin_key) })
    expect(answer.status).toBe(413)
  })
})

test('arguments with names that JavaScript has a meaning for arrive as HTTP would store them', async () => {
  const { agent_id } = await publishAgent(server.client)
  const custom_metadata = JSON.parse('{"__proto__": {"admin": true}, "constructor": 1, "toString": "x"}') as Record<
    string,
    unknown
  >
  for (const era of ['modern', 'legacy'] as const) {
    const given = { arguments: { agent_id, user_id: 'u', channel: 'text', custom_metadata } }
    const { structuredContent } = await callTool('core_create_conversation', given, { era })
    const stored = await fetch(`${server.url}/core/conversations/${structuredContent.conversation.id}`, {
      headers: bearer(server.admin_key),
    })
    const { custom_metadata: kept } = (await stored.json()) as { custom_metadata: object }
    expect(Object.keys(kept).toSorted()).toEqual(['__proto__', 'constructor', 'toString'])
    const read = await callTool(
      'core_get_conversation',
      { arguments: { conversation_id: structuredContent.conversation.id } },
      { era },
    )
    expect(Object.keys(JSON.parse(read.content[0].text).custom_metadata).toSorted()).toEqual([
      '__proto__',
      'constructor',
      'toString',
    ])
  }
  expect(({} as { admin?: boolean }).admin).toBeUndefined()
})

test('unknown tools, arguments that are not an object, and a result that is too long', async () => {
  for (const name of ['core_nothing', '__proto__', 'constructor', 'call_tool', 'core_get_health'])
    expect(await callTool(name, {})).toEqual({
      content: [{ type: 'text', text: `Unknown tool: ${name}` }],
      isError: true,
    })
  for (const given of [{ arguments: [] }, { arguments: 'x' }, { organization_id: 7 }])
    expect((await callTool('core_list_agents', given)).structuredContent).toMatchObject({ status: 422 })
  expect((await callTool('core_get_agent', { arguments: {} })).structuredContent).toMatchObject({
    status: 422,
    errors: [{ path: 'agent_id', message: 'is required' }],
  })
  const { agent_id } = await publishAgent(server.client)
  const items = Array.from({ length: 30 }, () => ({ type: 'message', role: 'user', content: ['x'.repeat(20_000)] }))
  for (const day of ['01', '02']) {
    const times = { created_at: `2026-01-${day}T00:00:00Z`, ended_at: `2026-01-${day}T00:01:00Z` }
    const row = { id: crypto.randomUUID(), agent_id, user_id: 'u', channel: 'text', status: 'completed', ...times }
    const answer = await server.client.importConversations({
      conversations: [{ ...row, conversation: { items } }],
    } as never)
    expect(answer.errors).toEqual([])
  }
  const long = await callTool('core_list_conversations', { arguments: { agent_id, include: 'conversation' } })
  expect(long.structuredContent).toEqual({ truncated: true, bytes: expect.any(Number) })
  expect(long.structuredContent.bytes).toBeGreaterThan(1_048_576)
  const file = await callTool('core_export_conversations', { arguments: {} })
  expect(file.structuredContent).toEqual({ truncated: true, bytes: null })
})

test('a personal access token: the argument names the organization, else the header does; a key needs none', async () => {
  const whoami = async (token: string, given: object, headers: object = {}) => {
    const { structuredContent } = await callTool('admin_get_organization', given, { token, headers })
    return structuredContent.id ?? [structuredContent.status, structuredContent.detail]
  }
  const { organization_id } = server
  const outsider = await makeOrganization(server)
  expect(await whoami(user.token, { organization_id })).toBe(organization_id)
  expect(await whoami(user.token, {}, { 'x-anyreach-org': organization_id })).toBe(organization_id)
  expect(await whoami(user.token, {})).toEqual([401, 'Token is missing organization claim.'])
  expect(await whoami(user.token, { organization_id: outsider.id })).toEqual([401, expect.any(String)])
  expect(await whoami(server.admin_key, { organization_id: outsider.id })).toBe(organization_id)
})
