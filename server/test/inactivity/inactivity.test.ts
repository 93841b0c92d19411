// The inactivity rules of an agent's version, through the API: each line of the specification.
import { randomUUID } from 'node:crypto'
import type { ConversationStatus } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { dueIn, endOf, fireTimer, hasTimer, shiftTimes, soon, talkOf, talkWith } from './fixture.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const system = { type: 'system', id: null, name: null, reason: null }
const warned = { warn_after_seconds: 60, warn_message: 'Are you still there?' }

describe('silence', () => {
  test('warns once, then says goodbye and ends', async () => {
    server.model.answer = () => 'Tea is three euros.'
    const inactivity = { ...warned, end_after_seconds: 120, end_message: 'Goodbye.' }
    const talk = await talkWith(server, { inactivity, starting_message: 'Hello!' })
    await talk.say('Tea?')
    const before = ['assistant: Hello!', 'user: Tea?', 'assistant: Tea is three euros.']
    await talk.pass(45)
    await expect.poll(() => dueIn(server.database, talk.id), soon).toBeGreaterThan(0)
    expect(await talk.said()).toEqual(before)

    const { last_activity_at } = await talk.read()
    await talk.pass(16)
    await expect.poll(talk.said, soon).toEqual([...before, 'assistant: Are you still there?'])
    expect(Date.parse((await talk.read()).last_activity_at)).toBeLessThan(Date.parse(last_activity_at))

    await talk.pass(30)
    await expect.poll(() => dueIn(server.database, talk.id), soon).toBeGreaterThan(0)
    expect((await talk.said()).length).toBe(before.length + 1)
    await talk.pass(30)
    expect(await endOf(talk)).toEqual({ status: 'completed', end_reason: 'inactivity', ended_by: system })
    expect(await talk.said()).toEqual([...before, 'assistant: Are you still there?', 'assistant: Goodbye.'])

    const events = (await talk.events()).slice(-3)
    expect(events.map(({ type, data }) => [type, data])).toMatchObject([
      ['message.created', { role: 'assistant', content: ['Are you still there?'], turn_id: null, interrupted: false }],
      ['message.created', { role: 'assistant', content: ['Goodbye.'], turn_id: null, interrupted: false }],
      ['conversation.ended', { status: 'completed', end_reason: 'inactivity', ended_by: system }],
    ])
    await expect.poll(() => hasTimer(server.database, talk.id), soon).toBe(false)
    const message = { conversation_id: talk.id, text: 'Hello?' }
    expect(await refusal(server.client.sendConversationMessage(message))).toMatchObject({ status: 409 })
  })

  test('that nothing ends: one warning, however long it lasts; after a message another one', async () => {
    server.model.answer = () => 'Yes.'
    const talk = await talkWith(server, { inactivity: { ...warned, end_after_seconds: null } })
    await talk.pass(61)
    await expect.poll(talk.said, soon).toEqual(['assistant: Are you still there?'])
    await talk.pass(100_000)
    await expect.poll(() => dueIn(server.database, talk.id), soon).toBeGreaterThan(30)
    expect((await talk.said()).length).toBe(1)
    await talk.say('I am.')
    await talk.pass(61)
    await expect
      .poll(async () => (await talk.said()).slice(2), soon)
      .toEqual(['assistant: Yes.', 'assistant: Are you still there?'])
  })

  test('a message after the warning is activity', async () => {
    server.model.answer = () => 'Yes.'
    const talk = await talkWith(server, { inactivity: { ...warned, end_after_seconds: 120 } })
    await talk.pass(61)
    await expect.poll(talk.said, soon).toEqual(['assistant: Are you still there?'])
    await talk.say('I am.')
    await talk.pass(45)
    await expect.poll(() => dueIn(server.database, talk.id), soon).toBeGreaterThan(0)
    await talk.pass(16)
    const said = [
      'assistant: Are you still there?',
      'user: I am.',
      'assistant: Yes.',
      'assistant: Are you still there?',
    ]
    await expect.poll(talk.said, soon).toEqual(said)
    await talk.pass(60)
    expect(await endOf(talk)).toMatchObject({ end_reason: 'inactivity' })
    expect(await talk.said()).toEqual(said)
  })

  test('begins not while a turn runs or waits, but when the last one is over, even without a reply', async () => {
    const held = holdAnswer()
    server.model.answer = () => held
    const talk = await talkWith(server, { inactivity: { end_after_seconds: 60 } })
    const call = refusal(talk.say('Hello'))
    await held.asked
    await talk.pass(1000)
    await expect.poll(() => dueIn(server.database, talk.id), soon).toBeGreaterThan(30)
    expect((await talk.read()).status).toBe('in_progress')
    const { data } = await server.client.listConversationTurns({ conversation_id: talk.id })
    await server.client.cancelTurn({ conversation_id: talk.id, turn_id: data[0]!.turn_id })
    expect(await call).toMatchObject({ code: 'turn_cancelled' })
    await talk.pass(45)
    await expect.poll(() => dueIn(server.database, talk.id), soon).toBeGreaterThan(0)
    expect((await talk.read()).status).toBe('in_progress')
    await talk.pass(16)
    expect(await endOf(talk)).toMatchObject({ end_reason: 'inactivity' })
  })

  test('does not end with a change of the metadata', async () => {
    const talk = await talkWith(server, { inactivity: { end_after_seconds: 60 } })
    await talk.pass(45)
    await server.client.updateConversation({ conversation_id: talk.id, custom_metadata: { seen: true } })
    await talk.pass(16)
    expect(await endOf(talk)).toMatchObject({ end_reason: 'inactivity' })
  })

  test('ends a conversation after a day if its version does not mention inactivity; null switches that off', async () => {
    for (const config of [{}, { inactivity: null }, { inactivity: {} }]) {
      const talk = await talkWith(server, config)
      await talk.pass(86_385)
      await expect.poll(() => dueIn(server.database, talk.id), soon).toBeGreaterThan(0)
      expect((await talk.read()).status).toBe('in_progress')
      await talk.pass(16)
      expect(await endOf(talk)).toMatchObject({ status: 'completed', end_reason: 'inactivity' })
    }
    const endless = await talkWith(server, { inactivity: { end_after_seconds: null } })
    await expect.poll(() => hasTimer(server.database, endless.id), soon).toBe(false)
  })
})

describe('what is said', () => {
  test('is a template, wrapped like every message of the channel', async () => {
    const inactivity = {
      ...{ warn_after_seconds: 60, warn_message: 'Still there, {{ custom_metadata.name }}?' },
      ...{ end_after_seconds: 120, end_message: 'Goodbye {{ user_id }} on {{ channel }}' },
    }
    const channel_properties = { text: { body_template: '<{{ agent_response }}>' } }
    const talk = await talkWith(server, { inactivity, channel_properties }, { custom_metadata: { name: 'Ada' } })
    await talk.pass(61)
    await expect.poll(talk.said, soon).toEqual(['assistant: <Still there, Ada?>'])
    await talk.pass(60)
    await endOf(talk)
    expect((await talk.said()).at(-1)).toBe('assistant: <Goodbye ada on text>')
  })

  test('is nothing if the template fails or is blank; the rule holds', async () => {
    const inactivity = {
      ...{ warn_after_seconds: 60, warn_message: '{{ custom_metadata.of.nobody.at.all }}' },
      ...{ end_after_seconds: 120, end_message: '  ' },
    }
    const talk = await talkWith(server, { inactivity })
    await talk.pass(61)
    await expect.poll(() => dueIn(server.database, talk.id), soon).toBeGreaterThan(30)
    await talk.pass(60)
    expect(await endOf(talk)).toMatchObject({ end_reason: 'inactivity' })
    expect(await talk.said()).toEqual([])
  })

  test('an invalid template is refused with its path', async () => {
    const { agent_id } = await publishAgent(server.client)
    const config = { inactivity: { warn_message: '{{ open', end_message: '{% if %}', warn_after_seconds: 0 } }
    expect(await refusal(server.client.createAgentVersion({ agent_id, config }))).toMatchObject({
      status: 422,
      errors: [
        { path: 'config.inactivity.end_message' },
        { path: 'config.inactivity.warn_after_seconds' },
        { path: 'config.inactivity.warn_message' },
      ],
    })
  })

  test('nothing has no effect any more', async () => {
    const { agent_id } = await publishAgent(server.client)
    const config = {
      inactivity: { ...warned, end_after_seconds: 5, end_message: 'Bye', max_duration_seconds: 9, max_user_turns: 2 },
    }
    expect((await server.client.createAgentVersion({ agent_id, config })).warnings).toEqual([])
  })

  test('a creation that is repeated after a warning has the same answer', async () => {
    const { agent_id } = await publishAgent(server.client, { inactivity: warned })
    const id = crypto.randomUUID()
    const create = () => server.client.createConversation({ id, channel: 'text', user_id: 'ada', agent_id })
    const created = await create()
    const talk = talkOf(server, id)
    await talk.pass(61)
    await expect.poll(talk.said, soon).toEqual(['assistant: Are you still there?'])
    expect(await create()).toMatchObject({
      starting_message: created.starting_message,
      conversation: { conversation: { items: [] } },
    })
  })
})

describe('the maximum duration', () => {
  test('ends a turn that runs, keeps what it has said, and cancels those that wait', async () => {
    const held = holdAnswer()
    server.model.answer = () => held
    const inactivity = { max_duration_seconds: 600, end_message: 'Our time is up.' }
    const talk = await talkWith(server, { inactivity })
    const calls = ['Hello', 'And?'].map((text) => refusal(talk.say(text)))
    await held.asked
    held.say('Once there was')
    const { engine } = server.app.rooms.engine
    await expect.poll(() => engine.textSoFar(talk.id), soon).toBe('Once there was')
    await expect.poll(async () => (await talk.said()).length, soon).toBe(2)
    await talk.pass(585)
    await expect.poll(() => dueIn(server.database, talk.id), soon).toBeGreaterThan(0)
    expect((await talk.read()).status).toBe('in_progress')
    await talk.pass(16)
    expect(await endOf(talk)).toEqual({ status: 'completed', end_reason: 'max_duration', ended_by: system })
    expect(await Promise.all(calls)).toMatchObject([{ code: 'conversation_ended' }, { code: 'conversation_ended' }])
    expect((await talk.said()).toSorted()).toEqual([
      'assistant, interrupted: Once there was',
      'assistant: Our time is up.',
      'user: And?',
      'user: Hello',
    ])
    expect((await talk.said()).at(-1)).toBe('assistant: Our time is up.')
    expect((await talk.read()).duration).toBeGreaterThanOrEqual(600)
  })

  test('is not put off by messages', async () => {
    server.model.answer = () => 'Yes.'
    const talk = await talkWith(server, { inactivity: { max_duration_seconds: 600, end_after_seconds: 300 } })
    for (let part = 0; part < 3; part += 1) {
      await talk.pass(195)
      await talk.say('Still here')
    }
    await talk.pass(16)
    expect(await endOf(talk)).toMatchObject({ end_reason: 'max_duration' })
  })
})

describe('every active state', () => {
  let imported = 0
  const cases: [
    channel: 'text' | 'telephone' | 'webrtc' | 'email',
    status: ConversationStatus,
    becomes: ConversationStatus,
  ][] = [
    ['text', 'in_progress', 'completed'],
    ['text', 'triggered', 'completed'],
    ['text', 'ringing', 'completed'],
    ['telephone', 'triggered', 'unanswered'],
    ['telephone', 'ringing', 'unanswered'],
    ['telephone', 'in_progress', 'completed'],
    ['webrtc', 'token_created', 'cancelled'],
    ['webrtc', 'in_progress', 'completed'],
    ['email', 'in_progress', 'completed'],
  ]

  test.each(cases)('%s, %s: becomes %s, and only who is reached is spoken to', async (channel, status, becomes) => {
    const inactivity = { ...warned, end_after_seconds: 120, end_message: 'Goodbye.' }
    const { agent_id, version_id: agent_version_id } = await publishAgent(server.client, { inactivity })
    imported += 1
    const id = `0190b000-0000-7000-8000-${String(imported).padStart(12, '0')}`
    const row = { id, agent_id, agent_version_id, channel, status, user_id: 'ada', direction: 'inbound' as const }
    const created_at = `2026-01-0${imported}T00:00:00Z`
    const answer = await server.client.importConversations({
      conversations: [{ ...row, created_at, conversation: { items: [] } }],
    })
    expect(answer).toMatchObject({ created: 1, errors: [] })
    const talk = talkOf(server, id)
    // However old its history is, it is silent from its import on.
    await talk.pass(45)
    await expect.poll(() => dueIn(server.database, id), soon).toBeGreaterThan(0)
    expect((await talk.read()).status).toBe(status)
    await talk.pass(16)
    await expect.poll(() => dueIn(server.database, id), soon).toBeGreaterThan(2)
    await talk.pass(60)
    expect(await endOf(talk)).toEqual({ status: becomes, end_reason: 'inactivity', ended_by: system })
    const isReached = becomes === 'completed'
    expect(await talk.said()).toEqual(isReached ? ['assistant: Are you still there?', 'assistant: Goodbye.'] : [])
  })

  test.each([
    ['last_activity_at', '9999-12-31T23:00:00Z', null, 'inactivity', 7261],
    ['created_at', '9999-12-31T23:00:00Z', 7200, 'inactivity', 0],
    ['created_at', '0001-01-01T00:00:00Z', 7200, 'max_duration', 2_147_483_647],
  ] as const)(
    'one that is imported with %s at %s ends, and holds up no other',
    async (field, time, max_duration_seconds, end_reason, duration) => {
      const inactivity = { end_after_seconds: 7200, max_duration_seconds }
      const { agent_id, version_id: agent_version_id } = await publishAgent(server.client, { inactivity })
      const id = randomUUID()
      const status = 'in_progress' as const
      const row = { id, agent_id, agent_version_id, channel: 'text' as const, status, user_id: 'ada' }
      const times = { created_at: new Date().toISOString(), [field]: time }
      const answer = await server.client.importConversations({ conversations: [{ ...row, ...times }] })
      expect(answer).toMatchObject({ created: 1, errors: [] })
      const talk = talkOf(server, id)
      await talk.pass(60)
      await expect.poll(async () => (await dueIn(server.database, id)) ?? 1, soon).toBeGreaterThan(0)
      const other = await talkWith(server, { inactivity: { end_after_seconds: 60 } })
      await other.pass(61)
      expect(await endOf(other)).toMatchObject({ end_reason: 'inactivity' })
      // It is silent from its import on.
      if (end_reason === 'inactivity') await talk.pass(7201)
      expect(await endOf(talk)).toMatchObject({ end_reason })
      expect(Math.abs((await talk.read()).duration! - duration)).toBeLessThan(60)
    },
  )

  test('an ended one that is imported has no timer', async () => {
    const id = '0190b000-0000-7000-8000-00000000ffff'
    const row = {
      id,
      channel: 'text' as const,
      status: 'completed' as const,
      user_id: 'ada',
      created_at: '2026-01-01T00:00:00Z',
    }
    const { created, errors } = await server.client.importConversations({
      conversations: [{ ...row, ended_at: '2026-01-01T01:00:00Z' }],
    })
    expect({ created, errors }).toEqual({ created: 1, errors: [] })
    const { rowCount } = await server.database.pool.query('select from work_arrivals where subject = $1', [id])
    expect([rowCount, await hasTimer(server.database, id)]).toEqual([0, false])
  })
})

test('streams on another node and webhooks get what a rule says and does', async () => {
  await using other = await server.startAnother()
  const { id: webhook_id } = await server.client.createWebhookEndpoint({
    url: 'https://example.com/hook',
    events: ['*'],
  })
  const inactivity = { ...warned, end_after_seconds: 120, end_message: 'Goodbye.' }
  const talk = await talkWith(server, { inactivity })
  const seen: string[] = []
  const abort = new AbortController()
  const reading = (async () => {
    const client = server.as({ base_url: other.url })
    for await (const event of client.streamConversationEvents({ conversation_id: talk.id }, { signal: abort.signal })) {
      const text = event.event === 'message.created' ? (event.data.data as { content: string[] }).content.join('') : ''
      seen.push(`${event.event} ${text}`.trim())
      if (event.event === 'conversation.ended') break
    }
  })()
  await talk.pass(61)
  await expect.poll(talk.said, soon).toEqual(['assistant: Are you still there?'])
  await talk.pass(60)
  await reading
  expect(seen.slice(-3)).toEqual([
    ...['message.created Are you still there?', 'message.created Goodbye.', 'conversation.ended'],
  ])
  const { data } = await server.client.listWebhookDeliveries({ webhook_id })
  const types = data.filter(({ conversation_id }) => conversation_id === talk.id).map(({ event_type }) => event_type)
  expect(types.filter((type) => type === 'message.created').length).toBe(2)
  await server.client.deleteWebhookEndpoint({ webhook_id })
})

test('servers restart in between', async () => {
  const talk = await talkWith(server, { inactivity: { end_after_seconds: 60 } })
  await expect.poll(() => dueIn(server.database, talk.id), soon).toBeGreaterThan(2)
  await server.restart()
  await talkOf(server, talk.id).pass(61)
  expect(await endOf(talkOf(server, talk.id))).toMatchObject({ end_reason: 'inactivity' })
})

test('a message that a server of the version before has stored is activity', async () => {
  const talk = await talkWith(server, { inactivity: { end_after_seconds: 60 } })
  await shiftTimes(server.database, talk.id, 61)
  await server.database.pool.query(
    'update conversation_progress set last_activity_at = clock_timestamp() where conversation_id = $1',
    [talk.id],
  )
  await fireTimer(server.database, talk.id)
  await expect.poll(() => dueIn(server.database, talk.id), soon).toBeGreaterThan(30)
  expect((await talk.read()).status).toBe('in_progress')
})

test('a conversation that ends takes its timer along', async () => {
  const talk = await talkWith(server, {})
  await expect.poll(() => dueIn(server.database, talk.id), soon).toBeGreaterThan(1000)
  await server.client.endConversation({ conversation_id: talk.id })
  expect(await hasTimer(server.database, talk.id)).toBe(false)
  const deleted = await talkWith(server, {})
  await expect.poll(() => dueIn(server.database, deleted.id), soon).toBeGreaterThan(1000)
  await server.client.deleteConversation({ conversation_id: deleted.id })
  expect(await hasTimer(server.database, deleted.id)).toBe(false)
})

test('a conversation that a rule ends is summarized', async () => {
  server.model.answer = () => 'They talked.'
  const talk = await talkWith(server, {
    inactivity: { end_after_seconds: 60 },
    analysis: { summary: { enabled: true } },
  })
  await talk.say('Hello')
  await talk.pass(61)
  await endOf(talk)
  await expect.poll(async () => (await talk.read()).summary, soon).toBe('They talked.')
})
