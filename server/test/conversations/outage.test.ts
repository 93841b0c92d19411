// What a lost database connection or a lost worker means for waiting callers: it costs time, never a message or a summary.
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startPostgresProxy } from '../support/postgres-proxy.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

let server: TestServer
let agent_id: string

beforeAll(async () => {
  server = await startTestServer()
  agent_id = (await publishAgent(server.client, { analysis: {} })).agent_id
})
afterAll(() => server[Symbol.asyncDispose]())

const newConversation = async () =>
  (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id

/** Every connection to this database except the one that asks. */
const cutConnections = () =>
  sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`.execute(
    server.database,
  )

test('T1: a call that waits for its reply survives the loss of every database connection', async () => {
  const conversation_id = await newConversation()
  const held = holdAnswer()
  server.model.answer = () => held
  const reply = server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
  await held.asked
  await cutConnections()
  held.say('Still here.')
  held.finish()
  expect((await reply).reply).toBe('Still here.')
})

test('an analysis whose node has lost its lease is repeated, and written once', async () => {
  const conversation_id = await newConversation()
  server.model.answer = () => 'A reply.'
  await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
  const held = holdAnswer()
  server.model.answer = () => held
  await server.client.endConversation({ conversation_id, prefer: 'wait=0' })
  await held.asked
  server.model.answer = () => 'From the second worker.'
  await sql`update work set lease = null, ready = true where subject = ${conversation_id}`.execute(server.database)
  const summary = async () => (await server.client.getConversation({ conversation_id })).summary
  await expect.poll(summary).toBe('From the second worker.')
  held.say('From the first worker.')
  held.finish()
  const analyzed = await server.database.execute(sql`
    select type from events where conversation_id = ${conversation_id} and type = 'conversation.analyzed'`)
  expect(analyzed).toHaveLength(1)
})

test('a call that joins a turn while the database is away asks it twice a second, not all the time', async () => {
  await using proxy = await startPostgresProxy(inject('postgres_url'))
  await using node = await server.startAnother({}, { connectThrough: proxy.through })
  const client = server.as({ base_url: node.url })
  const conversation_id = await newConversation()
  const held = holdAnswer()
  server.model.answer = () => held
  const send = (by = client) =>
    by.streamConversationMessage({ conversation_id, text: 'Hello', idempotency_key: 'joined' })
  const first = send(server.client)
  await first.next()
  held.say('Half of it')
  await first.next()
  const before = server.log.filter((line) => line.includes('messages between nodes may be delayed')).length
  const away = proxy.failStatement(1, {
    ...{ when: 'before', how: 'reset', for_good: true },
    counts: ({ name }) => name === 'find_turn',
  })
  const second = send()
  const joined = second.next()
  await away.hit
  // The bus waits 0.1, 0.2, 0.4 and 0.8 seconds between its attempts.
  const attempts = () => server.log.filter((line) => line.includes('messages between nodes may be delayed')).length
  await expect.poll(attempts).toBeGreaterThanOrEqual(before + 4)
  expect(away.refused).toBeLessThan(200)
  away.release()
  held.say('.')
  held.finish()
  expect((await joined).value).toMatchObject({ event: 'turn.started' })
  const events = await Array.fromAsync(second)
  expect(events.at(-1)).toMatchObject({ event: 'turn.completed', data: { reply: 'Half of it.' } })
})
