// A message in a conversation as this node has left it is stored without reading it. Whatever has changed since, here or on another node, it is
// as if the conversation had been read.
import type { Client } from '@parley/sdk'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import type { App } from '../../src/app.ts'
import type { FoundConversation } from '../../src/conversations/machine/rows.ts'
import { findConversation } from '../../src/conversations/read/conversation.ts'
import { openStore } from '../../src/database/store.ts'
import { makeNarrowedKey, makeOrganization } from '../support/actors.ts'
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer, withoutKey } from '../support/server.ts'

let proxy: PostgresProxy
let server: TestServer
let other: App
let agent_id: string
beforeAll(async () => {
  proxy = await startPostgresProxy(inject('postgres_url'))
  server = await startTestServer({}, { connectThrough: proxy.through })
  other = await server.startAnother()
  const config = { instructions: 'Name: {{ custom_metadata.name or "none" }}.' }
  agent_id = (await publishAgent(server.client, config)).agent_id
  await create()
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})
beforeEach(() => void (server.model.answer = () => 'Hi'))

const create = async () =>
  (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id
const elsewhere = () => server.as({ base_url: other.url })
const keyless = () => server.as({ fetch: withoutKey })

/** Sends a message here; returns whether the conversation was read before. */
async function send(conversation_id: string, client = server.client): Promise<boolean> {
  proxy.statements.length = 0
  await client.sendConversationMessage({ conversation_id, text: 'Hello' })
  return proxy.statements.some(({ name }) => name === 'find_conversation')
}

const keptOf = ({ rooms }: App) => rooms.conversations.conversations.kept

/** What this node has kept, and now keeps no more. */
const takeKept = (id: string): FoundConversation | null => keptOf(server.app).take(server.organization_id, id)

let keys = 0
const newKey = () => `key ${(keys += 1)}`

const read = (id: string) => findConversation(openStore(server.database, server.organization_id), id)

test('it is what a reader finds, after its creation and after each reply', async () => {
  const id = await create()
  expect(takeKept(id)).toEqual(await read(id))
  for (const client of [server.client, keyless()]) {
    await send(id, client)
    expect(takeKept(id)).toEqual(await read(id))
  }
})

test('its messages need no look, with a key and without', async () => {
  const id = await create()
  expect(await send(id)).toBe(false)
  expect(await send(id, keyless())).toBe(false)
})

const changes: Record<string, (conversation_id: string) => Promise<unknown>> = {
  'a message on another node': (conversation_id) =>
    elsewhere().sendConversationMessage({ conversation_id, text: 'Elsewhere' }),
  'metadata on another node': (conversation_id) =>
    elsewhere().updateConversation({ conversation_id, custom_metadata: { name: 'Ann' } }),
  'metadata here': (conversation_id) =>
    server.client.updateConversation({ conversation_id, custom_metadata: { name: 'Ann' } }),
}

test.each(Object.entries(changes))('after %s it is read', async (_what, change) => {
  const id = await create()
  await send(id)
  await change(id)
  const before = await read(id)
  expect(await send(id)).toBe(true)
  const name = (before!.custom_metadata.name as string | undefined) ?? 'none'
  expect(JSON.stringify(server.model.requests.at(-1)!.messages[0])).toContain(`Name: ${name}.`)
  expect((await read(id))!.next_turn).toBe(before!.next_turn + 1)
  expect(await send(id)).toBe(false)
})

test('what others change while its turn runs is not forgotten with the reply', async () => {
  const id = await create()
  const held = holdAnswer()
  server.model.answer = () => held
  const said = send(id)
  await held.asked
  await elsewhere().updateConversation({ conversation_id: id, custom_metadata: { name: 'Ann' } })
  held.say('Hi')
  held.finish()
  await said
  server.model.answer = () => 'Hi'
  await send(id)
  expect(JSON.stringify(server.model.requests.at(-1)!.messages[0])).toContain('Name: Ann.')
  expect(takeKept(id)).toEqual(await read(id))
})

test('T6: what a node has left whose turn another one has taken over is not kept', async () => {
  const id = await create()
  const held = holdAnswer()
  server.model.answer = () => held
  const said = refusal(send(id))
  await held.asked
  const { rows } = await server.database.pool.query<{ id: string }>(
    `update turns set lease = nextval('turn_leases') where conversation_id = $1 returning id`,
    [id],
  )
  held.say('Hi')
  held.finish()
  await expect.poll(() => server.app.rooms.engine.engine.carriesOut(rows[0]!.id)).toBe(false)
  expect(takeKept(id)).toBeNull()
  await elsewhere().endConversation({ conversation_id: id })
  expect(await said).toMatchObject({ code: 'conversation_ended' })
})

test('one that was handed to people on another node is not answered by the agent', async () => {
  const id = await create()
  await send(id)
  await elsewhere().handOffConversation({ conversation_id: id })
  const asked = server.model.requests.length
  const answer = await server.client.sendConversationMessage({ conversation_id: id, text: 'Is anybody there?' })
  expect(answer).toMatchObject({ reply: '', handled_by: 'queue' })
  expect(server.model.requests).toHaveLength(asked)
})

test('a version that was published since answers none of its messages', async () => {
  const agent = await publishAgent(server.client, { instructions: 'First.' })
  const input = { channel: 'text', user_id: 'u', agent_id: agent.agent_id } as const
  const { id } = (await server.client.createConversation(input)).conversation
  await send(id)
  const { version } = await server.client.createAgentVersion({
    agent_id: agent.agent_id,
    config: { instructions: 'Second.' },
  })
  await server.client.publishAgentVersion({ agent_id: agent.agent_id, version: String(version) })
  expect(await send(id)).toBe(false)
  expect(server.model.requests.at(-1)!.messages[0]!.content).toContain('First.')
})

test('its last message ends it, and one that is too long is refused and leaves it as it was', async () => {
  const { agent_id: limited } = await publishAgent(server.client, { inactivity: { max_user_turns: 2 } })
  const input = { channel: 'text', user_id: 'u', agent_id: limited } as const
  const { id: conversation_id } = (await server.client.createConversation(input)).conversation
  await send(conversation_id)
  const text = 'x'.repeat(server.app.core.config.limits.message_characters + 1)
  expect(await refusal(server.client.sendConversationMessage({ conversation_id, text }))).toMatchObject({ status: 422 })
  await send(conversation_id)
  expect(await read(conversation_id)).toMatchObject({ user_turn_count: 2, end_reason: 'max_turns' })
  expect(await refusal(send(conversation_id))).toMatchObject({ code: 'conversation_not_active' })
})

test('one that has ended or was deleted on another node takes no message', async () => {
  const [ended, deleted] = [await create(), await create()]
  await elsewhere().endConversation({ conversation_id: ended })
  await elsewhere().deleteConversation({ conversation_id: deleted })
  expect(await refusal(send(ended))).toMatchObject({ code: 'conversation_not_active' })
  expect(await refusal(send(deleted))).toMatchObject({ code: 'not_found' })
})

test('callers who cannot see it do not find it', async () => {
  const id = await create()
  const { agent_id: own } = await publishAgent(server.client)
  const stranger = await makeOrganization(server)
  for (const token of [await makeNarrowedKey(server, [own]), stranger.key]) {
    expect(await refusal(send(id, server.as({ token })))).toMatchObject({ code: 'not_found' })
  }
})

test('T9: a repeated message with a key gets the first answer, on any node, until its conversation is deleted', async () => {
  const conversation_id = await create()
  const clients = [server.client, elsewhere()]
  for (const [first, again] of [clients, clients.toReversed()] as [Client, Client][]) {
    const message = { conversation_id, text: 'Hello', idempotency_key: newKey() }
    const answer = await first.sendConversationMessage(message)
    expect(await first.sendConversationMessage(message)).toEqual(answer)
    expect(await again.sendConversationMessage(message)).toEqual(answer)
  }
  expect((await read(conversation_id))!.next_turn).toBe(3)
  const last = { conversation_id, text: 'Bye', idempotency_key: newKey() }
  const answer = await server.client.sendConversationMessage(last)
  await elsewhere().endConversation({ conversation_id })
  expect(await server.client.sendConversationMessage(last)).toEqual(answer)
  await elsewhere().deleteConversation({ conversation_id })
  expect(await refusal(server.client.sendConversationMessage(last))).toMatchObject({ code: 'not_found' })
})

test('T9: with a key at once on two nodes, both of which have left it so, a message is stored once', async () => {
  const conversation_id = await create()
  keptOf(other).noteBirth((await read(conversation_id))!, { items: 0, events: 1 })
  const message = { conversation_id, text: 'Hello', idempotency_key: newKey() }
  const clients = [server.client, elsewhere()]
  const [first, ...rest] = await Promise.all(clients.map((client) => client.sendConversationMessage(message)))
  expect(rest).toEqual([first])
  expect(await read(conversation_id)).toMatchObject({ user_turn_count: 1, next_turn: 2 })
})

test('T9: the key of another conversation stores nothing', async () => {
  const [conversation_id, another] = [await create(), await create()]
  const message = { conversation_id, text: 'Hello', idempotency_key: newKey() }
  await server.client.sendConversationMessage(message)
  expect(await refusal(server.client.sendConversationMessage({ ...message, conversation_id: another }))).toMatchObject({
    code: 'idempotency_key_reused',
  })
  expect(await read(another)).toMatchObject({ user_turn_count: 0, next_turn: 1 })
})

test.each(['queue', 'interrupt'] as const)(
  'T9: a message that is repeated while its turn runs does not stop it (%s)',
  async (parley_concurrency) => {
    const conversation_id = await create()
    const held = holdAnswer()
    server.model.answer = () => held
    const message = { conversation_id, text: 'Hello', idempotency_key: newKey(), parley_concurrency }
    const first = server.client.sendConversationMessage(message)
    await held.asked
    const { hangUps } = server.model
    const asked = server.model.requests.length
    const again = [server.client, elsewhere()].map((client) => client.sendConversationMessage(message))
    // A message of another conversation is answered after them.
    server.model.answer = () => 'Later.'
    await send(await create())
    held.say('Whole.')
    held.finish()
    const answer = await first
    expect(answer.reply).toBe('Whole.')
    expect(await Promise.all(again)).toEqual([answer, answer])
    expect(server.model.hangUps).toBe(hangUps)
    expect(server.model.requests).toHaveLength(asked + 1)
  },
)

test('T1: a repeated message whose statement is lost gets the first answer', async () => {
  const message = { conversation_id: await create(), text: 'Hello', idempotency_key: newKey() }
  const answer = await server.client.sendConversationMessage(message)
  const fault = proxy.atCommit({ of: 'begin_turns_with_keys_if_unchanged', when: 'before', how: 'cut' })
  expect(await server.client.sendConversationMessage(message)).toEqual(answer)
  fault.release()
  expect(fault.hits).toHaveLength(1)
})

test('T9: a call that learns late that its message is stored does not try the failed turn again', async () => {
  const conversation_id = await create()
  server.model.answer = () => 400
  const asked = server.model.requests.length
  const of = 'begin_turns_with_keys_if_unchanged'
  const fault = proxy.atCommit({ of, when: 'after', how: 'cut' })
  let isReplay = false
  const onResponse = ({ headers }: Response) => void (isReplay = headers.has('idempotent-replayed'))
  const sent = server.client.sendConversationMessage(
    { conversation_id, text: 'Hello', idempotency_key: newKey() },
    { onResponse },
  )
  expect(await refusal(sent)).toMatchObject({ code: 'turn_failed' })
  fault.release()
  expect(fault.hits).toHaveLength(1)
  expect([isReplay, server.model.requests.length]).toEqual([false, asked + 1])
  expect((await read(conversation_id))!.next_turn).toBe(2)
})

test('two messages at once are both stored', async () => {
  const id = await create()
  await Promise.all([send(id), send(id)])
  expect((await read(id))!.user_turn_count).toBe(2)
})
