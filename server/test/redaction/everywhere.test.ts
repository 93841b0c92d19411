// What a conversation must not keep is in nothing that is stored, answered, streamed, delivered or logged; the model and the
// tools get it within the turn that brings it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { type Answer, holdAnswer } from '../support/scripted-model.ts'
import { patientPorts } from '../support/patient-ports.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../support/tool-peer.ts'
import { readInBackground, until } from '../support/event-readers.ts'
import { type Receiver, startReceiver } from '../webhooks/receiver.ts'
import { dumpDatabase } from '../support/dump-database.ts'
import { everything, foundIn, overhear, planted, replaced, retention } from './planted.ts'

let server: TestServer
let other: App
let peer: ToolPeer
let receiver: Receiver
let agent_id: string
let version_id: string

const { email, phone } = planted
// Not in clear in the configuration, which is stored as it is.
const greeting = `Write to {{ "ada.planted+tag" ~ "@mail.example.org" }}.`

beforeAll(async () => {
  peer = await startToolPeer()
  receiver = await startReceiver()
  server = await startTestServer({ ...opened_hosts, PARLEY_DRAIN_SECONDS: '1' })
  other = await server.startAnother({}, { ports: patientPorts })
  const endpoint = await server.client.createWebhookEndpoint({ url: receiver.url, events: ['*'] })
  receiver.secret = endpoint.secret
  const actions = [
    { type: 'http', method: 'POST', url: peer.url, body: { to: '{{ address }}' } },
    { type: 'play_message', message: 'Sent to {{ address }}.' },
  ]
  const properties = { address: { type: 'string' }, notes: { type: 'object' } }
  const tool = { name: 'send', description: 'Sends', properties, idempotent: true, actions }
  const config = { retention, tools: [tool], starting_message: greeting, analysis: { summary: { enabled: true } } }
  ;({ agent_id, version_id } = await publishAgent(server.client, config))
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
})

const begin = async (fields: object = {}) =>
  (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id, ...fields })).conversation.id

async function expectNothingKept(): Promise<void> {
  for (const row of await dumpDatabase(server)) expect(foundIn(row), row.slice(0, 300)).toEqual([])
  expect(foundIn(server.log.join('\n'))).toEqual([])
}

const lastTexts = () => server.model.requests.at(-1)!.messages.map(({ content }) => content ?? '')

test('the whole life of a conversation', async () => {
  await using notified = await overhear(server)
  const created = await server.client.createConversation({
    ...({ channel: 'text', user_id: 'u', agent_id, initial_context: `They wrote ${everything}` } as const),
    subject: everything,
    idempotency_key: 'created',
  })
  const conversation_id = created.conversation.id
  expect(created.starting_message).toBe('Write to [email].')
  expect(created.conversation.initial_context).toBe(`They wrote ${replaced}`)
  const reader = readInBackground(server.as({ base_url: other.url }), conversation_id, 0)
  await until(() => reader.events.length > 0)

  peer.answer = (_request, response) =>
    answerJson(response, { owner: everything, [email]: [{ card: 4111111111111111 }] })
  const answers: Answer[] = [
    {
      text: `I write to ${email}.`,
      tool_calls: [{ name: 'send', arguments: { address: email, notes: { [phone]: everything } } }],
    },
    `Done: ${everything}!`,
  ]
  server.model.answer = () => answers.shift()!
  const text = `I am ${everything}`
  const reply = await server.client.sendConversationMessage({ conversation_id, text, idempotency_key: 'said' })
  expect(reply.reply).toContain(`Done: ${replaced}!`)
  expect(reply.tool_calls).toMatchObject([{ arguments: { address: '[email]', notes: { '[phone]': replaced } } }])
  // Within the turn, the tool and the model get what was said.
  expect(peer.requests.at(-1)!.body).toBe(JSON.stringify({ to: email }))
  expect(lastTexts().join()).toContain(text)
  expect(lastTexts().at(-1)).toContain(everything)
  // Not afterwards.
  server.model.answer = () => 'Hello again.'
  await server.client.sendConversationMessage({ conversation_id, text: `Still ${email}` })
  expect(lastTexts().at(-1)).toBe(`Still ${email}`)
  expect(foundIn(lastTexts().slice(0, -1).join('\n'))).toEqual([])
  expect(lastTexts().slice(0, -1).join('\n')).toContain(`I am ${replaced}`)

  peer.answer = (_request, response) => answerJson(response, { error: everything }, 500)
  const failing: Answer[] = [{ tool_calls: [{ name: 'send', arguments: { address: email } }] }, 500]
  server.model.answer = () => failing.shift() ?? 500
  await refusal(server.client.sendConversationMessage({ conversation_id, text: 'Again' }))

  server.model.answer = () => `They are ${everything}.`
  const ended = await server.client.endConversation({ conversation_id, reason: everything, idempotency_key: 'ended' })
  expect(ended.summary).toBe(`They are ${replaced}.`)
  expect(foundIn(lastTexts().join('\n'))).toEqual([])
  const again = await server.client.endConversation({ conversation_id, reason: everything, idempotency_key: 'ended' })
  expect(again).toEqual(ended)

  const shown = await Promise.all([
    server.client.getConversation({ conversation_id }),
    server.client.listConversationTurns({ conversation_id }),
    server.client.listConversations({}),
    server.client.sendConversationMessage({ conversation_id, text, idempotency_key: 'said' }),
  ])
  expect(foundIn(JSON.stringify(shown))).toEqual([])
  await until(() => reader.events.some(({ event }) => event === 'conversation.ended'))
  expect(foundIn(JSON.stringify(reader.events))).toEqual([])
  await expect.poll(() => receiver.received.some(({ event }) => event.type === 'conversation.analyzed')).toBe(true)
  expect(receiver.received.map(({ event }) => event.type)).toContain('tool_call.completed')
  expect(foundIn(receiver.received.map(({ body }) => body).join('\n'))).toEqual([])
  expect(foundIn(notified.heard.join('\n'))).toEqual([])
  await expectNothingKept()
})

describe('text that is still being said', () => {
  test('cut anywhere: the joined deltas are the reply, here and on another node', async () => {
    await using notified = await overhear(server)
    const conversation_id = await begin()
    const said = `You are ${everything}, right? Ends with ${email}`
    const expected = `You are ${replaced}, right? Ends with [email]`
    const isRelayed = () => notified.heard.some((text) => text.includes('[email]'))
    for (const size of [1, 2, 3, 7, 20]) {
      const pieces = Array.from({ length: Math.ceil(said.length / size) }, (_, n) =>
        said.slice(n * size, (n + 1) * size),
      )
      server.model.answer = () =>
        (async function* () {
          yield* pieces.slice(0, -1)
          // Both nodes follow the conversation by now; a turn that is quick enough is not reported to the other.
          if (size === 20) await until(isRelayed)
          yield pieces.at(-1)!
        })()
      for (const client of [server.client, server.as({ base_url: other.url })]) {
        const reader = readInBackground(client, conversation_id)
        let joined = ''
        let shown = ''
        for await (const { event, data } of client.streamConversationMessage({ conversation_id, text: 'Who am I?' })) {
          if (event === 'turn.restarted') joined = ''
          if (event === 'message.delta') joined += data.text
          if (event === 'turn.completed') shown = data.reply
        }
        expect([joined, shown]).toEqual([expected, expected])
        reader.stop()
        expect(foundIn(JSON.stringify(reader.events))).toEqual([])
      }
    }
    expect(isRelayed()).toBe(true)
    expect(foundIn(notified.heard.join('\n'))).toEqual([])
    await expectNothingKept()
  })

  test('is kept without it when another node ends the conversation', async () => {
    const conversation_id = await begin()
    const held = holdAnswer()
    server.model.answer = () => held
    const call = server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    call.catch(() => {})
    await held.asked
    held.say(`Of course: ${email} and ${planted.credit_card.slice(0, 9)}`)
    const engine = server.app.rooms.engine.engine
    await expect.poll(() => engine.textSoFar(conversation_id)).toContain('4111')
    const lent: string[] = []
    const { pool } = server.database
    const trigger = `create function note_partial() returns trigger language plpgsql as
      $$ begin insert into lent values (new.partial_text); return null; end $$;
      create table lent (text text);
      create trigger lending after update on turns for each row when (new.partial_text is not null) execute function note_partial()`
    await pool.query(trigger)
    await server.as({ base_url: other.url }).endConversation({ conversation_id, prefer: 'wait=0' })
    lent.push(...(await pool.query<{ text: string }>('select text from lent')).rows.map(({ text }) => text))
    await pool.query('drop trigger lending on turns; drop function note_partial; drop table lent')
    expect(lent).toEqual(['Of course: [email] and '])
    const { conversation } = await server.client.getConversation({ conversation_id })
    expect(conversation!.items.at(-1)).toMatchObject({
      content: ['Of course: [email] and '],
      interrupted: true,
    })
    await expectNothingKept()
  })
})

test('a message that waits for its turn reaches the model as it was said, too', async () => {
  const conversation_id = await begin()
  const held = holdAnswer()
  server.model.answer = () => held
  const first = server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
  await held.asked
  server.model.answer = () => 'Noted.'
  const second = server.client.sendConversationMessage({ conversation_id, text: `Mine is ${email}` })
  await expect.poll(async () => (await server.client.listConversationTurns({ conversation_id })).data.length).toBe(2)
  held.say('Hi')
  held.finish()
  await Promise.all([first, second])
  expect(lastTexts().at(-1)).toBe(`Mine is ${email}`)
  // The turn is over: nothing of it is in memory.
  const { conversations } = server.app.rooms.conversations
  const turns = (await server.client.listConversationTurns({ conversation_id })).data
  for (const { turn_id } of turns) expect(conversations.heard.of(turn_id).size).toBe(0)
})

test('what was said is forgotten when another node ends its turn', async () => {
  const conversation_id = await begin()
  const held = holdAnswer()
  server.model.answer = () => held
  const call = refusal(server.as({ base_url: other.url }).sendConversationMessage({ conversation_id, text: email }))
  await held.asked
  const [turn] = (await server.client.listConversationTurns({ conversation_id })).data
  const { heard } = other.rooms.conversations.conversations
  expect(heard.of(turn!.turn_id).size).toBe(1)
  await server.client.endConversation({ conversation_id })
  await call
  await expect.poll(() => heard.of(turn!.turn_id).size).toBe(0)
})

describe('a version that was saved before patterns were checked', () => {
  const pattern = String.raw`(?<!\d)\d{3}`
  const saveOld = async (published: boolean) => {
    const { agent_id: id } = await server.client.createAgent({ name: 'Old' })
    const saved = await server.client.createAgentVersion({ agent_id: id, config: {} })
    const redact = JSON.stringify([{ name: 'code', pattern }])
    const stored = `update agent_versions set config = jsonb_build_object('retention', jsonb_build_object('redact', $2::jsonb)),
      published = $3, published_at = case when $3 then now() end where id = $1`
    await server.database.pool.query(stored, [saved.id, redact, published])
    return { agent_id: id, version: String(saved.version), version_id: saved.id }
  }
  const fault = {
    path: 'config.retention.redact.0.pattern',
    message: expect.stringContaining('is not a regular expression that RE2 knows'),
  }

  test('begins no conversation, and says why', async () => {
    const old = await saveOld(true)
    const refused = await refusal(
      server.client.createConversation({ channel: 'text', user_id: 'u', agent_id: old.agent_id }),
    )
    expect(refused).toMatchObject({ status: 422, message: expect.stringContaining('publish'), errors: [fault] })
    const imported = {
      ...{ id: systemPorts.newId(), status: 'in_progress', channel: 'text', user_id: 'u', agent_id: old.agent_id },
      ...{ agent_version_id: old.version_id, created_at: '2026-01-01T00:00:00Z', conversation: { items: [] } },
    }
    const answer = await server.client.importConversations({ conversations: [imported] as never })
    expect(answer).toMatchObject({ created: 0, errors: [{ path: 'agent_version_id' }] })
  })

  test('is not published', async () => {
    const { agent_id: old, version } = await saveOld(false)
    const refused = await refusal(server.client.publishAgentVersion({ agent_id: old, version }))
    expect(refused).toMatchObject({ status: 422, errors: [fault] })
  })
})

test('after its server is lost, a call whose arguments were redacted is not repeated', async () => {
  const conversation_id = await begin()
  peer.answer = () => {}
  const calls = [
    { name: 'send', arguments: { address: email } },
    { name: 'send', arguments: { address: 'the office' } },
  ]
  server.model.answer = (request) =>
    request.messages.at(-1)!.role === 'tool' ? 'It is done.' : { text: '', tool_calls: calls }
  const before = peer.requests.length
  const call = server.as({ base_url: other.url }).sendConversationMessage({ conversation_id, text: `Use ${email}` })
  call.catch(() => {})
  await expect.poll(() => peer.requests.length).toBe(before + 2)
  peer.answer = (_request, response) => answerJson(response, { ok: true })
  // As when its node is dead: its lease has run out.
  const lose = `update turns set lease_expires_at = now() - interval '1 second', node_id = gen_random_uuid()
    where conversation_id = $1 and status = 'running'`
  await server.database.pool.query(lose, [conversation_id])
  await server.app.rooms.engine.engine.watch()
  const results = async () =>
    (await server.client.getConversation({ conversation_id }))
      .conversation!.items.filter(({ type }) => type === 'function_call_output')
      .map(({ output, is_error }) => [output, is_error])
  await expect.poll(results).toHaveLength(2)
  expect(await results()).toEqual(
    expect.arrayContaining([
      [expect.stringContaining('unknown whether'), true],
      [expect.anything(), false],
    ]),
  )
  expect(peer.requests.slice(before).map(({ body }) => body)).toEqual([
    ...[
      JSON.stringify({ to: email }),
      JSON.stringify({ to: 'the office' }),
      JSON.stringify({ to: 'the office' }),
    ].toSorted(),
  ])
})

test('imported conversations', async () => {
  const ids = [systemPorts.newId(), systemPorts.newId()]
  const call = { call_id: 'c', name: 'send' }
  const analysisOf = (said: string, key: string) => ({
    ...{ run: 1, finished_at: '2026-01-01T00:01:00Z', summary: said, outcome: said, extracted: { [key]: [said] } },
    ...{ success: true, success_reason: said, models: ['made/up'], duration_ms: 4_111_111 },
    ...{ input_tokens: 1, output_tokens: 1 },
  })
  const row = (id: string, status: string) => ({
    ...{ id, status, channel: 'text', user_id: 'u', agent_id, agent_version_id: version_id, subject: everything },
    ...{ created_at: '2026-01-01T00:00:00Z', initial_context: everything },
    conversation: {
      items: [
        { type: 'message', role: 'user', content: [everything] },
        { ...call, type: 'function_call', arguments: { [email]: everything } },
        { ...call, type: 'function_call_output', output: [everything] },
        { type: 'message', role: 'assistant', content: ['Yes.', everything] },
      ],
    },
    ...(status === 'completed' ? { summary: everything, ended_by: { type: 'user', reason: everything } } : {}),
    ...(status === 'completed' ? { analysis: analysisOf(everything, email) } : {}),
  })
  const conversations = [row(ids[0]!, 'completed'), row(ids[1]!, 'in_progress')] as never
  expect(await server.client.importConversations({ conversations })).toMatchObject({ created: 2, errors: [] })
  expect(await server.client.importConversations({ conversations })).toMatchObject({ unchanged: 2 })
  const read = await server.client.getConversation({ conversation_id: ids[0]! })
  expect(read).toMatchObject({ summary: replaced, initial_context: replaced, ended_by: { reason: replaced } })
  expect(read.analysis).toEqual(analysisOf(replaced, '[email]'))
  expect(read.conversation!.items[0]).toMatchObject({ content: [replaced] })
  await expectNothingKept()
})

test('custom metadata and the id of the end user stay: they are the data of the caller', async () => {
  const conversation_id = await begin({ custom_metadata: { address: 'bob@example.org' }, user_id: 'bob@example.org' })
  const { custom_metadata, user_id } = await server.client.getConversation({ conversation_id })
  expect([custom_metadata, user_id]).toEqual([{ address: 'bob@example.org' }, 'bob@example.org'])
})

test('without the setting everything is kept; a later version does not change older conversations', async () => {
  const plain = await publishAgent(server.client, {})
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', ...plain_of(plain) })
  const conversation_id = conversation.id
  const next = await server.client.createAgentVersion({ agent_id: plain.agent_id, config: { retention } })
  await server.client.publishAgentVersion({ agent_id: plain.agent_id, version: String(next.version) })
  server.model.answer = () => 'Write to bob@example.org.'
  const { reply } = await server.client.sendConversationMessage({ conversation_id, text: 'carol@example.org' })
  expect(reply).toBe('Write to bob@example.org.')
  const { conversation: read } = await server.client.getConversation({ conversation_id })
  expect(read!.items.map(({ content }) => content![0])).toEqual(['carol@example.org', 'Write to bob@example.org.'])
})

const plain_of = ({ agent_id: plain }: { agent_id: string }) => ({ agent_id: plain })

test('a pattern that cannot be used is refused with its path and the reason', async () => {
  const { agent_id: draft } = await server.client.createAgent({ name: 'Draft' })
  const faultsOf = async (redact: unknown[]) => {
    const saved = server.client.createAgentVersion({ agent_id: draft, config: { retention: { redact } } as never })
    const { status, errors } = await refusal(saved)
    return [status, ...errors!.map(({ path, message }) => `${path}: ${message.slice(0, 40)}`)]
  }
  const path = 'config.retention.redact'
  expect(await faultsOf([{ name: 'a', pattern: '(' }])).toEqual([
    422,
    expect.stringContaining(`${path}.0.pattern: is not a regular expression`),
  ])
  expect(await faultsOf(['email', { name: 'email', pattern: 'a' }])).toEqual([
    422,
    expect.stringContaining(`${path}.1.name: is used by another rule`),
  ])
  expect(await faultsOf([{ name: 'a b', pattern: 'a' }])).toEqual([
    422,
    expect.stringContaining(`${path}.0.name: must`),
  ])
  expect(await faultsOf([{ name: 'a', pattern: '(a{1,30}){1,30}' }])).toEqual([
    422,
    expect.stringContaining(`${path}.0.pattern: exceeds the compiled size`),
  ])
  expect(await faultsOf(['name'])).toEqual([422, expect.stringContaining(`${path}.0: `)])
  const saved = await server.client.createAgentVersion({ agent_id: draft, config: { retention } })
  expect(saved.warnings).toEqual([])
})
