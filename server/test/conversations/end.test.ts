// `end` against its published contract, for every situation in the specification.
import { readFileSync } from 'node:fs'
import { type ConversationStatus, conversationStatuses } from '@parley/contract'
import { sql } from '../support/sql.ts'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

const document = parse(
  readFileSync(new URL('../../../contract/spec/end-conversation.yaml', import.meta.url), 'utf8'),
) as Record<string, unknown>
const ajv = new Ajv({ strict: false, allErrors: true })
ajv.addSchema({ ...document, $id: 'published' })

/** The published schema of each status of the answer. */
const published: Record<number, string> = { 200: 'EndConversationResponse', 403: 'Error', 404: 'Error', 409: 'Error' }

let server: TestServer
let agent: { agent_id: string; version_id: string }

beforeAll(async () => {
  server = await startTestServer()
  agent = await publishAgent(server.client)
})
afterAll(() => server[Symbol.asyncDispose]())

/** Calls `end` like a foreign client, without the SDK. */
async function end(id: string, init: { token?: string | null; body?: string; headers?: Record<string, string> } = {}) {
  const token = init.token === undefined ? server.admin_key : init.token
  const response = await fetch(`${server.url}/core/conversations/${id}/end`, {
    method: 'POST',
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...init.headers },
    ...(init.body === undefined ? {} : { body: init.body }),
  })
  const body = (await response.json()) as Record<string, unknown>
  const schema = published[response.status]
  if (schema) {
    const validate = ajv.getSchema(`published#/components/schemas/${schema}`)!
    expect(validate(body), ajv.errorsText(validate.errors)).toBe(true)
  }
  if (response.status === 200) {
    expect(Object.keys(body).toSorted()).toEqual(['conversation_id', 'duration', 'status', 'summary'])
  }
  return { status: response.status, body }
}

const newConversation = async (fields: object = {}) =>
  (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id: agent.agent_id, ...fields }))
    .conversation.id

let imported = 0
async function importConversation(channel: 'text' | 'webrtc', status: ConversationStatus): Promise<string> {
  imported += 1
  const id = `0190b000-0000-7000-8000-${String(imported).padStart(12, '0')}`
  const row = {
    id,
    channel,
    status,
    user_id: 'u',
    agent_id: agent.agent_id,
    created_at: '2026-01-01T00:00:00Z',
    ...(status === 'completed' ? { summary: 'As it was.', duration: 42 } : {}),
  }
  expect(await server.client.importConversations({ conversations: [row] })).toEqual({
    created: 1,
    unchanged: 0,
    errors: [],
  })
  return id
}

describe('the answer of end', () => {
  test('an active text conversation: 200, completed', async () => {
    const id = await newConversation()
    const ended = await end(id)
    const { created_at, ended_at } = await server.client.getConversation({ conversation_id: id })
    const duration = Math.floor((Date.parse(ended_at!) - Date.parse(created_at)) / 1000)
    expect(ended).toMatchObject({
      status: 200,
      body: { conversation_id: id, status: 'completed', duration, summary: null },
    })
  })

  test('already completed: 200 with the stored record, no event, no second summary', async () => {
    const id = await importConversation('text', 'completed')
    const events = () => server.database.execute(sql`select * from events where conversation_id = ${id}`)
    const before = await events()
    const answer = { conversation_id: id, status: 'completed', duration: 42, summary: 'As it was.' }
    expect(await end(id)).toEqual({ status: 200, body: answer })
    expect(await end(id)).toEqual({ status: 200, body: answer })
    expect(await events()).toEqual(before)
  })

  test.each(conversationStatuses)('not a text conversation, status %s: 409', async (status) => {
    expect((await end(await importConversation('webrtc', status))).status).toBe(409)
  })

  test.each(['failed', 'cancelled', 'transferred', 'unanswered'] as const)('text, %s: 409', async (status) => {
    const id = await importConversation('text', status)
    expect(await end(id)).toMatchObject({ status: 409, body: { code: 'conversation_not_active' } })
    expect((await server.client.getConversation({ conversation_id: id })).status).toBe(status)
  })

  test.each(['triggered', 'ringing', 'in_progress'] as const)('text, %s: 200', async (status) => {
    expect(await end(await importConversation('text', status))).toMatchObject({
      status: 200,
      body: { status: 'completed' },
    })
  })

  test.each(['0190b000-0000-7000-8000-ffffffffffff', 'nonsense', '%00', '..%2f..', 'x'.repeat(400)])(
    'unknown or malformed id %s: 404',
    async (id) => {
      expect((await end(id)).status).toBe(404)
    },
  )

  test('an unknown id: the published text', async () => {
    const { body } = await end('0190b000-0000-7000-8000-ffffffffffff')
    expect(body['detail']).toBe('Conversation not found')
  })

  test('another organization’s: 404, the same text', async () => {
    const id = await newConversation()
    const other = await anotherOrganization()
    expect(await end(id, { token: other })).toMatchObject({ status: 404, body: { detail: 'Conversation not found' } })
    expect((await server.client.getConversation({ conversation_id: id })).status).toBe('in_progress')
  })

  test('no write access: 403', async () => {
    const viewer = await server.client.createOrganizationKey({ name: 'viewer', role: 'viewer' })
    expect((await end(await newConversation(), { token: viewer.pat_key })).status).toBe(403)
  })

  test.each([null, 'nonsense', 'ak_unknown.secret', 'pat_unknown.secret'])('credential %s: 401', async (token) => {
    expect((await end(await newConversation(), { token })).status).toBe(401)
  })

  test.each<[string, { body?: string; headers?: Record<string, string> }]>([
    ['none', {}],
    ['empty, as JSON', { body: '', headers: { 'content-type': 'application/json' } }],
    ['empty, as a form', { body: '', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['an object', { body: '{}', headers: { 'content-type': 'application/json' } }],
  ])('a body is not needed: %s', async (_name, init) => {
    expect((await end(await newConversation(), init)).status).toBe(200)
  })

  test.each<[number, { body: string; headers?: Record<string, string> }]>([
    [400, { body: '{', headers: { 'content-type': 'application/json' } }],
    [415, { body: 'a=b', headers: { 'content-type': 'text/plain' } }],
    [422, { body: '{"reason": 5}', headers: { 'content-type': 'application/json' } }],
    [422, { body: JSON.stringify({ reason: 'x'.repeat(501) }), headers: { 'content-type': 'application/json' } }],
    [422, { body: '{"mode": "later"}', headers: { 'content-type': 'application/json' } }],
    [422, { body: '[]', headers: { 'content-type': 'application/json' } }],
  ])('a bad body is refused (%i) and ends nothing', async (status, init) => {
    const id = await newConversation()
    expect((await end(id, init)).status).toBe(status)
    expect((await server.client.getConversation({ conversation_id: id })).status).toBe('in_progress')
  })
})

async function anotherOrganization(): Promise<string> {
  const { createOrganization, createKey } = await import('../../src/access/administration.ts')
  const { systemPorts } = await import('../../src/base/ports.ts')
  const services = { database: server.database, ports: systemPorts }
  const name = `Other ${Math.random()}`
  const { organization } = await createOrganization(services, { name })
  return (await createKey(services, { organization: organization.id, name: 'key' })).secret
}

/** Waits until the attempt that runs here has received this much of the model's text. */
async function heard(conversation_id: string, text: string): Promise<void> {
  await expect.poll(() => server.app.rooms.engine.engine.textSoFar(conversation_id)).toBe(text)
}

describe('what end does', () => {
  test('records who ended it and why', async () => {
    const id = await newConversation()
    await server.client.endConversation({ conversation_id: id, reason: 'The shop closed.' })
    const conversation = await server.client.getConversation({ conversation_id: id })
    expect(conversation).toMatchObject({
      status: 'completed',
      end_reason: 'ended_by_caller',
      ended_by: { type: 'credential', reason: 'The shop closed.' },
    })
    expect(conversation.ended_at).not.toBeNull()
  })

  test('ten ends at once give ten equal answers and one end', async () => {
    const { agent_id } = await publishAgent(server.client, { analysis: {} })
    const id = await newConversation({ agent_id })
    server.model.answer = () => 'Noted.'
    await server.client.sendConversationMessage({ conversation_id: id, text: 'Hello' })
    const answers = await Promise.all(Array.from({ length: 10 }, () => end(id)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 200, body: { summary: 'Noted.' } })
    const ended = await server.database.execute(sql<{ type: string }>`
      select type from events
      where conversation_id = ${id} and type in ('conversation.ended', 'conversation.analyzed') order by sequence`)
    expect(ended.map((event) => event.type)).toEqual(['conversation.ended', 'conversation.analyzed'])
  })

  test('in the middle of a reply: keeps the text so far, marked as interrupted, and nothing follows', async () => {
    const id = await newConversation()
    const held = holdAnswer()
    server.model.answer = () => held
    const waiting = refusal(server.client.sendConversationMessage({ conversation_id: id, text: 'Tell me a story' }))
    await held.asked
    held.say('Long ago a ')
    await heard(id, 'Long ago a ')
    const answer = await end(id)
    expect(answer.status).toBe(200)
    expect(await waiting).toMatchObject({ status: 409, code: 'conversation_ended' })
    held.say('time')
    held.finish()
    const { conversation } = await server.client.getConversation({ conversation_id: id })
    expect(conversation!.items.map(({ role, content, interrupted }) => [role, content, interrupted])).toEqual([
      ['user', ['Tell me a story'], false],
      ['assistant', ['Long ago a '], true],
    ])
    await expect.poll(() => server.model.hangUps).toBeGreaterThan(0)
    const error = await refusal(server.client.sendConversationMessage({ conversation_id: id, text: 'And then?' }))
    expect(error).toMatchObject({ status: 409, code: 'conversation_not_active', turn_id: null })
  })

  test('ends waiting turns too, and their calls say that the message is stored', async () => {
    const id = await newConversation()
    const held = holdAnswer()
    server.model.answer = () => held
    const first = refusal(server.client.sendConversationMessage({ conversation_id: id, text: 'one' }))
    await held.asked
    const second = refusal(server.client.sendConversationMessage({ conversation_id: id, text: 'two' }))
    await expect.poll(async () => (await turnsOf(id)).length).toBe(2)
    await end(id)
    for (const error of await Promise.all([first, second])) {
      expect(error).toMatchObject({ status: 409, code: 'conversation_ended' })
      expect(error.turn_id).not.toBeNull()
    }
    expect((await turnsOf(id)).map(({ status, outcome }) => [status, outcome])).toEqual([
      ['cancelled', 'conversation_ended'],
      ['cancelled', 'conversation_ended'],
    ])
  })
})

const turnsOf = async (conversation_id: string) => (await server.client.listConversationTurns({ conversation_id })).data

describe('the summary', () => {
  const summarized = async (config: object = {}) => {
    const { agent_id } = await publishAgent(server.client, { analysis: config })
    const id = await newConversation({ agent_id })
    server.model.answer = () => 'A reply.'
    await server.client.sendConversationMessage({ conversation_id: id, text: 'Where is my parcel?' })
    return id
  }

  test('is awaited, and written from the transcript', async () => {
    const id = await summarized({ summary: { instructions: 'Name the product.', max_words: 10 } })
    server.model.answer = () => 'The user asked for a parcel.'
    expect((await end(id)).body['summary']).toBe('The user asked for a parcel.')
    const asked = server.model.requests.at(-1)!
    expect(asked.messages[0]!.content).toContain('Name the product.')
    expect(asked.messages[1]!.content).toContain(
      '{"from":"end user","text":"Where is my parcel?"}\n{"from":"agent","text":"A reply."}',
    )
    expect(await server.client.getConversation({ conversation_id: id })).toMatchObject({ analysis_status: 'done' })
  })

  test('Prefer: wait=0 answers at once; a later end returns it', async () => {
    const id = await summarized()
    const held = holdAnswer()
    server.model.answer = () => held
    const answer = await end(id, { headers: { prefer: 'wait=0' } })
    expect(answer).toMatchObject({ status: 200, body: { summary: null } })
    await held.asked
    held.say('Later.')
    held.finish()
    await expect.poll(async () => (await end(id)).body['summary']).toBe('Later.')
  })

  test('Prefer: refuses anything but a number', async () => {
    expect((await end(await newConversation(), { headers: { prefer: 'wait=soon' } })).status).toBe(422)
  })

  test('is skipped, with the reason, when there was no user message', async () => {
    const { agent_id } = await publishAgent(server.client, { analysis: {} })
    const id = await newConversation({ agent_id })
    expect((await end(id)).body['summary']).toBeNull()
    expect(await server.client.getConversation({ conversation_id: id })).toMatchObject({
      analysis_status: 'skipped',
      analysis_reason: 'The conversation has no user message.',
    })
  })

  test('fails with a reason when the model refuses', async () => {
    const id = await summarized()
    server.model.answer = () => 400
    expect((await end(id)).body['summary']).toBeNull()
    const conversation = await server.client.getConversation({ conversation_id: id })
    expect(conversation).toMatchObject({ analysis_status: 'failed', summary: null })
    expect(conversation.analysis_reason).toMatch(/1 try/)
  })
})
