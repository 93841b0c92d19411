// Changes that are committed together: each as if it were alone, whatever happens to the others.
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { type Change, noChange } from '../../src/conversations/machine/change.ts'
import { decideMessage } from '../../src/conversations/machine/decisions.ts'
import { textContent } from '../../src/conversations/machine/content.ts'
import { messageCreated } from '../../src/conversations/machine/turn-endings.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { makeOrganization } from '../support/actors.ts'
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer, withoutKey } from '../support/server.ts'

let proxy: PostgresProxy
let server: TestServer
let agent_id: string
beforeAll(async () => {
  proxy = await startPostgresProxy(inject('postgres_url'))
  server = await startTestServer({}, { connectThrough: proxy.through })
  server.model.answer = ({ messages }) => `Reply to ${messages.at(-1)!.content}`
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})
beforeEach(() => void (proxy.statements.length = 0))

async function makeConversation(client = server.client, agent = agent_id): Promise<string> {
  return (await client.createConversation({ channel: 'text', user_id: 'u', agent_id: agent })).conversation.id
}

const makeConversations = (count: number) => Promise.all(Array.from({ length: count }, () => makeConversation()))

async function textsOf(conversation_id: string, client = server.client): Promise<string[]> {
  const { conversation } = await client.getConversation({ conversation_id })
  return conversation!.items.map(({ content }) => content!.join(''))
}

const countOf = (name: string) => proxy.statements.filter((statement) => statement.name === name).length

/** A change that adds a message, as an operator may. */
function saying(text: string, change: Partial<Change> = {}): Change {
  const message = {
    ...({ type: 'message', id: systemPorts.newId(), role: 'assistant', content: textContent(text) } as const),
    ...{ author: null, interrupted: false, turn_id: null, metrics: null },
  }
  return { ...noChange, items: [message], events: [messageCreated(message)], ...change }
}

function say(id: string, text: string, organization_id = server.organization_id, change: Partial<Change> = {}) {
  const decide = () => ({ change: saying(text, change), answer: text })
  return server.app.rooms.conversations.conversations.commits.change({
    change: 'update',
    organization_id,
    id,
    decide,
    characters: text.length,
  })
}

test('forty messages at once need fewer commits than that, and each has its own reply', async () => {
  const ids = await makeConversations(40)
  const keyless = server.as({ fetch: withoutKey })
  proxy.statements.length = 0
  const replies = await Promise.all(
    ids.map((conversation_id, n) => keyless.sendConversationMessage({ conversation_id, text: `Message ${n}` })),
  )
  expect(replies.map(({ reply }) => reply)).toEqual(ids.map((_id, n) => `Reply to Message ${n}`))
  for (const [n, id] of ids.entries()) expect(await textsOf(id)).toEqual([`Message ${n}`, `Reply to Message ${n}`])
  expect(countOf('begin_turns_if_unchanged')).toBeGreaterThan(0)
  expect(countOf('begin_turns_if_unchanged') + countOf('end_turns_if_unchanged')).toBeLessThan(80)
})

test('the same holds for messages with keys; a repeated one gets the same turn', async () => {
  const ids = await makeConversations(20)
  proxy.statements.length = 0
  const sendAll = () =>
    Promise.all(
      ids.map((conversation_id, n) =>
        server.client.sendConversationMessage({ conversation_id, text: `Message ${n}`, idempotency_key: `key-${n}` }),
      ),
    )
  const replies = await sendAll()
  expect(countOf('begin_turns_with_keys_if_unchanged')).toBeGreaterThan(0)
  expect(countOf('begin_turns_with_keys_if_unchanged') + countOf('bind_idempotency_keys')).toBeLessThan(20)
  expect(await sendAll()).toEqual(replies)
  for (const [n, id] of ids.entries()) expect(await textsOf(id)).toEqual([`Message ${n}`, `Reply to Message ${n}`])
})

test('of two simultaneous calls with one key, among others, one has an effect', async () => {
  const ids = await makeConversations(10)
  const send = (conversation_id: string, n: number) =>
    server.client.sendConversationMessage({ conversation_id, text: `Message ${n}`, idempotency_key: `twice-${n}` })
  const replies = await Promise.all([...ids.map(send), ...ids.map(send)])
  for (const [n, id] of ids.entries()) {
    expect(replies[n]).toEqual(replies[n + ids.length])
    expect(await textsOf(id)).toEqual([`Message ${n}`, `Reply to Message ${n}`])
  }
})

test('a change that the database refuses does not delay the others', async () => {
  const ids = await makeConversations(5)
  const no_version = {
    ...({
      id: systemPorts.newId(),
      concurrency: 'queue',
      interactivity: 'plain',
      max_seconds: 1,
      messages_of: null,
    } as const),
    ...{ agent_version_id: systemPorts.newId(), start: false },
  }
  const outcomes = await Promise.allSettled(
    ids.map((id, n) => say(id, `Said ${n}`, undefined, n === 2 ? { new_turn: no_version } : {})),
  )
  expect(outcomes.map(({ status }) => status)).toEqual(ids.map((_id, n) => (n === 2 ? 'rejected' : 'fulfilled')))
  for (const [n, id] of ids.entries()) expect(await textsOf(id)).toEqual(n === 2 ? [] : [`Said ${n}`])
})

test('a missing conversation, or one of another organization, is not found; the others are', async () => {
  const [first, second] = (await makeConversations(2)) as [string, string]
  const other = await makeOrganization(server)
  const outcomes = await Promise.allSettled([
    say(first, 'Here'),
    say(systemPorts.newId(), 'Nowhere'),
    say(second, 'Elsewhere', other.id),
    say(second, 'Here too'),
  ])
  const errors = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.error : null))
  expect(errors).toEqual([null, 'not_found', 'not_found', null])
  expect(await textsOf(first)).toEqual(['Here'])
  expect(await textsOf(second)).toEqual(['Here too'])
})

test('a change that waits for a lock delays no other', async () => {
  const ids = await makeConversations(3)
  const held = Promise.withResolvers<void>()
  const isHeld = Promise.withResolvers<void>()
  const holding = server.database.transaction(async (tx) => {
    await tx.execute(sql`select id from conversations where id = ${ids[1]} for update`)
    isHeld.resolve()
    await held.promise
  })
  await isHeld.promise
  let isWaiting = true
  const said = ids.map((id, n) => say(id, `Said ${n}`))
  void said[1]!.then(() => (isWaiting = false))
  await Promise.all([said[0], said[2]])
  expect(isWaiting).toBe(true)
  held.resolve()
  await holding
  await said[1]
  for (const [n, id] of ids.entries()) expect(await textsOf(id)).toEqual([`Said ${n}`])
})

test('several changes of one conversation are applied one after the other, in order', async () => {
  const [first, second] = (await makeConversations(2)) as [string, string]
  await Promise.all([say(first, 'One'), say(second, 'Other'), say(first, 'Two'), say(first, 'Three')])
  expect((await textsOf(first)).toSorted()).toEqual(['One', 'Three', 'Two'])
  expect(await textsOf(second)).toEqual(['Other'])
})

test('each is refused or accepted by its own state', async () => {
  const ids = await makeConversations(3)
  await server.client.endConversation({ conversation_id: ids[1]! })
  const { organization_id } = server
  const message = (id: string) => {
    const [message_id, turn_id] = [systemPorts.newId(), systemPorts.newId()]
    const settings = {
      concurrency: 'queue',
      interactivity: 'plain',
      max_seconds: 60,
      max_waiting: 3,
      partial: null,
      limit: null,
    } as const
    const agent_version_id = systemPorts.newId()
    const said = { from: 'caller', content: textContent('Hello'), author: null } as const
    const input = { ...settings, ...said, message_id, turn_id, agent_version_id }
    return server.app.rooms.conversations.conversations.commits.change({
      ...({ change: 'message', organization_id, id } as const),
      characters: 5,
      decide: (state) => decideMessage(state, { ...input, agent_version_id: state.agent_version_id! }),
    })
  }
  const outcomes = await Promise.allSettled(ids.map(message))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await textsOf(ids[1]!)).toEqual([])
})

test('events of several organizations reach only their own endpoints', async () => {
  const others = await Promise.all([1, 2].map(() => makeOrganization(server)))
  const [first, second] = others as [(typeof others)[0], (typeof others)[0]]
  const of_second = await second.client.createWebhookEndpoint({
    url: 'https://receiver.example/hook',
    events: ['message.*'],
  })
  const [one, two] = await Promise.all(
    others.map(async ({ client }) => makeConversation(client, (await publishAgent(client)).agent_id)),
  )
  proxy.statements.length = 0
  await Promise.all([say(one!, 'Of the first', first.id), say(two!, 'Of the second', second.id)])
  expect(countOf('append')).toBe(1)
  const { rows } = await server.database.pool.query(
    `select conversation_id, endpoint_id, organization_id from webhook_deliveries where type = 'message.created'`,
  )
  expect(rows).toEqual([{ conversation_id: two, endpoint_id: of_second.id, organization_id: second.id }])
})

test.each(['before', 'after'] as const)(
  'a connection lost %s their commit loses and duplicates nothing',
  async (when) => {
    const ids = await makeConversations(20)
    const fault = proxy.atCommit({ of: 'begin_turns_with_keys_if_unchanged', when, how: 'reset' })
    const outcomes = await Promise.allSettled(
      ids.map((conversation_id, n) => server.client.sendConversationMessage({ conversation_id, text: `Message ${n}` })),
    )
    fault.release()
    expect(fault.hits.length).toBeGreaterThan(0)
    for (const [n, id] of ids.entries()) {
      const outcome = outcomes[n]!
      const is_stored = outcome.status === 'fulfilled'
      if (!is_stored) expect(outcome.reason).toMatchObject({ status: 503 })
      expect(await textsOf(id)).toEqual(is_stored ? [`Message ${n}`, `Reply to Message ${n}`] : [])
    }
    if (when === 'after') expect(outcomes.every(({ status }) => status === 'fulfilled')).toBe(true)
  },
)

test('the text of an attempt that a message interrupts counts as part of it: short changes do not wait for it', async () => {
  const id = await makeConversation()
  const [held, answer] = [holdAnswer(), server.model.answer]
  server.model.answer = () => held
  const first = server.client.sendConversationMessage({ conversation_id: id, text: 'Tell me all.' }).catch(() => null)
  await held.asked
  held.say('a'.repeat(20_000))
  await expect.poll(() => server.app.rooms.engine.engine.textSoFar(id)?.length).toBe(20_000)
  server.model.answer = answer
  proxy.statements.length = 0
  const interrupting = { conversation_id: id, text: 'Stop.', parley_concurrency: 'interrupt' } as const
  expect(await server.client.sendConversationMessage(interrupting)).toMatchObject({ reply: 'Reply to Stop.' })
  await first
  // A long change takes the place of a group even alone.
  expect(countOf('lock_free_conversations')).toBe(1)
})

test('the closing text of a last message counts as part of it', async () => {
  const closing = 'b'.repeat(20_000)
  const version = (length: number) => ({ inactivity: { max_user_turns: 1, end_message: closing.slice(0, length) } })
  for (const [length, groups] of [
    [20, 0],
    [20_000, 1],
  ] as const) {
    const { agent_id: limited } = await publishAgent(server.client, version(length))
    const id = await makeConversation(server.client, limited)
    proxy.statements.length = 0
    await server.client.sendConversationMessage({ conversation_id: id, text: 'All?' })
    expect(await textsOf(id)).toEqual(['All?', 'Reply to All?', closing.slice(0, length)])
    // A long change takes the place of a group even alone.
    expect(countOf('lock_free_conversations')).toBe(groups)
  }
})
