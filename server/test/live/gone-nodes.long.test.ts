// T7, T6: what a killed node worked on is taken over without waiting for its leases; a node that only lost the connection of its bus for
// too long loses its turns too, and notices it.
import { createClient } from '@parley/sdk'
import { sql } from '../support/sql.ts'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { startPostgresProxy } from '../support/postgres-proxy.ts'
import { startServerProcess } from '../support/process.ts'
import { type HeldAnswer, holdAnswer } from '../support/scripted-model.ts'
import { answerJson, opened_hosts, startToolPeer } from '../support/tool-peer.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

const secrets = { PARLEY_SECRET_KEY: '0'.repeat(64), ...opened_hosts }

let server: TestServer
beforeEach(async () => {
  server = await startTestServer({ PARLEY_DRAIN_SECONDS: '0', ...secrets })
})
afterEach(() => server[Symbol.asyncDispose]())

/** A conversation whose turn runs on the node at this address. */
async function startTurn(url: string): Promise<{ id: string; held: HeldAnswer }> {
  const { agent_id } = await publishAgent(server.client)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const held = holdAnswer()
  server.model.answer = () => held
  const client = createClient({ base_url: url, token: server.admin_key, retries: 0 })
  client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' }).catch(() => {})
  await held.asked
  return { id: conversation.id, held }
}

/** As if every lease lasted an hour: nothing is taken over because its time has run out. */
const prolongLeases = () =>
  sql`with turns as (update turns set lease_expires_at = now() + interval '1 hour' where status = 'running'),
      work as (update work set due_at = now() + interval '1 hour' where lease is not null)
    update webhook_lanes set next_attempt_at = now() + interval '1 hour' where lease is not null`.execute(
    server.database,
  )

const turnOf = async (conversation_id: string) =>
  (await server.client.listConversationTurns({ conversation_id })).data[0]!

test('T7: a killed server leaves a turn, a summary and a delivery; the next one takes them over, and leaves those of an earlier version', async () => {
  await using receiver = await startToolPeer()
  const { id: of_earlier } = await startTurn(server.url)
  await sql`update turns set node_id = gen_random_uuid()`.execute(server.database)
  // Alone, so that it does everything.
  await server.app[Symbol.asyncDispose]()
  await prolongLeases()
  const killed = startServerProcess({
    ...{ DATABASE_URL: server.connection_string, PARLEY_DEFAULT_MODEL: 'openai/scripted' },
    ...{ OPENAI_BASE_URL: server.model.base_url, ...secrets },
  })
  const url = await killed.ready
  const client = server.as({ base_url: url })
  const { agent_id } = await publishAgent(client, { analysis: {} })
  const begin = async () =>
    (await client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id
  const [turning, ended] = [await begin(), await begin()]
  receiver.answer = () => {}
  await client.createWebhookEndpoint({ url: `${receiver.url}/hook`, events: ['turn.completed'] })
  server.model.answer = () => 'A reply.'
  await client.sendConversationMessage({ conversation_id: ended, text: 'Hello' })
  await expect.poll(() => receiver.requests.length).toBe(1)
  const [turn, summary] = [holdAnswer(), holdAnswer()]
  server.model.answer = () => turn
  client.sendConversationMessage({ conversation_id: turning, text: 'Hello' }).catch(() => {})
  await turn.asked
  server.model.answer = () => summary
  await client.endConversation({ conversation_id: ended, prefer: 'wait=0' })
  await summary.asked
  killed.child.kill('SIGKILL')
  await killed.exited
  await prolongLeases()

  receiver.requests.length = 0
  receiver.answer = (_request, response) => answerJson(response, {})
  server.model.answer = () => 'From the next one.'
  await using next = await server.startAnother()
  const again = server.as({ base_url: next.url })
  const turnsOf = async (conversation_id: string) => (await again.listConversationTurns({ conversation_id })).data
  await expect.poll(() => turnsOf(turning)).toMatchObject([{ outcome: 'reply', attempts: 2 }])
  await expect
    .poll(async () => (await again.getConversation({ conversation_id: ended })).summary)
    .toBe('From the next one.')
  const delivered = () =>
    receiver.requests.map(({ body }) => (JSON.parse(body) as { conversation_id: string }).conversation_id)
  await expect.poll(() => new Set(delivered())).toEqual(new Set([ended, turning]))
  expect(await turnsOf(of_earlier)).toMatchObject([{ status: 'running', attempts: 1 }])
})

test('T6: a node whose bus stays lost: its turn runs elsewhere, and it stops', async () => {
  await using proxy = await startPostgresProxy(inject('postgres_url'))
  await using node = await server.startAnother({}, { connectThrough: proxy.through })
  const { id, held } = await startTurn(node.url)
  await prolongLeases()
  const again = holdAnswer()
  server.model.answer = () => again
  const counts = ({ text }: { text: string }) => text === 'listen parley'
  // Waits of 0.1, 0.2, 0.4 and so on lie between: long enough for two looks of the other node.
  for (let times = 0; times < 7; times += 1) proxy.failStatement(1, { when: 'before', how: 'cut', counts })
  proxy.lose('cut', /^listen parley/)
  await again.asked
  await expect.poll(() => server.model.hangUps).toBe(1)
  held.say('Too late.')
  held.finish()
  again.say('In time.')
  again.finish()
  await expect.poll(() => turnOf(id)).toMatchObject({ outcome: 'reply', attempts: 2 })
  const { conversation } = await server.client.getConversation({ conversation_id: id })
  expect(conversation!.items.map(({ content }) => content!.join(''))).toEqual(['Hello', 'In time.'])
})

test('a node whose bus is lost for a moment keeps its turn', async () => {
  await using proxy = await startPostgresProxy(inject('postgres_url'))
  await using node = await server.startAnother({}, { connectThrough: proxy.through })
  const { id, held } = await startTurn(node.url)
  const lockOf = async () =>
    (await sql<{ lock: number }>`select lock from nodes where id = ${node.core.node.id}`.execute(server.database))
      .rows[0]?.lock
  const before = await lockOf()
  proxy.lose('cut', /^listen parley/)
  await expect.poll(lockOf).not.toBe(before)
  held.say('Still here.')
  held.finish()
  await expect.poll(() => turnOf(id)).toMatchObject({ outcome: 'reply', attempts: 1 })
})
