// What calls with messages answer while people handle the conversation, and how the agent itself hands it over.
// oxlint-disable unicorn/no-thenable -- a field of the API
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { type Person, makePerson, talkWith } from './fixture.ts'

let server: TestServer
let ann: Person

beforeAll(async () => {
  server = await startTestServer()
  ann = await makePerson(server)
})
afterAll(() => server[Symbol.asyncDispose]())

const outside = { reply: '', tool_calls: [] }
const turnsOf = async (conversation_id: string) => (await server.client.listConversationTurns({ conversation_id })).data

describe('H4: outside, a message is given to people at once', () => {
  test.each(['queue', 'merge', 'interrupt', 'reject'] as const)(
    'whatever the rule says: %s',
    async (parley_concurrency) => {
      const talk = await talkWith(server)
      await server.client.handOffConversation({ conversation_id: talk.id })
      const answers = await Promise.all([
        talk.say('One', { parley_concurrency }),
        talk.say('Two', { parley_concurrency }),
      ])
      for (const answer of answers) expect(answer).toMatchObject({ ...outside, handled_by: 'queue' })
      const turns = await turnsOf(talk.id)
      for (const turn of turns)
        expect(turn).toMatchObject({ status: 'completed', outcome: 'for_person', attempts: 0, steps: 0 })
      expect(turns.map(({ turn_id }) => turn_id).toSorted()).toEqual(answers.map(({ turn_id }) => turn_id).toSorted())
      expect((await talk.types()).slice(-3)).toEqual(['message.created', 'turn.queued', 'turn.completed'])
    },
  )

  test('as a stream, and for a replay of the same call', async () => {
    const talk = await talkWith(server)
    await ann.client.takeConversation({ conversation_id: talk.id })
    const key = { conversation_id: talk.id, text: 'Hello', idempotency_key: crypto.randomUUID() }
    const events = []
    for await (const event of server.client.streamConversationMessage(key)) events.push(event)
    expect(events).toMatchObject([{ event: 'turn.completed', data: { ...outside, handled_by: 'person' } }])
    expect(await server.client.sendConversationMessage(key)).toMatchObject({ ...outside, handled_by: 'person' })
    expect(await talk.said()).toEqual(['end_user: Hello'])
  })

  test('a replay says who handled it then, not who does now', async () => {
    server.model.answer = () => 'Hi.'
    const talk = await talkWith(server, { hand_off: { enabled: true, keywords: ['human'] } })
    const conversation_id = talk.id
    const [first, asked, held] = ['Hello', 'A human, please', 'Well?'].map((text) => ({
      ...{ conversation_id, text, idempotency_key: crypto.randomUUID() },
    }))
    const all = [first!, asked!, held!]
    const answers = [
      await server.client.sendConversationMessage(first!),
      await server.client.sendConversationMessage(asked!),
    ]
    await ann.client.takeConversation({ conversation_id })
    answers.push(await server.client.sendConversationMessage(held!))
    expect(answers.map(({ handled_by }) => handled_by)).toEqual(['agent', 'queue', 'person'])
    const again = async () => Promise.all(all.map((message) => server.client.sendConversationMessage(message)))
    expect(await again()).toEqual(answers)
    await ann.client.returnConversation({ conversation_id })
    expect(await again()).toEqual(answers)
    for await (const { event, data } of server.client.streamConversationMessage(held!)) {
      expect([event, data]).toEqual(['turn.completed', answers[2]])
    }
  })

  test('also for the key of a message whose turn had failed', async () => {
    const talk = await talkWith(server, { llm: { provider: 'openai', model: 'scripted' } })
    server.model.answer = () => 400
    const key = { idempotency_key: crypto.randomUUID() }
    expect(await refusal(talk.say('Hello', key))).toMatchObject({ status: 502, body: { handled_by: 'agent' } })
    await server.client.handOffConversation({ conversation_id: talk.id })
    server.model.answer = () => 'Not this.'
    expect(await talk.say('Hello', key)).toMatchObject({ ...outside, handled_by: 'queue' })
    expect((await talk.said()).filter((line) => line.startsWith('end_user'))).toEqual(['end_user: Hello'])
    expect((await turnsOf(talk.id)).map(({ outcome }) => outcome)).toEqual(['model_error', 'for_person'])
  })

  test('up to 200 since a person has said something', async () => {
    const talk = await talkWith(server)
    await ann.client.takeConversation({ conversation_id: talk.id })
    await server.database.pool.query('update handlings set unanswered = 199 where conversation_id = $1', [talk.id])
    await talk.say('200')
    const refused = await refusal(talk.say('201'))
    expect(refused).toMatchObject({ status: 429, code: 'too_many_unanswered_messages' })
    expect(refused.body).not.toHaveProperty('turn_id')
    await ann.client.replyToConversation({ conversation_id: talk.id, text: 'One after the other.' })
    expect(await talk.say('201')).toMatchObject({ handled_by: 'person' })
  })

  test('with relay_in_reply, what people wrote since the message before, the same each time', async () => {
    const talk = await talkWith(server, { hand_off: { relay_in_reply: true } })
    const conversation_id = talk.id
    await ann.client.takeConversation({ conversation_id })
    await talk.say('First')
    await ann.client.replyToConversation({ conversation_id, text: 'One.' })
    await ann.client.replyToConversation({ conversation_id, text: 'Two.' })
    const key = { idempotency_key: crypto.randomUUID() }
    expect(await talk.say('Second', key)).toMatchObject({ reply: 'One.\n\nTwo.', handled_by: 'person' })
    await ann.client.replyToConversation({ conversation_id, text: 'Three.' })
    expect(await talk.say('Second', key)).toMatchObject({ reply: 'One.\n\nTwo.' })
    expect(await talk.say('Third')).toMatchObject({ reply: 'Three.' })
    expect(await talk.say('Fourth')).toMatchObject({ reply: '' })
  })

  test('and the first message after the return has the last of it before the reply of the agent', async () => {
    server.model.answer = () => 'I am back.'
    const talk = await talkWith(server, { hand_off: { relay_in_reply: true } })
    const conversation_id = talk.id
    await ann.client.replyToConversation({ conversation_id, text: 'Done.', take: true, then: 'return' })
    const key = { idempotency_key: crypto.randomUUID() }
    const relayed = { reply: 'Done.\n\nI am back.', handled_by: 'agent' }
    expect(await talk.say('Thanks', key)).toMatchObject(relayed)
    expect(await talk.say('Thanks', key)).toMatchObject(relayed)
    expect(await talk.say('Bye')).toMatchObject({ reply: 'I am back.' })
    await ann.client.replyToConversation({ conversation_id, text: 'Bye!', take: true, then: 'return' })
    const streamed = await Array.fromAsync(server.client.streamConversationMessage({ conversation_id, text: 'And?' }))
    expect(streamed.at(-1)).toMatchObject({ event: 'turn.completed', data: { reply: 'I am back.' } })
  })
})

describe('the tool', () => {
  const agent = { hand_off: { enabled: true } }
  const asked = {
    name: 'hand_off',
    arguments: { reason: 'cannot_help', text: 'Needs a refund.', message: 'A colleague helps you.' },
  }

  test.each([
    [
      'the text of the model',
      { text: 'I ask a colleague.', tool_calls: [asked] },
      'I ask a colleague.',
      'agent: I ask a colleague.',
    ],
    ['else the text of the call', { tool_calls: [asked] }, 'A colleague helps you.', 'agent: A colleague helps you.'],
    [
      'else the wait message',
      { tool_calls: [{ name: 'hand_off', arguments: { reason: 'other' } }] },
      ...(['A person will answer you here.', 'system: A person will answer you here.'] as const),
    ],
  ])('ends the turn with one text: %s', async (_what, answer, reply, line) => {
    const talk = await talkWith(server, agent)
    server.model.answer = () => answer
    const before = server.model.requests.length
    const answered = await talk.say('Help')
    expect(answered).toMatchObject({
      reply,
      handled_by: 'queue',
      tool_calls: [{ name: 'hand_off', output: { status: 'requested' } }],
    })
    expect(server.model.requests.length).toBe(before + 1)
    expect((await talk.said()).filter((text) => text.includes(': '))).toEqual(['end_user: Help', line])
    const [turn] = await turnsOf(talk.id)
    expect(turn).toMatchObject({ status: 'completed', outcome: 'reply' })
    const types = await talk.types()
    expect(types.indexOf('conversation.handoff_requested')).toBeGreaterThan(types.lastIndexOf('message.created'))
    expect((await talk.events()).at(-1)).toMatchObject({
      type: 'conversation.handoff_requested',
      data: { by: { type: 'agent' }, why: 'tool', reason: answer.tool_calls[0]!.arguments.reason, cut_turn_id: null },
    })
  })

  test('runs last in its step; declined, the turn goes on', async () => {
    const talk = await talkWith(server, { hand_off: { enabled: true, max_per_conversation: 1 } })
    server.model.answer = () => ({ tool_calls: [asked, { name: 'unknown', arguments: {} }] })
    expect(await talk.say('Help')).toMatchObject({ handled_by: 'queue' })
    expect((await talk.types()).filter((type) => type === 'tool_call.completed')).toHaveLength(2)
    await server.client.returnConversation({ conversation_id: talk.id })
    const start = server.model.requests.length
    server.model.answer = () => (server.model.requests.length === start + 1 ? { tool_calls: [asked] } : 'I go on.')
    const answer = await talk.say('Again')
    expect(answer).toMatchObject({ reply: 'I go on.', handled_by: 'agent' })
    expect(answer.tool_calls).toMatchObject([
      { name: 'hand_off', output: { status: 'declined', why: 'limit', opens_at: null } },
    ])
    expect(await talk.types()).toContain('conversation.handoff_declined')
  })

  test('with the end of the conversation in the same step, a person is asked for and nothing ends', async () => {
    const talk = await talkWith(server, {
      hand_off: { enabled: true, max_per_conversation: 1 },
      built_in_tools: { end_conversation: { enabled: true } },
    })
    const both = { text: 'Goodbye.', tool_calls: [{ name: 'end_conversation', arguments: {} }, asked] }
    server.model.answer = () => both
    const answer = await talk.say('Help')
    expect(answer).toMatchObject({ reply: 'Goodbye.', handled_by: 'queue' })
    expect(answer.tool_calls).toMatchObject([
      { name: 'end_conversation', is_error: true, output: expect.stringContaining('was not ended') },
      { name: 'hand_off', output: { status: 'requested' } },
    ])
    expect(await talk.read()).toMatchObject({ status: 'in_progress' })
    await server.client.returnConversation({ conversation_id: talk.id })
    const start = server.model.requests.length
    server.model.answer = () => (server.model.requests.length === start + 1 ? both : 'I am still here.')
    expect(await talk.say('Again')).toMatchObject({ reply: 'Goodbye.I am still here.', handled_by: 'agent' })
    expect(await talk.read()).toMatchObject({ status: 'in_progress' })
  })

  test('is not there unless the agent hands off', async () => {
    const talk = await talkWith(server, {})
    server.model.answer = () => 'Hi.'
    await talk.say('Hello')
    expect(server.model.requests.at(-1)!.tools ?? []).toEqual([])
  })
})

describe('the rules', () => {
  test('a keyword asks at once, without the model', async () => {
    const talk = await talkWith(server, { hand_off: { enabled: true, keywords: ['human', 'real person'] } })
    const before = server.model.requests.length
    const answer = await talk.say('Get me a REAL  person!')
    expect(answer).toMatchObject({ reply: 'A person will answer you here.', tool_calls: [], handled_by: 'queue' })
    expect(server.model.requests.length).toBe(before)
    expect(await turnsOf(talk.id)).toMatchObject([{ status: 'completed', outcome: 'reply', attempts: 0 }])
    expect(await talk.read()).toMatchObject({
      handoff_reason: 'keyword',
      handling: { requested_by: { type: 'system' } },
    })
    expect((await talk.types()).slice(2)).toEqual([
      ...['message.created', 'message.created', 'turn.queued', 'turn.completed', 'conversation.handoff_requested'],
    ])
  })

  test('failed turns in a row ask in the commit that fails the last', async () => {
    const talk = await talkWith(server, { hand_off: { enabled: true }, llm: { provider: 'openai', model: 'scripted' } })
    server.model.answer = () => 400
    expect(await refusal(talk.say('One'))).toMatchObject({ status: 502, body: { handled_by: 'agent' } })
    expect(await refusal(talk.say('Two'))).toMatchObject({
      status: 502,
      code: 'turn_failed',
      body: { handled_by: 'queue' },
    })
    expect(await talk.read()).toMatchObject({ handled_by: 'queue', handoff_reason: 'failed_replies' })
    expect(await talk.said()).toEqual(['end_user: One', 'end_user: Two', 'system: A person will answer you here.'])
    // No rule counts what came before the return.
    await server.client.returnConversation({ conversation_id: talk.id })
    expect(await refusal(talk.say('Three'))).toMatchObject({ status: 502, body: { handled_by: 'agent' } })
  })

  test('a reply between them starts the count again', async () => {
    const talk = await talkWith(server, { hand_off: { enabled: true }, llm: { provider: 'openai', model: 'scripted' } })
    for (const answer of [400, 'Fine.', 400]) {
      server.model.answer = () => answer
      await talk.say('Hello').catch(() => {})
    }
    expect(await talk.read()).toMatchObject({ handled_by: 'agent' })
  })
})

describe('low confidence', () => {
  const soon = { timeout: 40_000, interval: 20 }
  const agent = {
    hand_off: { enabled: true, low_confidence: { threshold: 0.5, consecutive: 2 } },
    llm: { provider: 'openai', model: 'scripted' },
  }
  const isRating = ({ response_format }: { response_format?: { json_schema: { name: string } } }) =>
    response_format?.json_schema.name === 'rating'
  const rateAs = (...ratings: string[]) => {
    server.model.answer = (request) => (isRating(request) ? (ratings.shift() ?? '{"confidence": 1}') : 'Perhaps.')
  }

  test('each reply is rated once, and low ones in a row ask for a person', async () => {
    const talk = await talkWith(server, agent)
    const ratings = async () => {
      const { conversation } = await talk.read()
      return conversation!.items.flatMap(({ author, metrics }) =>
        author?.type === 'agent' ? [metrics?.confidence] : [],
      )
    }
    rateAs('{"confidence": 0.2}', '{"confidence": 0.9}', 'so {"confidence": 0.1}', '{"confidence": 0.49}')
    for (const [count, text] of ['One', 'Two', 'Three'].entries()) {
      expect(await talk.say(text)).toMatchObject({ handled_by: 'agent' })
      await expect.poll(async () => (await ratings())[count], soon).toBeDefined()
    }
    expect(await talk.read()).toMatchObject({ handled_by: 'agent' })
    await talk.say('Four')
    await expect.poll(async () => (await talk.read()).handled_by, soon).toBe('queue')
    expect(await talk.read()).toMatchObject({
      handoff_reason: 'low_confidence',
      handling: { requested_by: { type: 'system' } },
    })
    expect(await ratings()).toEqual([0.2, 0.9, 0.1, 0.49])
    expect((await talk.said()).at(-1)).toBe('system: A person will answer you here.')
  })

  test('a turn of another agent has no such work', async () => {
    const talk = await talkWith(server, { hand_off: { enabled: true } })
    server.model.answer = () => 'Surely.'
    await talk.say('Hello')
    const { rowCount } = await server.database.pool.query(
      `select from work where kind = 'rate_reply' and owner = $1 union all select from work_arrivals where kind = 'rate_reply' and owner = $1`,
      [talk.id],
    )
    expect(rowCount).toBe(0)
  })
})
