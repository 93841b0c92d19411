// T9: the same request with the same key, on any node, at the same time or later, has one effect and one answer.
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { createUser } from '../../src/access/administration.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { makeKey, makeNarrowedKey } from '../support/actors.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
let other: App
let agent_id: string

beforeAll(async () => {
  server = await startTestServer()
  other = await server.startAnother()
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

let keys = 0
const newKey = () => `key ${(keys += 1)}`
const newConversation = async () =>
  (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id
const elsewhere = () => server.as({ base_url: other.url })

/** The answer and whether it is marked as a replay. */
async function replayed<T>(call: (options: { onResponse: (response: Response) => void }) => Promise<T>) {
  let header: string | null = null
  const onResponse = (response: Response) => void (header = response.headers.get('idempotent-replayed'))
  const answer = await call({ onResponse })
  return { answer, is_replay: header === 'true' }
}

const transcript = async (conversation_id: string) =>
  (await server.client.getConversation({ conversation_id })).conversation!.items.map((item) => item.content!.join(''))

describe('a message', () => {
  test('sent again is answered from stored data, on any node, also after a restart', async () => {
    const conversation_id = await newConversation()
    server.model.answer = () => 'One reply.'
    const message = { conversation_id, text: 'Hello', idempotency_key: newKey() }
    const first = await replayed((options) => server.client.sendConversationMessage(message, options))
    expect(first.is_replay).toBe(false)
    const asked = server.model.requests.length
    const again = await replayed((options) => elsewhere().sendConversationMessage(message, options))
    expect(again).toEqual({ answer: first.answer, is_replay: true })
    await server.restart()
    const later = await replayed((options) => server.client.sendConversationMessage(message, options))
    expect(later).toEqual({ answer: first.answer, is_replay: true })
    expect(server.model.requests).toHaveLength(asked)
    expect(await transcript(conversation_id)).toEqual(['Hello', 'One reply.'])
  })

  test.each(['queue', 'merge', 'interrupt', 'reject'] as const)(
    'twenty times at once on two nodes (%s): one message, one reply, twenty equal answers',
    async (parley_concurrency) => {
      const conversation_id = await newConversation()
      server.model.answer = () => 'One reply.'
      const message = { conversation_id, text: 'Hello', idempotency_key: newKey(), parley_concurrency }
      const clients = [server.client, elsewhere()]
      const calls = Array.from({ length: 20 }, (_, index) => clients[index % 2]!.sendConversationMessage(message))
      const answers = await Promise.all(calls)
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
      expect(await transcript(conversation_id)).toEqual(['Hello', 'One reply.'])
    },
  )

  test('joins the first one while that is running, on another node', async () => {
    const conversation_id = await newConversation()
    const held = holdAnswer()
    server.model.answer = () => held
    const message = { conversation_id, text: 'Hello', idempotency_key: newKey() }
    const first = server.client.sendConversationMessage(message)
    await held.asked
    const second = replayed((options) => elsewhere().sendConversationMessage(message, options))
    held.say('Late.')
    held.finish()
    expect(await second).toEqual({ answer: await first, is_replay: true })
    expect(await transcript(conversation_id)).toEqual(['Hello', 'Late.'])
  })

  test('whose turn failed is tried again without being stored twice', async () => {
    const conversation_id = await newConversation()
    server.model.answer = () => 400
    const message = { conversation_id, text: 'Hello', idempotency_key: newKey() }
    const failed = await refusal(server.client.sendConversationMessage(message))
    expect(failed).toMatchObject({ status: 502, code: 'turn_failed' })
    const failedAgain = await refusal(elsewhere().sendConversationMessage(message))
    expect(failedAgain.status).toBe(502)
    expect(failedAgain.turn_id).not.toBe(failed.turn_id)
    server.model.answer = ({ messages }) => `You said: ${messages.at(-1)!.content}`
    const third = await replayed((options) => server.client.sendConversationMessage(message, options))
    expect(third).toMatchObject({ is_replay: false, answer: { reply: 'You said: Hello' } })
    const fourth = await replayed((options) => server.client.sendConversationMessage(message, options))
    expect(fourth).toEqual({ answer: third.answer, is_replay: true })
    expect(await transcript(conversation_id)).toEqual(['Hello', 'You said: Hello'])
    const { data } = await server.client.listConversationTurns({ conversation_id })
    expect(data.map(({ status }) => status)).toEqual(['failed', 'failed', 'completed'])
    expect(new Set(data.flatMap(({ user_message_ids }) => user_message_ids)).size).toBe(1)
    expect((await server.client.getConversation({ conversation_id })).user_turn_count).toBe(1)
  })

  test('whose turn failed, tried again twenty times at once, is answered once', async () => {
    const conversation_id = await newConversation()
    server.model.answer = () => 400
    const message = { conversation_id, text: 'Hello', idempotency_key: newKey() }
    await refusal(server.client.sendConversationMessage(message))
    server.model.answer = () => 'Now.'
    const clients = [server.client, elsewhere()]
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => clients[index % 2]!.sendConversationMessage(message)),
    )
    expect(new Set(answers.map(({ turn_id }) => turn_id)).size).toBe(1)
    expect(await transcript(conversation_id)).toEqual(['Hello', 'Now.'])
  })

  test('tried again after later ones were answered comes last for the model', async () => {
    const conversation_id = await newConversation()
    server.model.answer = () => 400
    const message = { conversation_id, text: 'First', idempotency_key: newKey() }
    await refusal(server.client.sendConversationMessage(message))
    server.model.answer = () => 'Answer to the second.'
    await server.client.sendConversationMessage({ conversation_id, text: 'Second' })
    server.model.answer = ({ messages }) =>
      messages
        .filter(({ role }) => role !== 'system')
        .map(({ content }) => content)
        .join(' | ')
    const { reply } = await server.client.sendConversationMessage(message)
    expect(reply).toBe('Second | Answer to the second. | First')
  })

  test('whose turn failed gets the failure again if the conversation has ended since', async () => {
    const conversation_id = await newConversation()
    server.model.answer = () => 400
    const message = { conversation_id, text: 'Hello', idempotency_key: newKey() }
    const failed = await refusal(server.client.sendConversationMessage(message))
    await server.client.endConversation({ conversation_id })
    const again = await refusal(server.client.sendConversationMessage(message))
    expect(again).toMatchObject({ status: 502, code: 'turn_failed', turn_id: failed.turn_id })
  })

  test('cut off by the end gets that answer again', async () => {
    const conversation_id = await newConversation()
    const held = holdAnswer()
    server.model.answer = () => held
    const message = { conversation_id, text: 'Hello', idempotency_key: newKey() }
    const first = refusal(server.client.sendConversationMessage(message))
    await held.asked
    await elsewhere().endConversation({ conversation_id })
    const { turn_id } = await first
    expect(await first).toMatchObject({ status: 409, code: 'conversation_ended' })
    const again = await refusal(elsewhere().sendConversationMessage(message))
    expect(again).toMatchObject({ status: 409, code: 'conversation_ended', turn_id })
  })

  test('refused without being stored is not kept: the same key makes a new attempt', async () => {
    const conversation_id = await newConversation()
    const held = holdAnswer()
    server.model.answer = () => held
    const running = server.client.sendConversationMessage({ conversation_id, text: 'Running' })
    await held.asked
    const message = { conversation_id, text: 'Hello', idempotency_key: newKey(), parley_concurrency: 'reject' } as const
    expect((await refusal(server.client.sendConversationMessage(message))).code).toBe('turn_in_progress')
    held.finish()
    held.say('Done.')
    await running.catch(() => {})
    server.model.answer = () => 'Accepted now.'
    const accepted = await replayed((options) => server.client.sendConversationMessage(message, options))
    expect(accepted).toMatchObject({ is_replay: false, answer: { reply: 'Accepted now.' } })
  })

  test('merged with others: each key gets the one answer, and after a failure one new try answers them all', async () => {
    const conversation_id = await newConversation()
    const held = holdAnswer()
    server.model.answer = () => held
    const running = server.client.sendConversationMessage({ conversation_id, text: 'Running' })
    await held.asked
    const parley_concurrency = 'merge'
    const messages = ['a', 'b'].map((text) => ({
      conversation_id,
      text,
      idempotency_key: newKey(),
      parley_concurrency,
    }))
    const send = (message: (typeof messages)[number]) =>
      server.client.sendConversationMessage({ ...message, parley_concurrency: 'merge' })
    const failures = messages.map((message) => refusal(send(message)))
    await expect
      .poll(
        async () => (await server.client.listConversationTurns({ conversation_id })).data[1]?.user_message_ids.length,
      )
      .toBe(2)
    server.model.answer = () => 400
    held.say('x')
    held.finish()
    await running
    for (const failure of failures) expect((await failure).code).toBe('turn_failed')
    server.model.answer = () => 'Both.'
    const answers = await Promise.all(messages.map(send))
    expect(answers[0]).toEqual(answers[1])
    const said = await transcript(conversation_id)
    expect(said.toSorted()).toEqual(['Both.', 'Running', 'a', 'b', 'x'])
    expect(said.slice(-2)).toEqual(['x', 'Both.'])
  })
})

describe('a key', () => {
  test('with another body, path or method is refused and changes nothing', async () => {
    const conversation_id = await newConversation()
    server.model.answer = () => 'Yes.'
    const idempotency_key = newKey()
    await server.client.sendConversationMessage({ conversation_id, text: 'Hello', idempotency_key })
    const another = await newConversation()
    const calls = [
      () => server.client.sendConversationMessage({ conversation_id, text: 'Other', idempotency_key }),
      () => server.client.sendConversationMessage({ conversation_id: another, text: 'Hello', idempotency_key }),
      () => server.client.endConversation({ conversation_id, idempotency_key }),
      () => server.client.createAgent({ name: 'A', idempotency_key }),
    ]
    for (const call of calls) {
      expect(await refusal(call())).toMatchObject({ status: 422, code: 'idempotency_key_reused' })
    }
    expect(await transcript(another)).toEqual([])
  })

  test('with the same body in another order is the same request', async () => {
    const body = { name: 'Same', description: 'D' }
    const idempotency_key = newKey()
    const first = await server.client.createAgent({ ...body, idempotency_key })
    const second = await server.client.createAgent({ description: 'D', idempotency_key, name: 'Same' })
    expect(second).toEqual(first)
  })

  test.each([
    ['empty', ''],
    ['too long', 'x'.repeat(256)],
    ['not printable', 'a\tb'],
    ['not ASCII', 'ü'],
  ])('that is %s is refused with its path', async (_what, key) => {
    const error = await refusal(server.client.createAgent({ name: 'A', idempotency_key: key }))
    expect(error).toMatchObject({ status: 422, code: 'validation_failed' })
    expect(error.errors[0]!.path).toBe('idempotency_key')
  })

  test('of 255 characters is accepted', async () => {
    const idempotency_key = '~'.repeat(255)
    const { agent_id: id } = await server.client.createAgent({ name: 'A', idempotency_key })
    expect((await server.client.createAgent({ name: 'A', idempotency_key })).agent_id).toBe(id)
  })

  test('is kept for 24 hours, then is new again', async () => {
    const input = { name: 'Expiring', idempotency_key: newKey() }
    const first = await server.client.createAgent(input)
    const { rows } = await sql<{ hours: number }>`select extract(epoch from expires_at - now()) / 3600 as hours
      from idempotency_keys where key = ${input.idempotency_key}`.execute(server.database)
    expect(rows[0]!.hours).toBeCloseTo(24, 1)
    await sql`update idempotency_keys set expires_at = now() where key = ${input.idempotency_key}`.execute(
      server.database,
    )
    const second = await server.client.createAgent(input)
    expect(second.agent_id).not.toBe(first.agent_id)
    expect((await server.client.createAgent(input)).agent_id).toBe(second.agent_id)
  })

  test('does not reveal an answer to a caller with fewer permissions', async () => {
    const input = { name: 'Mine', idempotency_key: newKey() }
    await server.client.createAgent(input)
    const weaker = await makeKey(server, { only: ['agents:manage'] })
    const error = await refusal(server.as({ token: weaker }).createAgent(input))
    expect(error).toMatchObject({ status: 422, code: 'idempotency_key_reused' })
    const narrowed = await makeNarrowedKey(server, [agent_id])
    const conversation = { channel: 'text' as const, user_id: 'u', agent_id, idempotency_key: newKey() }
    await server.client.createConversation(conversation)
    expect((await refusal(server.as({ token: narrowed }).createConversation(conversation))).status).toBe(422)
  })

  test('of a conversation token is separate from those of the organization', async () => {
    const conversation_id = await newConversation()
    server.model.answer = () => 'Yes.'
    const { token } = await server.client.createConversationToken({ conversation_id, permissions: ['message'] })
    const idempotency_key = newKey()
    const browser = server.as({ token })
    const first = await browser.sendConversationMessage({ conversation_id, text: 'Hello', idempotency_key })
    expect(await browser.sendConversationMessage({ conversation_id, text: 'Hello', idempotency_key })).toEqual(first)
    const agent = await server.client.createAgent({ name: 'Not squatted', idempotency_key })
    expect(agent.name).toBe('Not squatted')
  })
})

describe('other operations', () => {
  test('a conversation is created once, with its first answer, whatever has happened since', async () => {
    const input = { channel: 'text' as const, user_id: 'u', agent_id, idempotency_key: newKey() }
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 ? server.client : elsewhere()).createConversation(input)),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    const conversation_id = answers[0]!.conversation.id
    await server.client.endConversation({ conversation_id })
    const again = await replayed((options) => server.client.createConversation(input, options))
    expect(again).toEqual({ answer: answers[0], is_replay: true })
    await server.client.deleteConversation({ conversation_id })
    expect((await refusal(server.client.createConversation(input))).status).toBe(404)
  })

  test('an end gets the first answer again, even if a summary was written later', async () => {
    const { agent_id: summarizing } = await publishAgent(server.client, { analysis: { wait_ms: 0 } })
    const { conversation } = await server.client.createConversation({
      channel: 'text',
      user_id: 'u',
      agent_id: summarizing,
    })
    const conversation_id = conversation.id
    server.model.answer = () => 'Text.'
    await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    const input = { conversation_id, idempotency_key: newKey() }
    const first = await server.client.endConversation(input)
    expect(first.summary).toBeNull()
    await expect.poll(async () => (await server.client.getConversation({ conversation_id })).summary).toBe('Text.')
    const again = await replayed((options) => elsewhere().endConversation(input, options))
    expect(again).toEqual({ answer: first, is_replay: true })
    expect((await server.client.endConversation({ conversation_id })).summary).toBe('Text.')
    await server.client.deleteConversation({ conversation_id })
    expect((await refusal(server.client.endConversation(input))).status).toBe(404)
  })

  test('a cancellation gets the first answer again', async () => {
    const conversation_id = await newConversation()
    const held = holdAnswer()
    server.model.answer = () => held
    const call = refusal(server.client.sendConversationMessage({ conversation_id, text: 'Hello' }))
    await held.asked
    const { turn_id } = (await server.client.listConversationTurns({ conversation_id })).data[0]!
    const input = { conversation_id, turn_id, idempotency_key: newKey() }
    const first = await server.client.cancelTurn(input)
    expect((await call).code).toBe('turn_cancelled')
    expect(await replayed((options) => elsewhere().cancelTurn(input, options))).toEqual({
      answer: first,
      is_replay: true,
    })
  })

  test('an API key that is created twice is one key, and its secret is not in the database', async () => {
    const input = { name: 'Twice', role: 'viewer' as const, idempotency_key: newKey() }
    const [first, second] = await Promise.all([
      server.client.createOrganizationKey(input),
      elsewhere().createOrganizationKey(input),
    ])
    expect(second).toEqual(first)
    const named = (await server.client.listOrganizationKeys()).data.filter(({ name }) => name === 'Twice')
    expect(named).toHaveLength(1)
    const { rows } = await sql<{ answer: Buffer }>`select answer from idempotency_keys
      where key = ${input.idempotency_key}`.execute(server.database)
    const secret = Object.values(first).find((value) => typeof value === 'string' && value.startsWith('ak_')) as string
    expect(secret).toMatch(/^ak_/)
    expect(rows[0]!.answer.includes(secret.split('.')[1]!)).toBe(false)
  })

  test('an import that is sent twice at once creates its rows once and reports them twice', async () => {
    const items = [{ type: 'message' as const, role: 'user' as const, content: ['Hello'] }]
    const row = {
      id: '0190c000-0000-7000-8000-00000000aaaa',
      channel: 'text' as const,
      status: 'completed' as const,
      user_id: 'u',
      agent_id,
      created_at: '2026-01-01T00:00:00Z',
      conversation: { items },
    }
    const input = { conversations: [row], idempotency_key: newKey() }
    const answers = await Promise.all([
      server.client.importConversations(input),
      elsewhere().importConversations(input),
      server.client.importConversations(input),
    ])
    for (const answer of answers) expect(answer).toEqual({ created: 1, unchanged: 0, errors: [] })
  })

  test('a refused call leaves nothing, and the key is free', async () => {
    const idempotency_key = newKey()
    const member = { email: 'twice@example.org', role: 'viewer' as const }
    const administration = { database: server.database, ports: systemPorts }
    await createUser(administration, { ...member, organization: server.organization_id })
    expect((await refusal(server.client.createMember({ ...member, idempotency_key }))).status).toBe(409)
    expect((await server.client.createAgent({ name: 'Free', idempotency_key })).name).toBe('Free')
  })
})
