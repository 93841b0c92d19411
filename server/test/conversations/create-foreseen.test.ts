// Conversations whose version is known from an earlier creation: the statement that creates them finds out whether it still is the one.
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { makeNarrowedKey } from '../support/actors.ts'
import { type Fault, type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let proxy: PostgresProxy
let server: TestServer
beforeAll(async () => {
  proxy = await startPostgresProxy(inject('postgres_url'))
  server = await startTestServer({}, { connectThrough: proxy.through })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})

const wasForeseen = () => proxy.statements.some(({ name }) => name === 'create_conversations_if_unchanged')
const wasLookedUp = () => proxy.statements.some(({ name }) => name === 'agents_version_of_agent')

async function create(agent_id: string, more: object = {}) {
  proxy.statements.length = 0
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id, ...more })
  return conversation
}

/** One that has created a conversation before. */
async function usedAgent() {
  const agent = await publishAgent(server.client)
  await create(agent.agent_id)
  return agent
}

test('it is the same conversation as one whose version was looked up', async () => {
  const { agent_id } = await publishAgent(server.client, { starting_message: { type: 'static', text: 'Welcome.' } })
  const more = { custom_metadata: { b: 1, a: [2, 'x'] }, initial_context: 'Context.' }
  const first = await create(agent_id, more)
  expect([wasLookedUp(), wasForeseen()]).toEqual([true, false])
  const second = await create(agent_id, more)
  expect([wasLookedUp(), wasForeseen()]).toEqual([false, true])
  const unlike = ['id', 'created_at', 'updated_at', 'last_activity_at']
  const alike = (found: object) => {
    const kept = Object.entries(found).filter(([name]) => !unlike.includes(name))
    return JSON.stringify(kept).replaceAll(/"(id|created_at)":"[^"]*"/g, '')
  }
  expect(alike(second)).toBe(alike(first))
  const { cost: _cost, ...read } = await server.client.getConversation({ conversation_id: second.id })
  expect(read).toEqual(second)
  const events = await Promise.all(
    [first, second].map(async ({ id }) => {
      const text = 'select sequence, type from events where conversation_id = $1 order by sequence'
      return (await server.database.pool.query(text, [id])).rows
    }),
  )
  expect(events[1]).toEqual(events[0])
})

test('a version that was published since answers, and a name that was given since is told', async () => {
  const { agent_id } = await usedAgent()
  await server.client.updateAgent({ agent_id, name: 'Renamed' })
  expect((await create(agent_id)).agent?.name).toBe('Renamed')
  const { version } = await server.client.createAgentVersion({ agent_id, config: {} })
  await server.client.publishAgentVersion({ agent_id, version: String(version) })
  const renewed = await create(agent_id)
  expect([wasForeseen(), wasLookedUp()]).toEqual([true, true])
  const again = await create(agent_id)
  expect([wasForeseen(), wasLookedUp()]).toEqual([true, false])
  expect(again.agent_version_id).toBe(renewed.agent_version_id)
})

test('an agent that was switched off or deleted since creates none', async () => {
  const { agent_id } = await usedAgent()
  await server.client.updateAgent({ agent_id, active: false })
  expect(await refusal(create(agent_id))).toMatchObject({ code: 'agent_inactive' })
  await server.client.updateAgent({ agent_id, active: true })
  await create(agent_id)
  const { agent_id: gone } = await publishAgent(server.client)
  const { id } = await create(gone)
  await server.client.deleteConversation({ conversation_id: id })
  await server.client.deleteAgent({ agent_id: gone })
  expect(await refusal(create(gone))).toMatchObject({ code: 'not_found' })
})

test('an agent that is being switched off is waited for', async () => {
  const { agent_id } = await usedAgent()
  const client = await server.database.pool.connect()
  await client.query('begin')
  await client.query('update agents set active = false where id = $1', [agent_id])
  const created = refusal(create(agent_id))
  await expect.poll(wasLookedUp).toBe(true)
  await client.query('commit')
  client.release()
  expect(await created).toMatchObject({ code: 'agent_inactive' })
  expect(wasForeseen()).toBe(true)
})

test('a version that is asked for by its number stays the one, whatever was published since', async () => {
  const { agent_id, version_id } = await publishAgent(server.client)
  await create(agent_id, { version: 1 })
  const { version } = await server.client.createAgentVersion({ agent_id, config: {} })
  await server.client.publishAgentVersion({ agent_id, version: String(version) })
  expect(await create(agent_id, { version: 1 })).toMatchObject({ agent_version_id: version_id })
  expect([wasForeseen(), wasLookedUp()]).toEqual([true, false])
})

test('a key that is limited to other agents creates none', async () => {
  const { agent_id } = await usedAgent()
  const { agent_id: own } = await publishAgent(server.client)
  const client = server.as({ token: await makeNarrowedKey(server, [own]) })
  expect(await refusal(client.createConversation({ channel: 'text', user_id: 'u', agent_id }))).toMatchObject({
    code: 'not_found',
  })
})

test('many at once are created together, and one that cannot be stored fails alone', async () => {
  const { agent_id } = await usedAgent()
  proxy.statements.length = 0
  const call = (user_id: string) =>
    server.client.createConversation({ channel: 'text', user_id, agent_id, custom_metadata: { user_id } })
  const outcomes = await Promise.allSettled(Array.from({ length: 24 }, (_none, number) => call(`u${number}`)))
  const made = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.conversation : null))
  expect(made.map((one) => one?.custom_metadata)).toEqual(made.map((_none, number) => ({ user_id: `u${number}` })))
  const statements = proxy.statements.filter(({ name }) => name === 'create_conversations_if_unchanged')
  expect(statements.length).toBeLessThan(24)
  expect(wasLookedUp()).toBe(false)
})

/** Every lane waits for the database; returns once they do, and the function that lets them go on. */
async function holdLanes(agent_id: string): Promise<() => Promise<unknown>> {
  const counts = ({ name }: { name: string }) => name === 'create_conversations_if_unchanged'
  const lanes: { fault: Fault; created: Promise<unknown> }[] = []
  for (let lane = 0; lane < 2; lane += 1) {
    const fault = proxy.failStatement(1, { when: 'before', how: 'stall', counts })
    const created = create(agent_id)
    await fault.hit
    lanes.push({ fault, created })
  }
  return () => {
    for (const { fault } of lanes) fault.release()
    return Promise.all(lanes.map(({ created }) => created))
  }
}

test('T9: two calls with one key do not make those fall apart that are created with them', async () => {
  const { agent_id } = await usedAgent()
  const release = await holdLanes(agent_id)
  using proposed = vi.spyOn(server.app.rooms.conversations.conversations.commits, 'create')
  const call = (more: object) => server.client.createConversation({ channel: 'text', user_id: 'u', agent_id, ...more })
  const same = { idempotency_key: 'same' }
  const calls = [same, {}, same, {}].map(call)
  await expect.poll(() => proposed.mock.calls.length, { interval: 1 }).toBe(calls.length)
  proxy.statements.length = 0
  await release()
  const made = await Promise.all(calls)
  expect(made[2]).toEqual(made[0])
  // Alone, and in vain.
  expect(proxy.statements.filter(({ name }) => name === 'create_conversation')).toHaveLength(1)
  expect(await server.client.listConversations({ agent_id })).toHaveLength(6)
})

test('T9: with a key it is created once, also if both calls come at once, on two nodes', async () => {
  const { agent_id } = await usedAgent()
  await using other = await server.startAnother()
  const call = (idempotency_key: string, user_id = 'u', client = server.client) =>
    client.createConversation({ channel: 'text', user_id, agent_id, idempotency_key })
  const elsewhere = server.as({ base_url: other.url })
  const all = await Promise.all([
    call('once'),
    call('once'),
    call('once', 'u', elsewhere),
    call('once', 'u', elsewhere),
  ])
  expect(all).toEqual(all.map(() => all[0]))
  expect(await call('once')).toEqual(all[0])
  expect(await refusal(call('once', 'another'))).toMatchObject({ code: 'idempotency_key_reused' })
  expect(await server.client.listConversations({ agent_id })).toHaveLength(2)
})
