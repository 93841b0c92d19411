// A deletion and a new conversation of the same agent at the same time: a deleted agent never has an active conversation.
import { randomUUID } from 'node:crypto'
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

type Agent = { agent_id: string; version_id: string }

const orphans = async () =>
  (
    await sql<{ id: string }>`select c.id from conversations c join agents a on a.id = c.agent_id
      where a.deleted_at is not null and c.ended_at is null`.execute(server.database)
  ).rows

async function importActive(agent_id: string, channel: 'text' | 'webrtc'): Promise<void> {
  const row = { id: randomUUID(), channel, status: 'in_progress' as const, user_id: 'u', agent_id }
  const { errors } = await server.client.importConversations({
    conversations: [{ ...row, created_at: '2026-01-01T00:00:00Z' }],
  })
  if (errors.length > 0) throw new Error(errors[0]!.message)
}

const input = { channel: 'text' as const, user_id: 'u' }
const beginnings: [string, (agent: Agent) => Promise<unknown>][] = [
  ['created by agent_id', ({ agent_id }) => server.client.createConversation({ ...input, agent_id })],
  [
    'created by agent_version_id',
    ({ version_id }) => server.client.createConversation({ ...input, agent_version_id: version_id }),
  ],
  ['imported', ({ agent_id }) => importActive(agent_id, 'text')],
]

test.each(beginnings)('many pairs at once: a conversation %s', async (_name, begin) => {
  const outcomes = { begun: 0, deleted: 0 }
  for (let round = 0; round < 3; round++) {
    const agents = await Promise.all(Array.from({ length: 12 }, () => publishAgent(server.client)))
    await Promise.all(
      agents.map(async (agent, index) => {
        const remove = () => server.client.deleteAgent({ agent_id: agent.agent_id })
        const calls = index % 2 === 0 ? [begin(agent), remove()] : [remove(), begin(agent)].toReversed()
        const [begun, deleted] = await Promise.allSettled(calls)
        // Exactly one of the two succeeds.
        expect([begun!.status, deleted!.status].toSorted()).toEqual(['fulfilled', 'rejected'])
        if (deleted!.status === 'rejected') expect(deleted!.reason).toMatchObject({ status: 409, code: 'agent_in_use' })
        outcomes[begun!.status === 'fulfilled' ? 'begun' : 'deleted'] += 1
      }),
    )
  }
  expect(await orphans()).toEqual([])
  expect(outcomes.begun + outcomes.deleted).toBe(36)
})

test('many creations and one deletion: all or none of them exist', async () => {
  for (let round = 0; round < 10; round++) {
    const { agent_id } = await publishAgent(server.client)
    const creations = Array.from({ length: 6 }, () => server.client.createConversation({ ...input, agent_id }))
    const deletion = server.client.deleteAgent({ agent_id })
    const [deleted, ...created] = await Promise.allSettled([deletion, ...creations])
    const begun = created.filter(({ status }) => status === 'fulfilled').length
    if (deleted.status === 'fulfilled') expect(begun).toBe(0)
    else expect(begun).toBeGreaterThan(0)
  }
  expect(await orphans()).toEqual([])
})

/** Resolves when another connection to this database waits for a lock. */
const someoneWaits = () =>
  expect
    .poll(async () => {
      const { rows } = await sql<{ waiting: number }>`select count(*)::integer as waiting from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(server.database)
      return rows[0]!.waiting
    })
    .toBeGreaterThan(0)

test.each<[string, (agent: Agent) => Promise<unknown>, string]>([
  ...beginnings.map(([name, begin]) => [name, begin, 'refused'] as [string, typeof begin, string]),
  // An imported conversation on another channel may name an unknown agent.
  ['imported on another channel', ({ agent_id }) => importActive(agent_id, 'webrtc'), 'begun'],
])('a conversation %s waits for a deletion in progress', async (_name, begin, expected) => {
  const agent = await publishAgent(server.client)
  let beginning: Promise<unknown> | undefined
  await server.database.transaction(async (tx) => {
    await tx.execute(sql`update agents set deleted_at = now() where id = ${agent.agent_id}`)
    beginning = Promise.resolve(begin(agent)).then(
      () => 'begun',
      () => 'refused',
    )
    await someoneWaits()
  })
  expect(await beginning).toBe(expected)
})

test('a deletion waits for a conversation in progress, and sees it', async () => {
  const agent = await publishAgent(server.client)
  const { conversation } = await server.client.createConversation({ ...input, agent_id: agent.agent_id })
  await server.client.endConversation({ conversation_id: conversation.id })
  let deletion: Promise<unknown> | undefined
  await server.database.transaction(async (tx) => {
    await tx.execute(sql`select from agents where id = ${agent.agent_id} for share`)
    await tx.execute(sql`insert into conversations (id, organization_id, direction, channel, status, user_id, agent_id, created_at)
      values (${randomUUID()}, ${server.organization_id}, 'inbound', 'text', 'in_progress', 'u', ${agent.agent_id},
              clock_timestamp())`)
    deletion = refusal(server.client.deleteAgent({ agent_id: agent.agent_id }))
    await someoneWaits()
  })
  expect(await deletion).toMatchObject({ status: 409, code: 'agent_in_use' })
})

test.each<[string, (agent_id: string) => Promise<unknown>]>([
  ['a change', (agent_id) => server.client.updateAgent({ agent_id, name: 'Late' })],
  ['another deletion', (agent_id) => server.client.deleteAgent({ agent_id })],
  ['a new version', (agent_id) => server.client.createAgentVersion({ agent_id, config: {} })],
  ['a read of latest', (agent_id) => server.client.getAgentVersion({ agent_id, version: 'latest' })],
])('%s waits for a deletion in progress, and finds no agent', async (_name, call) => {
  const { agent_id } = await publishAgent(server.client)
  let waiting: Promise<unknown> | undefined
  await server.database.transaction(async (tx) => {
    await tx.execute(sql`update agents set deleted_at = now() where id = ${agent_id}`)
    waiting = refusal(call(agent_id))
    await someoneWaits()
  })
  expect(await waiting).toMatchObject({ status: 404, message: 'Agent not found' })
  const rows = await sql`select v.id from agents a join agent_versions v on v.agent_id = a.id
    where a.id = ${agent_id} and a.name = 'Agent'`.execute(server.database)
  expect(rows.rows).toHaveLength(1)
})
