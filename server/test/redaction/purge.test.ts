// After its days the content of an ended conversation is gone from the database; its row, turns and counts stay. So is that of a
// deleted one. Time passes in the database only.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { systemPorts } from '../../src/base/ports.ts'
import { startPostgresProxy } from '../support/postgres-proxy.ts'
import { type Answer, holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../support/tool-peer.ts'
import { type Receiver, answer, startReceiver } from '../webhooks/receiver.ts'
import { createHoldPoints } from './hold-points.ts'
import { dumpDatabase } from '../support/dump-database.ts'
import { foundIn } from './planted.ts'

let server: TestServer
let peer: ToolPeer
let receiver: Receiver
const { reached, holdAt } = createHoldPoints()

beforeAll(async () => {
  peer = await startToolPeer()
  receiver = await startReceiver()
  server = await startTestServer(opened_hosts, { ports: { reached } })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
})

const soon = { timeout: 40_000, interval: 20 }
const kept_for_a_day = { retention: { content_days: 1 } }

async function begin(config: object = kept_for_a_day, fields: object = {}, on: TestServer = server): Promise<string> {
  const { agent_id } = await publishAgent(on.client, config)
  const created = await on.client.createConversation({ channel: 'text', user_id: 'u', agent_id, ...fields })
  return created.conversation.id
}

const query = (text: string, values: unknown[] = [], on = server) => on.database.pool.query(text, values)

/** So many hours pass for this conversation. */
async function passHours(id: string, hours: number): Promise<void> {
  await query(`update conversations set ended_at = ended_at - $2 * interval '1 hour' where id = $1`, [id, hours])
}

/** Its work is due, whether it is time or not. */
async function wake(id: string): Promise<void> {
  const arrived = 'select from work_arrivals where subject = $1'
  await expect.poll(async () => (await query(arrived, [id])).rowCount, soon).toBe(0)
  await query(`update work set due_at = now() where subject = $1 and kind = 'purge_content'`, [id])
}

async function passDay(id: string): Promise<void> {
  await passHours(id, 24)
  await wake(id)
}

async function untilPurged(id: string, on = server): Promise<void> {
  const get = async () => (await on.client.getConversation({ conversation_id: id })).content_purged_at
  await expect.poll(get, soon).toEqual(expect.any(String))
}

const isOver = async (id: string) => {
  const { rowCount } = await query(
    `select from work where subject = $1 and kind = $2 union all select from work_arrivals where subject = $1 and kind = $2`,
    [id, 'purge_content'],
  )
  return rowCount === 0
}

const countAll = async (agent_id: string) => (await server.client.getStatistics({ agent_id })).totals

const word = (place: string) => `planted-${place}-zanzibar`
const plantedRows = async (on = server) =>
  (await dumpDatabase(on)).filter((row) => foundIn(row, ['zanzibar']).length > 0)

/** A conversation that has content in every place. */
async function fill(): Promise<string> {
  const tool = { name: 'look', description: 'Looks', properties: { q: { type: 'string' } } }
  const actions = [{ type: 'http', method: 'POST', url: peer.url, body: { q: '{{ q }}' } }]
  const config = {
    ...kept_for_a_day,
    tools: [{ ...tool, actions }],
    starting_message: 'Hello {{ custom_metadata.name }}',
  }
  const id = await begin(
    { ...config, analysis: { summary: { enabled: true } } },
    {
      ...{
        initial_context: word('context'),
        subject: word('subject'),
        to_address: word('to'),
        from_address: word('from'),
      },
      custom_metadata: { name: word('metadata') },
    },
  )
  peer.answer = (_request, response) => answerJson(response, { text: word('output') })
  receiver.answer = (response) => answer(response, 200, word('echo'))
  const answers: Answer[] = [
    { text: word('step'), tool_calls: [{ name: 'look', arguments: { q: word('arguments') } }] },
    word('reply'),
  ]
  server.model.answer = () => answers.shift() ?? 500
  const conversation_id = id
  await server.client.sendConversationMessage({ conversation_id, text: word('message'), idempotency_key: `said ${id}` })
  await refusal(server.client.sendConversationMessage({ conversation_id, text: word('unanswered') }))
  // Errors are the server's own words; if a provider's were among them, they must go too.
  await query('alter table turns disable trigger turns_final')
  await query(`update turns set error = $2 where conversation_id = $1 and status = 'failed'`, [id, word('error')])
  await query('alter table turns enable trigger turns_final')
  server.model.answer = () => word('earlier')
  await server.client.endConversation({ conversation_id, reason: word('reason'), idempotency_key: `ended ${id}` })
  server.model.answer = () => word('summary')
  await server.client.analyzeConversation({ conversation_id })
  const analyses = async () => (await server.client.listConversationAnalyses({ conversation_id })).data.length
  await expect.poll(analyses, soon).toBe(2)
  const pending = `select from webhook_deliveries where conversation_id = $1 and status = 'pending'`
  await expect.poll(async () => (await query(pending, [id])).rowCount, soon).toBe(0)
  receiver.answer = (response) => answer(response, 200)
  return id
}

const places = [
  ...['context', 'subject', 'to', 'from', 'metadata', 'output', 'step', 'arguments', 'reply', 'message', 'unanswered'],
  ...['summary', 'earlier', 'reason', 'echo', 'error'],
]

async function withEndpoint<T>(work: () => Promise<T>): Promise<T> {
  const { id: webhook_id, secret } = await server.client.createWebhookEndpoint({ url: receiver.url, events: ['*'] })
  receiver.secret = secret
  try {
    return await work()
  } finally {
    receiver.secret = null
    await server.client.deleteWebhookEndpoint({ webhook_id })
  }
}

describe('after content_days', () => {
  test('a conversation with content in every place', async () => {
    await withEndpoint(async () => {
      const id = await fill()
      const conversation_id = id
      const before = await server.client.getConversation({ conversation_id })
      const turns = (await server.client.listConversationTurns({ conversation_id })).data
      const counted = await countAll(before.agent_id!)
      const full = (await plantedRows()).join('\n')
      for (const place of places) expect(full, place).toContain(word(place))

      const answered = 'select from idempotency_keys where conversation_id = $1 and answer is not null'
      expect((await query(answered, [id])).rowCount).toBeGreaterThan(0)

      await passDay(id)
      await untilPurged(id)
      expect(await plantedRows()).toEqual([])
      await query('vacuum (analyze)')
      // Sealed, so that a search in the tables does not see into them.
      expect((await query(answered, [id])).rowCount).toBe(0)
      const statistics = await query('select s::text as row from pg_stats s')
      expect(foundIn(statistics.rows.map(({ row }) => row).join('\n'), ['zanzibar'])).toEqual([])

      const after = await server.client.getConversation({ conversation_id })
      const gone = {
        summary: null,
        analysis: null,
        initial_context: null,
        custom_metadata: {},
        recording_details: null,
      }
      expect(after).toEqual({
        ...before,
        ...gone,
        ended_at: expect.any(String),
        updated_at: expect.any(String),
        content_purged_at: expect.any(String),
        ended_by: { ...before.ended_by, reason: null },
        conversation: { items: [] },
      })
      expect((await server.client.listConversationTurns({ conversation_id })).data).toEqual(
        turns.map((turn) => ({ ...turn, error: null, user_message_ids: [] })),
      )
      expect(await countAll(before.agent_id!)).toEqual(counted)
      const { rows } = await query('select type, data, sequence from events where conversation_id = $1', [id])
      expect(rows).toMatchObject([
        { type: 'conversation.updated', data: { content_purged_at: after.content_purged_at } },
      ])
      expect(foundIn(server.log.join('\n'), ['zanzibar'])).toEqual([])

      expect(await refusal(server.client.analyzeConversation({ conversation_id }))).toMatchObject({
        ...{ status: 409, code: 'content_purged' },
      })
      const update = server.client.updateConversation({ conversation_id, custom_metadata: { a: 1 } })
      expect(await refusal(update)).toMatchObject({ status: 409, code: 'content_purged' })
      expect((await server.client.listConversations({})).find((row) => row.id === id)).toMatchObject({
        content_purged_at: after.content_purged_at,
      })
      await server.client.deleteConversation({ conversation_id })
      expect(await refusal(server.client.getConversation({ conversation_id }))).toMatchObject({ status: 404 })
    })
  })

  test('not before: work that comes early waits until then', async () => {
    const id = await begin()
    server.model.answer = () => word('early')
    await server.client.sendConversationMessage({ conversation_id: id, text: 'Hello' })
    await server.client.endConversation({ conversation_id: id })
    await passHours(id, 23)
    await wake(id)
    const isLater = async () =>
      (
        await query(
          `select from work where subject = $1 and lease is null and due_at > now() + interval '30 minutes'`,
          [id],
        )
      ).rowCount
    await expect.poll(isLater, soon).toBe(1)
    expect((await server.client.getConversation({ conversation_id: id })).conversation!.items.length).toBe(2)
    await passHours(id, 1)
    await wake(id)
    await untilPurged(id)
  })

  test('an imported one, counted from its own end; the same row again brings nothing back', async () => {
    const { agent_id } = await publishAgent(server.client, kept_for_a_day)
    const id = systemPorts.newId()
    const items = Array.from({ length: 2500 }, (_, n) => ({
      type: 'message',
      role: 'user',
      content: [word(String(n))],
    }))
    const row = { id, channel: 'text', status: 'completed', user_id: 'u', agent_id, created_at: '2026-01-01T00:00:00Z' }
    const conversations = [{ ...row, summary: word('summary'), conversation: { items } }] as never
    expect(await server.client.importConversations({ conversations })).toMatchObject({ created: 1, errors: [] })
    await untilPurged(id)
    await expect.poll(() => plantedRows(), soon).toEqual([])
    expect(await server.client.importConversations({ conversations })).toMatchObject({ unchanged: 1 })
    expect(await plantedRows()).toEqual([])
    expect((await server.client.getConversation({ conversation_id: id })).user_turn_count).toBe(2500)
  })

  test('never without the setting, and a later version does not change older conversations', async () => {
    const id = await begin({})
    const { agent_id } = await server.client.getConversation({ conversation_id: id })
    const { version } = await server.client.createAgentVersion({ agent_id: agent_id!, config: kept_for_a_day })
    await server.client.publishAgentVersion({ agent_id: agent_id!, version: String(version) })
    await server.client.endConversation({ conversation_id: id })
    expect((await query('select content_days from conversations where id = $1', [id])).rows).toEqual([
      { content_days: null },
    ])
    expect(await isOver(id)).toBe(true)
  })

  test('an error in the middle: it goes on where it was, on any node, and is done once', async () => {
    await using proxy = await startPostgresProxy(inject('postgres_url'))
    await using faulty = await startTestServer({}, { connectThrough: proxy.through })
    const { agent_id } = await publishAgent(faulty.client, kept_for_a_day)
    const ids = Array.from({ length: 3 }, systemPorts.newId)
    const items = Array.from({ length: 2100 }, (_, n) => ({
      type: 'message',
      role: 'user',
      content: [word(String(n))],
    }))
    const row = { channel: 'text', status: 'completed', user_id: 'u', agent_id, created_at: '2026-01-01T00:00:00Z' }
    const fault = proxy.failStatement(2, { when: 'before', how: 'cut', counts: ({ name }) => name === 'purge_part' })
    const last = proxy.failStatement(1, {
      when: 'after',
      how: 'cut',
      counts: ({ name }) => name === 'purge_conversation',
    })
    const conversations = ids.map((id) => ({ ...row, id, conversation: { items } })) as never
    expect(await faulty.client.importConversations({ conversations })).toMatchObject({ created: 3 })
    await Promise.all([fault.hit, last.hit])
    await using _another = await faulty.startAnother({}, {})
    await query('update work set due_at = now() where lease is null', [], faulty)
    for (const id of ids) await untilPurged(id, faulty)
    await expect.poll(() => plantedRows(faulty), soon).toEqual([])
    const told = await query(`select conversation_id from events where type = 'conversation.updated'`, [], faulty)
    expect(told.rows.map(({ conversation_id }) => conversation_id).toSorted()).toEqual(ids.toSorted())
  })
})

describe('a purge meets', () => {
  const endedWithContent = async (config: object = kept_for_a_day) => {
    const id = await begin(config, { custom_metadata: { a: word('metadata') } })
    server.model.answer = () => word('reply')
    await server.client.sendConversationMessage({ conversation_id: id, text: word('message') })
    await server.client.endConversation({ conversation_id: id, prefer: 'wait=0' })
    return id
  }

  test.each(['locked', 'written'])('changed metadata, held %s by the purge', async (stage) => {
    const id = await endedWithContent()
    const hold = holdAt(`purge.${stage}`)
    await passDay(id)
    await hold.reached
    const update = refusal(
      server.client.updateConversation({ conversation_id: id, custom_metadata: { b: word('late') } }),
    )
    hold.release()
    expect(await update).toMatchObject({ status: 409, code: 'content_purged' })
    expect(await plantedRows()).toEqual([])
  })

  test('changed metadata that came first', async () => {
    const id = await endedWithContent()
    await passHours(id, 24)
    const hold = holdAt('update.written')
    const update = server.client.updateConversation({ conversation_id: id, custom_metadata: { b: word('first') } })
    await hold.reached
    await wake(id)
    hold.release()
    await update
    await untilPurged(id)
    expect(await plantedRows()).toEqual([])
  })

  test.each(['begun', 'locked', 'written'])('a deletion, held %s by the purge', async (stage) => {
    const id = await endedWithContent()
    const hold = holdAt(`purge.${stage}`)
    await passDay(id)
    await hold.reached
    const deletion = server.client.deleteConversation({ conversation_id: id })
    if (stage === 'begun') await deletion
    hold.release()
    await deletion
    await expect.poll(() => isOver(id), soon).toBe(true)
    const { rows } = await query('select type from events where conversation_id = $1', [id])
    expect(rows).toEqual([{ type: 'conversation.deleted' }])
    expect(await plantedRows()).toEqual([])
  })

  test.each(['locked', 'written'])('a deletion that came first, held %s', async (stage) => {
    const id = await endedWithContent()
    await passHours(id, 24)
    const hold = holdAt(`delete.${stage}`)
    const deletion = server.client.deleteConversation({ conversation_id: id })
    await hold.reached
    await wake(id)
    hold.release()
    await deletion
    await expect.poll(() => isOver(id), soon).toBe(true)
    expect(await plantedRows()).toEqual([])
  })

  test('an analysis that runs: its result is not written', async () => {
    const summarized = { ...kept_for_a_day, analysis: { wait_ms: 0, summary: { enabled: true } } }
    const id = await begin(summarized, {})
    server.model.answer = () => word('reply')
    await server.client.sendConversationMessage({ conversation_id: id, text: word('message') })
    const answering = holdAnswer()
    server.model.answer = () => answering
    await server.client.endConversation({ conversation_id: id })
    await answering.asked
    await passDay(id)
    await untilPurged(id)
    answering.say(word('summary'))
    answering.finish()
    await expect.poll(() => isOver(id), soon).toBe(true)
    expect(await server.client.getConversation({ conversation_id: id })).toMatchObject({
      ...{ summary: null, analysis_status: 'skipped', analysis_reason: 'The content was purged.' },
    })
    expect(await plantedRows()).toEqual([])
  })

  test('a request for another analysis, held by the purge', async () => {
    const id = await endedWithContent()
    const hold = holdAt('purge.written')
    await passDay(id)
    await hold.reached
    const asked = refusal(server.client.analyzeConversation({ conversation_id: id }))
    hold.release()
    expect(await asked).toMatchObject({ status: 409, code: 'content_purged' })
  })
})

test('of a final turn only the text of its error may go', async () => {
  const id = await fill()
  for (const change of [`error = 'other'`, `error = null, outcome = 'timed_out'`, 'error = null, steps = 7']) {
    const changed = query(`update turns set ${change} where conversation_id = $1 and status = 'failed'`, [id])
    await expect(changed).rejects.toThrow('is final')
  }
  await query('update turns set error = null where conversation_id = $1', [id])
  await server.client.deleteConversation({ conversation_id: id })
})

test('a deletion leaves none of it either, in any table', async () => {
  await withEndpoint(async () => {
    const id = await fill()
    expect(await plantedRows()).not.toEqual([])
    await server.client.deleteConversation({ conversation_id: id })
    expect(await plantedRows()).toEqual([])
    const left = (await dumpDatabase(server)).filter((row) => row.includes(id)).map((row) => row.split(' ')[0])
    expect([...new Set(left)].toSorted()).toEqual(expect.arrayContaining(['public.conversations', 'public.events']))
  })
})
