// A second channel that exists only in this test: it needs only its rules and its port.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { invalid } from '../../src/base/errors.ts'
import {
  type Bearer,
  type ChannelPort,
  type IncomingMessage,
  acceptMessage,
  begunBy,
} from '../../src/conversations/conversations.ts'
import { type ContentPart, textsOf } from '../../src/conversations/machine/content.ts'
import { statement } from '../../src/database/database.ts'
import { openStore } from '../../src/database/store.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

const outboxStatement = statement(
  'test_outbox',
  'insert into test_outbox (organization_id, conversation_id, message_id, said) values ($1, $2, $3, $4)',
)

const telephone: ChannelPort = {
  name: 'telephone',
  async begin(_ctx, input) {
    if (!input.to_address) throw invalid({ path: 'to_address', message: 'is required for a call' })
    return { ...begunBy(input), direction: 'outbound', trunk_id: 'trunk-1' }
  },
  deliver(tx, { organization_id, id }, said) {
    for (const { id: message_id, content } of said) {
      tx.send(outboxStatement, [organization_id, id, message_id, textsOf(content).join('')])
    }
  },
}

let server: TestServer
let bearer: Bearer
let agent_id: string
let greeter_id: string
beforeAll(async () => {
  server = await startTestServer()
  await server.database.pool.query(
    `create table test_outbox (organization_id uuid not null, conversation_id uuid not null, message_id uuid not null,
       said text not null check (said <> 'Unspeakable'))`,
  )
  const { core, rooms } = server.app
  const room = rooms.conversations.conversations
  room.commits.contribute({ channels: [telephone] })
  const { organization_id } = server
  const actor = { type: 'credential' as const, id: null, name: 'telephone' }
  const access = {
    organization_id,
    actor,
    scopes: new Set<never>(),
    agent_ids: null,
    conversation: null,
    limit_key: 't',
  }
  bearer = { core, room, access, store: openStore(core.database, organization_id), key: null }
  agent_id = (await publishAgent(server.client)).agent_id
  greeter_id = (await publishAgent(server.client, { starting_message: 'Hello!' })).agent_id
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => {
  server.model.answer = () => 'It is on its way.'
})

async function call(agent = agent_id): Promise<string> {
  const to = { to_address: '+49 30 1', user_id: 'ada', agent_id: agent }
  return (await server.client.createConversation({ channel: 'telephone', ...to })).conversation.id
}

function hear(conversation_id: string, said: string | ContentPart[], more: Partial<IncomingMessage> = {}) {
  const content: ContentPart[] = typeof said === 'string' ? [{ type: 'text', text: said }] : said
  return acceptMessage(bearer, { conversation_id, from: 'channel', content, author: null, ...more })
}

const transcriptOf = async (conversation_id: string) =>
  (await server.client.getConversation({ conversation_id })).conversation!.items

async function turnOf(conversation_id: string) {
  return (await server.client.listConversationTurns({ conversation_id })).data[0]!
}

/** Each row of the outbox, and whether the transaction that wrote it also wrote the message. */
async function delivered(conversation_id: string): Promise<{ said: string; is_of_its_commit: boolean }[]> {
  const { rows } = await server.database.pool.query(
    `select o.said, o.xmin = i.xmin as is_of_its_commit from test_outbox o
     join transcript_items i on i.id = o.message_id and i.conversation_id = o.conversation_id
     where o.conversation_id = $1 order by i.position`,
    [conversation_id],
  )
  return rows
}

test('its port checks and completes what a call asks for', async () => {
  const asked = { channel: 'telephone' as const, user_id: 'ada', agent_id }
  const refused = await refusal(server.client.createConversation(asked))
  expect(refused).toMatchObject({ status: 422, errors: [{ path: 'to_address' }] })
  const { conversation } = await server.client.createConversation({ ...asked, to_address: '+49 30 1' })
  expect(conversation).toMatchObject({ channel: 'telephone', direction: 'outbound', trunk_id: 'trunk-1' })
})

test('a conversation on it is created as its rules say, and has not started', async () => {
  const id = await call()
  expect(await server.client.getConversation({ conversation_id: id })).toMatchObject({ status: 'triggered' })
  const { rows } = await server.database.pool.query('select type from events where conversation_id = $1', [id])
  expect(rows).toEqual([{ type: 'conversation.created' }])
})

test('P7: while as many turns run as may, a message of a channel is stored, and its turn stays queued', async () => {
  const { load, config } = server.app.core
  const id = await call()
  const most = config.limits.running_turns
  for (let n = 0; n < most; n += 1) load.turns.enter('another organization')
  try {
    await hear(id, 'Is anybody there?')
    await server.app.rooms.engine.engine.watch()
    expect(await turnOf(id)).toMatchObject({ status: 'queued', attempts: 0 })
  } finally {
    for (let n = 0; n < most; n += 1) load.turns.leave('another organization')
  }
  await expect.poll(async () => (await turnOf(id)).status).toBe('completed')
})

test('a channel that is not configured is refused', async () => {
  const asked = { channel: 'email' as const, user_id: 'ada', agent_id }
  expect(await refusal(server.client.createConversation(asked))).toMatchObject({ code: 'channel_not_configured' })
})

test('it takes messages from the channel only, and no API call ends it', async () => {
  const conversation_id = await call()
  const refused = await refusal(server.client.sendConversationMessage({ conversation_id, text: 'Hello' }))
  expect(refused).toMatchObject({ code: 'conversation_not_text' })
  const not_ended = await refusal(server.client.endConversation({ conversation_id }))
  expect(not_ended).toMatchObject({ code: 'conversation_not_text' })
  expect(await transcriptOf(conversation_id)).toEqual([])

  const texts = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  await expect(hear(texts.conversation.id, 'Hello')).rejects.toMatchObject({ error: 'conversation_not_text' })
})

test('a message is accepted without waiting for its turn; the answer is delivered in the commit that stores it', async () => {
  const conversation_id = await call()
  const held = holdAnswer()
  server.model.answer = () => held
  const { turn_id } = await hear(conversation_id, 'Where is it?')
  await held.asked
  expect(await turnOf(conversation_id)).toMatchObject({ turn_id, status: 'running' })
  expect(await delivered(conversation_id)).toEqual([])
  held.say('In Berlin.')
  held.finish()
  await expect.poll(async () => (await turnOf(conversation_id)).status).toBe('completed')
  expect(await transcriptOf(conversation_id)).toMatchObject([
    { role: 'user', content: ['Where is it?'], turn_id },
    { role: 'assistant', content: ['In Berlin.'], turn_id },
  ])
  expect(await delivered(conversation_id)).toEqual([{ said: 'In Berlin.', is_of_its_commit: true }])
})

test('a greeting is delivered with the creation; if it cannot be, nothing is created', async () => {
  expect(await delivered(await call(greeter_id))).toEqual([{ said: 'Hello!', is_of_its_commit: true }])
  const { count: before } = await server.client.countConversations()
  const { agent_id: unspeakable } = await publishAgent(server.client, { starting_message: 'Unspeakable' })
  expect(await refusal(call(unspeakable))).toMatchObject({ status: 500 })
  expect(await server.client.countConversations()).toEqual({ count: before })
})

test('a message whose outbox row cannot be written is not stored', async () => {
  const conversation_id = await call()
  server.model.answer = () => 'Unspeakable'
  await hear(conversation_id, 'Say it')
  await expect.poll(() => server.log.some((line) => /attempt failed/.test(line))).toBe(true)
  expect(await transcriptOf(conversation_id)).toMatchObject([{ content: ['Say it'] }])
})

test('text conversations have no outbox', async () => {
  const { conversation } = await server.client.createConversation({
    channel: 'text',
    user_id: 'ada',
    agent_id: greeter_id,
  })
  await server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
  expect(await delivered(conversation.id)).toEqual([])
})

const parts: ContentPart[] = [
  { type: 'text', text: 'Look: ' },
  { type: 'audio', blob_id: null, transcript: 'this is broken, ', duration_ms: 1200 },
  { type: 'file', blob_id: 'photo', name: 'cup.jpg', media_type: 'image/jpeg', bytes: 70_000, text: null },
]

const storedOf = async (conversation_id: string) =>
  (
    await server.database.pool.query(
      'select content, parts, author from transcript_items where conversation_id = $1 order by position',
      [conversation_id],
    )
  ).rows

test('the parts and the author of a message are stored; clients and models get the texts', async () => {
  const conversation_id = await call()
  const author = { type: 'end_user' as const, id: null, name: 'Charles', external: false }
  await hear(conversation_id, parts, { author })
  await expect.poll(async () => (await turnOf(conversation_id)).status).toBe('completed')
  const content = ['Look: ', 'this is broken, ', 'cup.jpg']
  expect(await storedOf(conversation_id)).toEqual([
    { content, parts, author },
    { content: ['It is on its way.'], parts: null, author: null },
  ])
  expect((await transcriptOf(conversation_id))[0]).toMatchObject({ content })
  expect((await transcriptOf(conversation_id))[0]).not.toHaveProperty('parts')
  expect(server.model.requests.at(-1)!.messages.at(-1)).toMatchObject({ content: content.join('\n') })
})

test('a message of text only has no parts', async () => {
  const conversation_id = await call()
  await hear(conversation_id, 'Hello')
  expect((await storedOf(conversation_id))[0]).toEqual({ content: ['Hello'], parts: null, author: null })
})

test.each<[string, ContentPart[]]>([
  ['nothing', []],
  ['too many parts', Array.from({ length: 101 }, () => ({ type: 'text', text: 'a' }))],
  ['more characters than a message has', [{ type: 'text', text: 'a'.repeat(500_000) }]],
  ['text that cannot be stored', [{ type: 'text', text: 'a\0b' }]],
])('refuses a message with %s', async (_name, content) => {
  const conversation_id = await call()
  await expect(hear(conversation_id, content)).rejects.toMatchObject({ error: 'validation_failed' })
  expect(await transcriptOf(conversation_id)).toEqual([])
})
