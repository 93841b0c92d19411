// A purge of more than one commit holds for readers, receivers and older servers from its first commit on, and is finished once,
// wherever its node dies.
import { describe, expect, inject, test } from 'vitest'
import { systemPorts } from '../../src/base/ports.ts'
import { numbers, readInBackground, until } from '../support/event-readers.ts'
import { eventually } from '../support/eventually.ts'
import { startPostgresProxy } from '../support/postgres-proxy.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { opened_hosts } from '../support/tool-peer.ts'
import { answer, startReceiver } from '../webhooks/receiver.ts'
import { createHoldPoints } from './hold-points.ts'
import { dumpDatabase } from '../support/dump-database.ts'
import { foundIn } from './planted.ts'

const soon = { timeout: 40_000, interval: 20 }
const word = 'planted-zanzibar'

const plantedRows = async (server: TestServer) =>
  (await dumpDatabase(server)).filter((row) => foundIn(row, ['zanzibar']).length > 0)

/** An ended conversation of 2,100 messages, which is due to be purged at once. */
async function importLong(server: TestServer, ended_at: string): Promise<string> {
  const { agent_id } = await publishAgent(server.client, { retention: { content_days: 1 } })
  const id = systemPorts.newId()
  const items = Array.from({ length: 2100 }, (_, n) => ({ type: 'message', role: 'user', content: [`${word} ${n}`] }))
  const row = { id, channel: 'text', status: 'completed', user_id: 'u', agent_id, created_at: '2026-01-01T00:00:00Z' }
  const conversations = [{ ...row, ended_at, summary: word, conversation: { items } }] as never
  expect(await server.client.importConversations({ conversations })).toMatchObject({ created: 1, errors: [] })
  return id
}

const makeDue = (server: TestServer) => server.database.pool.query('update work set due_at = now() where lease is null')

/** The end of its first commit. */
async function untilPurged(server: TestServer, id: string): Promise<void> {
  const purged = 'select from conversations where id = $1 and content_purged_at is not null'
  await eventually(async () => expect((await server.database.pool.query(purged, [id])).rowCount).toBe(1))
}

/** Not `expect.poll`, which belongs to one test: it fails as soon as the first of several concurrent tests ends. */
const untilGone = (server: TestServer) =>
  eventually(async () => {
    await makeDue(server)
    expect(await plantedRows(server)).toEqual([])
  })

test('half done, nothing of it is shown, delivered, analyzed or changed', async () => {
  await using receiver = await startReceiver()
  await using server = await startTestServer(opened_hosts)
  const { client } = server
  const { pool } = server.database
  receiver.answer = (response) => answer(response, 500)
  const { secret } = await client.createWebhookEndpoint({ url: receiver.url, events: ['*'] })
  receiver.secret = secret
  const conversation_id = await importLong(server, new Date().toISOString())
  // Events of more than one part, which wait for their delivery.
  await pool.query(
    `with numbered as (update conversation_progress set next_sequence = 1502 where conversation_id = $1)
     insert into events (conversation_id, organization_id, sequence, id, type, occurred_at, data)
     select $1, organization_id, n, gen_random_uuid(), 'message.created', now(), jsonb_build_object('content', array[$2::text])
     from conversations, generate_series(2, 1501) n where id = $1`,
    [conversation_id, word],
  )
  expect((await client.getConversation({ conversation_id })).conversation!.items.length).toBeGreaterThan(1000)

  const blocker = await pool.connect()
  try {
    await blocker.query('begin')
    const late = 'select from transcript_items where conversation_id = $1 and position = 1500 for update'
    await blocker.query(late, [conversation_id])
    await pool.query(`update conversations set ended_at = ended_at - interval '24 hours' where id = $1`, [
      conversation_id,
    ])
    const arrived = 'select from work_arrivals where subject = $1'
    await expect.poll(async () => (await pool.query(arrived, [conversation_id])).rowCount, soon).toBe(0)
    await makeDue(server)
    await untilPurged(server, conversation_id)
    expect((await plantedRows(server)).length).toBeGreaterThan(1000)

    const shown = await client.getConversation({ conversation_id })
    expect(shown).toMatchObject({ content_purged_at: expect.any(String), conversation: { items: [] }, summary: null })
    expect(await client.getConversation({ conversation_id, items_from: 1200 })).toMatchObject({
      conversation: { items: [] },
    })
    expect(await client.listConversations({ include: 'conversation' })).toMatchObject([{ conversation: { items: [] } }])
    expect((await client.listConversationAnalyses({ conversation_id })).data).toEqual([])
    const reader = readInBackground(client, conversation_id, 0)
    await until(() => numbers(reader.events).includes(1502))
    reader.stop()
    expect(numbers(reader.events)).toEqual([1502])
    for (const call of [
      () => client.analyzeConversation({ conversation_id }),
      () => client.updateConversation({ conversation_id, custom_metadata: { a: 1 } }),
    ]) {
      expect(await refusal(call())).toMatchObject({ status: 409, code: 'content_purged' })
    }

    receiver.received.length = 0
    receiver.answer = (response) => answer(response, 200)
    const waiting = `select from webhook_deliveries where conversation_id = $1 and sequence = 1502 and status = 'pending'`
    const deliver = async () => {
      await pool.query('update webhook_lanes set next_attempt_at = now() where next_attempt_at > now()')
      return (await pool.query(waiting, [conversation_id])).rowCount
    }
    await expect.poll(deliver, soon).toBe(0)
    expect(receiver.received.map(({ event }) => event.sequence)).toEqual([1502])
    expect((await plantedRows(server)).length).toBeGreaterThan(1000)
  } finally {
    await blocker.query('rollback')
    blocker.release()
  }
  await untilGone(server)
})

test('a server of an earlier version cannot write content to it; a deletion is possible', async () => {
  await using server = await startTestServer()
  const { client, database } = server
  const conversation_id = await importLong(server, '2026-01-01T01:00:00Z')
  await untilPurged(server, conversation_id)
  await untilGone(server)
  for (const change of [
    `custom_metadata = '{"a": 1}'`,
    `summary = 'S'`,
    `analysis = '{}'`,
    `initial_context = 'C'`,
    `subject = 'S'`,
    `to_address = 'T'`,
    `from_address = 'F'`,
    `recording_details = '{}'`,
    `analysis_status = 'queued'`,
    'content_purged_at = null',
  ]) {
    const changed = database.pool.query(`update conversations set ${change} where id = $1`, [conversation_id])
    await expect(changed, change).rejects.toThrow('was purged')
  }
  await client.deleteConversation({ conversation_id })
  expect(await refusal(client.getConversation({ conversation_id }))).toMatchObject({ status: 404 })
})

describe('a node that dies', () => {
  // At once: each waits until the lease of its dead node is over.
  test.concurrent.for(['begun', 'locked', 'written', 'committed', 'removing'])(
    '%s: another one finishes, once',
    async (stage, { expect }) => {
      await using proxy = await startPostgresProxy(inject('postgres_url'))
      const { reached, holdAt } = createHoldPoints()
      await using server = await startTestServer({}, { connectThrough: proxy.through, ports: { reached } })
      const gone = { when: 'before', how: 'cut', for_good: true } as const
      const counts = ({ name }: { name: string }) => name === 'purge_part'
      const removing = stage === 'removing' ? proxy.failStatement(2, { ...gone, counts }) : null
      const hold = holdAt(`purge.${stage}`)
      const id = await importLong(server, '2026-01-01T01:00:00Z')
      if (removing) await removing.hit
      else {
        await hold.reached
        const fault = proxy.failStatement(1, gone)
        hold.release()
        await fault.hit
      }
      expect(await plantedRows(server)).not.toEqual([])
      await using _another = await server.startAnother({}, {})
      await untilGone(server)
      const told = await server.database.pool.query('select type from events where conversation_id = $1', [id])
      expect(told.rows).toEqual([{ type: 'conversation.updated' }])
      const left = `select from work where subject = $1 union all select from work_arrivals where subject = $1`
      await expect.poll(async () => (await server.database.pool.query(left, [id])).rowCount, soon).toBe(0)
    },
  )
})
