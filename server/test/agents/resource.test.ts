// Agents as resources: create, read, change and delete, with the statistics of their conversations.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKey } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ PARLEY_LIMIT_METADATA_BYTES: '1000' })
})
afterAll(() => server[Symbol.asyncDispose]())

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/
const get = (agent_id: string) => server.client.getAgent({ agent_id })
const newConversation = async (agent_id: string) =>
  (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id
const ghosts = [randomUUID(), 'nonsense', '%00', "' or 1=1 --"]

/** Sends a body unchanged, including what the SDK's types would not permit. */
async function send(method: 'POST' | 'PUT', path: string, body: unknown) {
  const response = await fetch(`${server.url}/core/agents${path}`, {
    method,
    headers: { authorization: `Bearer ${server.admin_key}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const answer = (await response.json()) as { name?: string; errors?: { path: string; message: string }[] }
  return { status: response.status, ...answer }
}

describe('createAgent', () => {
  test('a name is enough; the response has the defaults and both ids', async () => {
    const agent = await server.client.createAgent({ name: 'Ada' })
    expect(agent).toEqual({
      id: agent.agent_id,
      agent_id: expect.stringMatching(/^[0-9a-f-]{14}7/),
      organization_id: server.organization_id,
      name: 'Ada',
      description: null,
      active: true,
      is_demo: false,
      metadata: {},
      created_at: expect.stringMatching(timestamp),
      updated_at: agent.created_at,
    })
  })

  test('every field is stored as sent', async () => {
    const fields = {
      name: ' Grace 🦊 ',
      description: 'Line one\nLine two',
      active: false,
      is_demo: true,
      metadata: { team: 'a', nested: { list: [1, null, true, 1.5], '': '' }, ['__proto__']: { own: 1 } },
    }
    const agent = await server.client.createAgent(fields)
    expect(agent).toMatchObject(fields)
    const read = await get(agent.id)
    expect(JSON.stringify(read.metadata)).toContain('"__proto__":{"own":1}')
    expect(read).toMatchObject(fields)
  })

  test('null counts as absent; names are not unique', async () => {
    const nulls = { name: 'Twin', description: null, active: null, is_demo: null, metadata: null }
    const first = await server.client.createAgent(nulls)
    const second = await server.client.createAgent({ name: 'Twin' })
    expect(first).toMatchObject({ description: null, active: true, is_demo: false, metadata: {} })
    expect(first.id).not.toBe(second.id)
  })

  test.each<[unknown, string[]]>([
    [{}, ['name']],
    [{ name: null }, ['name']],
    [{ name: '' }, ['name']],
    [{ name: '   ' }, ['name']],
    [{ name: 'x'.repeat(201) }, ['name']],
    [{ name: 'a\0b' }, ['name']],
    [{ name: 'x', description: 5 }, ['description']],
    [{ name: 'x', metadata: [] }, ['metadata']],
    [{ name: 'x', metadata: { text: 'ä'.repeat(500) } }, ['metadata']],
    [{ name: '  ', metadata: { text: 'x'.repeat(1000) } }, ['name', 'metadata']],
    [{ name: 5, active: 'yes', is_demo: 1, metadata: 'x' }, ['active', 'is_demo', 'metadata', 'name']],
  ])('%j is refused, naming %j', async (body, paths) => {
    const answer = await send('POST', '', body)
    expect(answer.status).toBe(422)
    expect(answer.errors?.map(({ path }) => path).toSorted()).toEqual(paths.toSorted())
  })

  test('metadata that is nested too deeply is refused', async () => {
    for (const depth of [70, 100_000]) {
      const deep = `{"name": "x", "metadata": {"a": ${'['.repeat(depth)}${']'.repeat(depth)}}}`
      expect(await send('POST', '', deep)).toMatchObject({ status: 422 })
    }
  })
})

describe('getAgent', () => {
  test('versions newest first without their configurations, and no statistics yet', async () => {
    const { agent_id } = await publishAgent(server.client, { unknown_key: 1 })
    await server.client.createAgentVersion({ agent_id, config: { instructions: 'Two.' } })
    const agent = await get(agent_id)
    expect(agent).toMatchObject({ id: agent_id, agent_id, phone_numbers: [], web_widgets: [] })
    expect(agent.versions.map(({ version, published }) => [version, published])).toEqual([
      [2, false],
      [1, true],
    ])
    expect(agent.versions[1]!.warnings).toEqual(['config.unknown_key is not known; it is stored but has no effect'])
    for (const version of agent.versions) {
      expect(version).not.toHaveProperty('config')
      expect(version).not.toHaveProperty('instruction_builder_inputs')
    }
  })

  test('a new one has no versions and no conversations', async () => {
    const { id } = await server.client.createAgent({ name: 'New' })
    expect(await get(id)).toMatchObject({
      versions: [],
      statistics: { conversations: 0, active_conversations: 0, user_turns: 0, average_duration: null },
    })
  })

  test('statistics count only its conversations, active and ended', async () => {
    const { agent_id } = await publishAgent(server.client)
    const ended = await newConversation(agent_id)
    await newConversation(agent_id)
    await newConversation((await publishAgent(server.client)).agent_id)
    for (const text of ['one', 'two'])
      await server.client.sendConversationMessage({ conversation_id: ended, text, interactivity: 'plain' })
    await server.client.endConversation({ conversation_id: ended })
    const row = { channel: 'webrtc' as const, status: 'completed' as const, user_id: 'u', agent_id }
    const imported = [10, 41].map((duration) => ({
      ...row,
      id: randomUUID(),
      created_at: '2026-01-01T00:00:00Z',
      duration,
    }))
    await server.client.importConversations({ conversations: imported })
    const { duration } = await server.client.getConversation({ conversation_id: ended })
    expect((await get(agent_id)).statistics).toEqual({
      conversations: 4,
      active_conversations: 1,
      user_turns: 2,
      average_duration: Math.round(((51 + duration!) / 3) * 10) / 10,
    })
  })

  test('statistics leave out conversations that were deleted and calls that never began', async () => {
    const { agent_id } = await publishAgent(server.client)
    const deleted = await newConversation(agent_id)
    await server.client.sendConversationMessage({ conversation_id: deleted, text: 'one' })
    await server.client.deleteConversation({ conversation_id: deleted })
    const base = { channel: 'webrtc' as const, user_id: 'u', agent_id, created_at: '2026-01-01T00:00:00Z' }
    const unborn = { ...base, id: randomUUID(), status: 'token_created' as const }
    const running = { ...base, id: randomUUID(), status: 'in_progress' as const }
    await server.client.importConversations({ conversations: [unborn, running] })
    expect((await get(agent_id)).statistics).toEqual({
      conversations: 1,
      active_conversations: 1,
      user_turns: 0,
      average_duration: null,
    })
  })

  test('the id may be in capital letters; an unknown one is 404', async () => {
    const { id } = await server.client.createAgent({ name: 'Capital' })
    expect((await get(id.toUpperCase())).id).toBe(id)
    for (const agent_id of ghosts) {
      expect(await refusal(get(agent_id))).toMatchObject({ status: 404, code: 'not_found', message: 'Agent not found' })
    }
  })
})

describe('updateAgent', () => {
  const original = { name: 'Old', description: 'Text', active: true, is_demo: false, metadata: { a: 1, b: 2 } }

  test.each<[string, object, object]>([
    ['name', { name: 'New' }, { name: 'New' }],
    ['description', { description: 'Other' }, { description: 'Other' }],
    ['description null clears', { description: null }, { description: null }],
    ['active', { active: false }, { active: false }],
    ['is_demo', { is_demo: true }, { is_demo: true }],
    ['metadata as a whole', { metadata: { c: 3 } }, { metadata: { c: 3 } }],
    ['nulls change nothing', { name: null, active: null, is_demo: null, metadata: null }, {}],
    ['nothing', {}, {}],
    ['all', { name: 'N', description: '', active: false }, { name: 'N', description: '', active: false }],
  ])('%s', async (_name, changes, expected) => {
    const before = await server.client.createAgent(original)
    const after = await server.client.updateAgent({ agent_id: before.id, ...changes })
    const isChange = Object.keys(expected).length > 0
    expect(after).toEqual({ ...before, ...expected, updated_at: isChange ? expect.any(String) : before.updated_at })
    expect(after.updated_at > before.updated_at).toBe(isChange)
    expect(await get(before.id)).toMatchObject(after)
  })

  test('a fault changes nothing', async () => {
    const before = await server.client.createAgent(original)
    for (const body of [
      { name: ' ', active: false },
      { active: 'no', name: 'New' },
      { metadata: { x: 'x'.repeat(999) } },
    ]) {
      expect((await send('PUT', `/${before.id}`, body)).status).toBe(422)
    }
    expect(await get(before.id)).toMatchObject(before)
  })

  test('unknown fields are ignored', async () => {
    const before = await server.client.createAgent(original)
    const body = { id: randomUUID(), organization_id: randomUUID(), deleted_at: '2026-01-01T00:00:00Z', name: 'New' }
    expect(await send('PUT', `/${before.id}`, body)).toMatchObject({ status: 200, id: before.id, name: 'New' })
    expect(await get(before.id)).toMatchObject({ organization_id: server.organization_id, name: 'New' })
  })

  test('what is not there is 404', async () => {
    for (const agent_id of ghosts) {
      expect(await refusal(server.client.updateAgent({ agent_id, name: 'x' }))).toMatchObject({ status: 404 })
    }
  })
})

describe('deleteAgent', () => {
  test('is gone everywhere, and deleting it again is 404', async () => {
    const { agent_id } = await publishAgent(server.client)
    let status = 0
    await server.client.deleteAgent({ agent_id }, { onResponse: (response) => (status = response.status) })
    expect(status).toBe(204)
    const { client } = server
    const calls = [
      () => get(agent_id),
      () => client.updateAgent({ agent_id, name: 'x' }),
      () => client.deleteAgent({ agent_id }),
      () => client.listAgentVersions({ agent_id }),
      () => client.getAgentVersion({ agent_id, version: '1' }),
      () => client.getAgentVersion({ agent_id, version: 'latest' }),
      () => client.createAgentVersion({ agent_id, config: {} }),
      () => client.updateAgentVersion({ agent_id, version: '1', config: {} }),
      () => client.publishAgentVersion({ agent_id, version: '1' }),
    ]
    for (const call of calls) expect(await refusal(call())).toMatchObject({ status: 404, message: 'Agent not found' })
    const { data } = await client.listAgents({ limit: 100 })
    expect(data.map(({ id }) => id)).not.toContain(agent_id)
  })

  test('409 while a conversation is active; the ended one stays readable, with the agent’s name', async () => {
    const { agent_id, version_id } = await publishAgent(server.client)
    const conversation_id = await newConversation(agent_id)
    await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    const inUse = { status: 409, code: 'agent_in_use' }
    expect(await refusal(server.client.deleteAgent({ agent_id }))).toMatchObject(inUse)
    expect((await get(agent_id)).statistics.active_conversations).toBe(1)
    await server.client.endConversation({ conversation_id })
    await server.client.deleteAgent({ agent_id })
    const conversation = await server.client.getConversation({ conversation_id })
    expect(conversation).toMatchObject({
      status: 'completed',
      agent_id,
      agent_version_id: version_id,
      agent: { id: agent_id, name: 'Agent' },
    })
    expect(conversation.conversation!.items).toHaveLength(2)
    const listed = await server.client.listConversations({ agent_id })
    expect(listed.map(({ id, agent }) => [id, agent?.name])).toEqual([[conversation_id, 'Agent']])
  })

  test.each(['token_created', 'triggered', 'ringing', 'in_progress'] as const)(
    'a conversation of another channel, %s, blocks it too',
    async (status) => {
      const { agent_id } = await publishAgent(server.client)
      const row = { id: randomUUID(), channel: 'webrtc' as const, status, user_id: 'u', agent_id }
      await server.client.importConversations({ conversations: [{ ...row, created_at: '2026-01-01T00:00:00Z' }] })
      expect(await refusal(server.client.deleteAgent({ agent_id }))).toMatchObject({ code: 'agent_in_use' })
    },
  )

  test('what is not there is 404', async () => {
    for (const agent_id of ghosts) {
      expect(await refusal(server.client.deleteAgent({ agent_id }))).toMatchObject({ status: 404 })
    }
  })
})

describe('checkAgent', () => {
  test('reports the faults that creating it would have, and stores nothing', async () => {
    const count = async () => (await server.client.listAgents({ limit: 100 })).data.length
    const before = await count()
    const config = {
      instructions: '{% if %}',
      llm: { provider: 'demo' },
      tools: [{ name: 'no good', description: 'D' }],
    }
    const { agent_id } = await server.client.createAgent({ name: 'Ada' })
    const draft = await refusal(server.client.createAgentVersion({ agent_id, config } as never))
    const agent = { name: ' ', metadata: { a: 'x'.repeat(1000) } }
    const creation = await refusal(server.client.createAgent(agent))
    const check = await refusal(server.client.checkAgent({ ...agent, config } as never))
    expect(check).toMatchObject({ status: 422, code: 'validation_failed' })
    expect(check.errors).toEqual([...creation.errors, ...draft.errors])
    expect(check.errors.length).toBe(5)
    expect(await count()).toBe(before + 1)
  })

  test('returns the warnings, and needs only permission to read agents', async () => {
    const reader = server.as({ token: await makeKey(server, { only: ['agents:read'] }) })
    expect(await reader.checkAgent({})).toEqual({ warnings: [] })
    expect(await reader.checkAgent({ name: 'A', config: { zebra: 1 } as object })).toEqual({
      warnings: ['config.zebra is not known; it is stored but has no effect'],
    })
  })
})
