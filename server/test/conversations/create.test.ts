// createConversation: which agent answers, the greeting, the idempotent id, and everything that it refuses.
import { randomUUID } from 'node:crypto'
import type { Input } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKey, makeOrganization } from '../support/actors.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
let agent: { agent_id: string; version_id: string }

beforeAll(async () => {
  server = await startTestServer({
    PARLEY_LIMIT_METADATA_BYTES: '1000',
    PARLEY_LIMIT_CONTEXT_CHARACTERS: '100',
    PARLEY_LIMIT_BODY_BYTES: '200000',
  })
  agent = await publishAgent(server.client)
})
afterAll(() => server[Symbol.asyncDispose]())

type CreateInput = Partial<Input<'createConversation'>>
const create = (fields: CreateInput) =>
  server.client.createConversation({ channel: 'text', user_id: 'u', ...fields } as Input<'createConversation'>)
/** Without what it cost, which only a read of one conversation says. */
const get = async (conversation_id: string) => {
  const { cost: _cost, ...conversation } = await server.client.getConversation({ conversation_id })
  return conversation
}
const count = async () => (await server.client.countConversations()).count

/** Sends a body unchanged, even if the SDK's types would not allow it. */
async function post(body: unknown) {
  const response = await fetch(`${server.url}/core/conversations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.admin_key}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const answer = (await response.json()) as { code?: string; errors?: { path: string; message: string }[] }
  return { status: response.status, ...answer }
}

describe('the agent', () => {
  test('by agent_id: its newest published version', async () => {
    const { agent_id, version_id } = await publishAgent(server.client)
    await server.client.createAgentVersion({ agent_id, config: { instructions: 'A draft.' } })
    const { conversation, starting_message } = await create({ agent_id })
    expect(conversation).toMatchObject({
      agent_id,
      agent_version_id: version_id,
      agent: { id: agent_id, name: 'Agent' },
      channel: 'text',
      direction: 'inbound',
      status: 'in_progress',
      user_id: 'u',
      duration: null,
      user_turn_count: 0,
      ended_at: null,
      analysis_status: 'none',
      organization_id: server.organization_id,
      conversation: { items: [] },
    })
    expect(starting_message).toBeNull()
    expect(await get(conversation.id)).toEqual(conversation)
    expect(conversation.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(conversation.id[14]).toBe('7')
  })

  test('by agent_version_id, which must be published', async () => {
    expect((await create({ agent_version_id: agent.version_id })).conversation).toMatchObject({
      agent_id: agent.agent_id,
      agent_version_id: agent.version_id,
    })
    const draft = await server.client.createAgentVersion({ agent_id: agent.agent_id, config: {} })
    expect(await refusal(create({ agent_version_id: draft.id }))).toMatchObject({
      status: 400,
      code: 'version_not_published',
    })
  })

  test('by agent_config: no agent, and one version for each distinct content', async () => {
    const first = await create({ agent_config: { instructions: 'A', max_turn_seconds: 5 } })
    const same = await create({ agent_config: { max_turn_seconds: 5, instructions: 'A' } })
    const other = await create({ agent_config: { instructions: 'B' } })
    expect(first.conversation).toMatchObject({ agent_id: null, agent: null })
    expect(same.conversation.agent_version_id).toBe(first.conversation.agent_version_id)
    expect(other.conversation.agent_version_id).not.toBe(first.conversation.agent_version_id)
  })

  test('version: a number, or latest', async () => {
    const { agent_id, version_id } = await publishAgent(server.client)
    const second = await server.client.createAgentVersion({ agent_id, config: { instructions: 'Two.' } })
    const chosen = async (version: number | 'latest') =>
      (await create({ agent_id, version })).conversation.agent_version_id
    expect(await chosen('latest')).toBe(version_id)
    expect(await refusal(chosen(2))).toMatchObject({ status: 400, code: 'version_not_published' })
    expect(await refusal(chosen(3))).toMatchObject({ status: 404 })
    await server.client.publishAgentVersion({ agent_id, version: '2' })
    expect([await chosen('latest'), await chosen(1), await chosen(2)]).toEqual([second.id, version_id, second.id])
  })

  test('no published version 400, inactive 400, deleted 404, unknown or malformed 404', async () => {
    const { agent_id } = await server.client.createAgent({ name: 'New' })
    expect(await refusal(create({ agent_id }))).toMatchObject({ status: 400, code: 'version_not_published' })
    const { agent_id: inactive, version_id } = await publishAgent(server.client)
    await server.client.updateAgent({ agent_id: inactive, active: false })
    expect(await refusal(create({ agent_id: inactive }))).toMatchObject({ status: 400, code: 'agent_inactive' })
    expect(await refusal(create({ agent_version_id: version_id }))).toMatchObject({ code: 'agent_inactive' })
    await server.client.deleteAgent({ agent_id })
    for (const id of [agent_id, randomUUID(), 'nonsense', '']) {
      expect(await refusal(create({ agent_id: id }))).toMatchObject({ status: 404 })
    }
    for (const id of [agent.agent_id, randomUUID(), 'nonsense']) {
      expect(await refusal(create({ agent_version_id: id }))).toMatchObject({ status: 404 })
    }
  })

  test('exactly one of the three; null counts as absent', async () => {
    const { agent_id, version_id } = agent
    const wrong: CreateInput[] = [
      {},
      { agent_id: null, agent_version_id: null, agent_config: null },
      { agent_id, agent_version_id: version_id },
      { agent_id, agent_config: {} },
      { agent_version_id: version_id, agent_config: {} },
      { agent_id, agent_version_id: version_id, agent_config: {} },
    ]
    for (const fields of wrong) {
      const { status, errors } = await refusal(create(fields))
      expect([status, errors[0]?.message]).toEqual([422, expect.stringContaining('exactly one')])
    }
    await create({ agent_id, agent_version_id: null, agent_config: null, version: null, initial_context: null })
    expect(await refusal(create({ agent_version_id: version_id, version: 1 }))).toMatchObject({
      status: 422,
      errors: [{ path: 'version' }],
    })
  })

  test('an inline configuration is checked like that of a version: every fault with its path', async () => {
    const config = { llm: { provider: 5 }, max_turn_seconds: 0, instructions: '{{ open', other: true }
    const { status, errors } = await post({ channel: 'text', user_id: 'u', agent_config: config })
    expect(status).toBe(422)
    expect(errors!.map((error) => error.path)).toEqual([
      'agent_config.instructions',
      'agent_config.llm.model',
      'agent_config.llm.provider',
      'agent_config.max_turn_seconds',
    ])
  })
})

describe('the greeting', () => {
  test.each([
    ['Hello.', 'Hello.'],
    [{ type: 'static', text: 'Hello.' } as const, 'Hello.'],
    ['Hello {{ custom_metadata.name }}, {{ user_id }} on {{ channel }}{{ nothing }}!', 'Hello Ada, u on text!'],
    ['{{ custom_metadata.missing }}', null],
    [null, null],
  ])('%j', async (starting_message, said) => {
    const created = await create({ agent_config: { starting_message }, custom_metadata: { name: 'Ada' } })
    expect(created.starting_message).toBe(said)
    const { items } = created.conversation.conversation!
    expect(items.map(({ type, role, content, position, turn_id }) => [type, role, content, position, turn_id])).toEqual(
      said === null ? [] : [['message', 'assistant', [said], 0, null]],
    )
    expect(await get(created.conversation.id)).toEqual(created.conversation)
  })

  test('a channel override replaces it', async () => {
    const agent_config = { starting_message: 'Everywhere.', channel_overrides: { text: { starting_message: 'Here.' } } }
    expect((await create({ agent_config })).starting_message).toBe('Here.')
  })

  test('written by the model, with the same instructions as the agent', async () => {
    server.model.answer = () => 'Good day, Ada.'
    const starting_message = { type: 'generated', instructions: 'Greet by name.' } as const
    const created = await create({
      agent_config: {
        instructions: 'You serve {{ custom_metadata.name }}.',
        guardrails: 'No jokes.',
        starting_message,
      },
      custom_metadata: { name: 'Ada' },
      initial_context: 'She waits for a parcel.',
    })
    expect(created.starting_message).toBe('Good day, Ada.')
    const asked = JSON.stringify(server.model.requests.at(-1)!.messages)
    for (const part of ['You serve Ada.', 'No jokes.', 'Greet by name.', 'She waits for a parcel.']) {
      expect(asked).toContain(part)
    }
  })

  test.each([
    ['refuses', () => 400],
    ['says nothing', () => '  '],
  ])('the model %s: 502, nothing is stored, and the id is free', async (_name, answer) => {
    const before = await count()
    const fields = { id: randomUUID(), agent_config: { starting_message: { type: 'generated', instructions: '' } } }
    server.model.answer = answer
    const error = await refusal(create(fields as CreateInput))
    expect(error).toMatchObject({ status: 502, code: 'model_failed', turn_id: null })
    expect(await count()).toBe(before)
    server.model.answer = () => 'Now.'
    expect((await create(fields as CreateInput)).starting_message).toBe('Now.')
  })

  test('a model that does not answer in time: 504', async () => {
    const held = holdAnswer()
    server.model.answer = () => held
    const agent_config = {
      starting_message: { type: 'generated', instructions: '' },
      llm: { provider: 'openai', model: 'slow', timeout_ms: 20 },
    } as const
    expect(await refusal(create({ agent_config }))).toMatchObject({ status: 504, code: 'model_failed' })
  })
})

describe('the idempotent id', () => {
  test('the same id and body: the same answer, also after messages, patches and the end', async () => {
    const body = { id: randomUUID(), agent_id: agent.agent_id, custom_metadata: { a: 1 }, user_id: 'v' }
    const first = await create(body)
    expect(first.conversation.id).toBe(body.id)
    expect(await create(body)).toEqual(first)
    const conversation_id = body.id
    server.model.answer = () => 'A reply.'
    await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    await server.client.updateConversation({ conversation_id, custom_metadata: { b: 2 } })
    expect(await create(body)).toEqual(first)
    await server.client.endConversation({ conversation_id })
    expect(await create(body)).toEqual(first)
    expect(await create({ ...body, initial_context: null, version: null })).toEqual(first)
    expect((await get(body.id)).status).toBe('completed')
  })

  test('with a greeting, given once', async () => {
    const config = { starting_message: { type: 'generated', instructions: '' } } as const
    const body = { id: randomUUID(), agent_config: config }
    server.model.answer = () => 'The first.'
    const first = await create(body)
    server.model.answer = () => 'The second.'
    expect(await create(body)).toEqual(first)
    expect(first.starting_message).toBe('The first.')
  })

  test('ten at once create one', async () => {
    const body = { id: randomUUID(), agent_config: { starting_message: 'Hello.' } }
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(body)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]!.starting_message).toBe('Hello.')
  })

  test('another body, and the id of a deleted conversation, an imported one or one of another organization: the same 409', async () => {
    const other = await makeOrganization(server)
    const agent_config = {}
    const taken = (await create({ id: randomUUID(), agent_config })).conversation.id
    const deleted = (await create({ id: randomUUID(), agent_config })).conversation.id
    await server.client.deleteConversation({ conversation_id: deleted })
    const foreign = randomUUID()
    await other.client.createConversation({ id: foreign, channel: 'text', user_id: 'u', agent_config })
    const imported = randomUUID()
    const row = { id: imported, channel: 'text', status: 'completed', user_id: 'u', created_at: '2026-01-01T00:00:00Z' }
    await server.client.importConversations({ conversations: [row as never] })
    const bodies = [
      { id: taken, agent_config, user_id: 'another' },
      { id: taken, agent_config: { instructions: 'Other.' } },
      { id: deleted, agent_config },
      { id: foreign, agent_config },
      { id: imported, agent_config },
    ]
    const errors = await Promise.all(bodies.map((body) => refusal(create(body))))
    const shown = errors.map(({ body }) => ({ ...(body as object), request_id: '' }))
    expect(shown).toEqual(
      bodies.map(() => ({ code: 'conversation_id_taken', detail: expect.any(String), request_id: '' })),
    )
    expect(new Set(errors.map(({ status, message }) => `${status} ${message}`))).toEqual(
      new Set(['409 Another conversation has this id. Use a new one.']),
    )
  })

  test.each(['', 'nonsense', `urn:uuid:${randomUUID()}`, `{${randomUUID()}}`, 5])(
    '%j is not an id: 422',
    async (id) => {
      expect(await post({ id, channel: 'text', user_id: 'u', agent_config: {} })).toMatchObject({
        status: 422,
        errors: [{ path: 'id' }],
      })
    },
  )

  test('the same id in capitals', async () => {
    const id = randomUUID()
    const first = await create({ id, agent_config: {} })
    expect(await create({ id: id.toUpperCase(), agent_config: {} })).toEqual(first)
  })
})

describe('what is refused', () => {
  test.each(['telephone', 'webrtc', 'email'] as const)('the %s channel is not configured', async (channel) => {
    expect(await refusal(create({ channel, agent_id: agent.agent_id }))).toMatchObject({
      status: 400,
      code: 'channel_not_configured',
      message: `The ${channel} channel is not configured.`,
    })
  })

  test('an agent without the text channel', async () => {
    const agent_config = { channel_properties: { text: { enabled: false } } }
    expect(await refusal(create({ agent_config }))).toMatchObject({ status: 400, code: 'channel_not_configured' })
  })

  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  const body = (fields: string) => `{"channel":"text","user_id":"u","agent_config":{},${fields}}`
  test.each([
    ['no channel', '{"user_id":"u","agent_config":{}}', 'channel'],
    ['an unknown channel', '{"channel":"fax","user_id":"u"}', 'channel'],
    ['no user', '{"channel":"text","agent_config":{}}', 'user_id'],
    ['an empty user', body('"user_id":""'), 'user_id'],
    ['a user of 513 characters', body(`"user_id":"${'x'.repeat(513)}"`), 'user_id'],
    ['NUL', body('"user_id":"a\\u0000b"'), 'user_id'],
    ['a lone surrogate', body('"initial_context":"\\ud800"'), 'initial_context'],
    ['NUL deep in metadata', body('"custom_metadata":{"a":[{"b":"\\u0000"}]}'), 'custom_metadata.a.0.b'],
    ['a lone surrogate in a key', body('"custom_metadata":{"\\udc00":1}'), 'custom_metadata'],
    ['NUL in the configuration', body('"agent_config":{"instructions":"\\u0000"}'), 'agent_config.instructions'],
    ['deep nesting', body(`"custom_metadata":${nested(100)}`), 'custom_metadata.a.a.a.a.a.a.a'],
    ['very deep nesting', body(`"custom_metadata":${nested(30_000)}`), 'custom_metadata.a.a.a.a.a.a.a'],
    ['too large metadata', body(`"custom_metadata":{"a":"${'x'.repeat(1000)}"}`), 'custom_metadata'],
    ['metadata that is not an object', body('"custom_metadata":[]'), 'custom_metadata'],
    ['too long a context', body(`"initial_context":"${'x'.repeat(101)}"`), 'initial_context'],
    ['a version that is not a number', body('"version":"first"'), 'version'],
    ['no object', '[]', ''],
  ])('%s: 422', async (_name, text, path) => {
    const before = await count()
    const { status, errors } = await post(text)
    expect([status, errors?.map((error) => error.path)]).toEqual([422, expect.arrayContaining([path])])
    expect(await count()).toBe(before)
  })

  test('a body with many faults gets a bounded list of them', async () => {
    const { status, errors } = await post(body(`"custom_metadata":{"a":[${'"\\ud800",'.repeat(20_000)}0]}`))
    expect([status, errors?.length]).toEqual([422, 100])
  })

  test('malformed JSON 400, a large body 413, another type 415', async () => {
    expect(await post('{"channel":')).toMatchObject({ status: 400, code: 'malformed_request' })
    expect(await post(body(`"subject":"${'x'.repeat(200_001)}"`))).toMatchObject({
      status: 413,
      code: 'body_too_large',
    })
    const init = { method: 'POST', body: 'channel=text', headers: { authorization: `Bearer ${server.admin_key}` } }
    expect((await fetch(`${server.url}/core/conversations`, init)).status).toBe(415)
  })

  test('limits count characters, not UTF-16 units; at the limit it is accepted', async () => {
    await create({ agent_config: {}, initial_context: '🙂'.repeat(100), user_id: 'x'.repeat(512) })
    expect(await refusal(create({ agent_config: {}, initial_context: '🙂'.repeat(101) }))).toMatchObject({
      status: 422,
    })
  })
})

test('without read_sensitive the answer has no sensitive field', async () => {
  const client = server.as({ token: await makeKey(server, { only: ['conversations:manage'] }) })
  const fields = { agent_config: { starting_message: 'Hi.' }, initial_context: 'c', custom_metadata: { a: 1 } }
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', ...fields })
  for (const field of ['summary', 'initial_context', 'custom_metadata', 'conversation', 'recording_details']) {
    expect(conversation).not.toHaveProperty(field)
  }
})
