// Earlier results of an analysis: kept up to their bound, listed, and gone with their conversation.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { earlier_analyses } from '@parley/contract'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { analyze, asked, end, found, script, speak } from './fixture.ts'

let server: TestServer
let agent_id: string

beforeAll(async () => {
  server = await startTestServer()
  agent_id = (await publishAgent(server.client, { analysis: asked })).agent_id
})
afterAll(() => server[Symbol.asyncDispose]())

const list = async (conversation_id: string) => (await server.client.listConversationAnalyses({ conversation_id })).data

/** Ended, with a result whose order number is this. */
async function analyzed(order = '1'): Promise<string> {
  const conversation_id = await speak(server, agent_id)
  script(server, { summary: `Order ${order}.`, questions: { ...found, extracted: { order } } })
  await end(server, conversation_id)
  return conversation_id
}

test('each run is kept, newest first; a run without a result is not listed', async () => {
  const conversation_id = await speak(server, agent_id)
  expect(await list(conversation_id)).toEqual([])
  script(server, { summary: 'One.', questions: found })
  const first = (await end(server, conversation_id)).analysis!
  script(server, { summary: 400, questions: 400 })
  const failed = await analyze(server, conversation_id)
  expect(failed).toMatchObject({ analysis_status: 'failed', summary: 'One.', analysis: first })
  script(server, { summary: 'Three.', questions: { ...found, success: false } })
  const third = (await analyze(server, conversation_id)).analysis!
  expect(third).toMatchObject({ run: 3, summary: 'Three.', success: false })
  expect(await list(conversation_id)).toEqual([third, first])
})

test('the oldest are deleted beyond the bound', async () => {
  const conversation_id = await analyzed()
  await server.database.pool.query(
    `insert into earlier_analyses (conversation_id, run, organization_id, result)
     select $1, run, $2, jsonb_build_object('run', run, 'summary', null, 'finished_at', '2026-01-01T00:00:00.000000Z')
     from generate_series(1, 30) run`,
    [conversation_id, server.organization_id],
  )
  const { pool } = server.database
  await pool.query(`update conversations set analysis_run = 31, analysis = analysis || '{"run": 31}' where id = $1`, [
    conversation_id,
  ])
  await analyze(server, conversation_id)
  const listed = await list(conversation_id)
  expect(listed.map(({ run }) => run)).toEqual(Array.from({ length: earlier_analyses + 1 }, (_, n) => 32 - n))
})

test('a summary that was imported is the first of the results', async () => {
  const id = crypto.randomUUID()
  const items = [{ type: 'message' as const, role: 'user' as const, content: ['Hello?'] }]
  const times = { created_at: '2026-01-01T00:00:00Z', ended_at: '2026-01-01T00:01:00Z' }
  const row = {
    id,
    channel: 'text' as const,
    status: 'completed' as const,
    user_id: 'u',
    agent_id,
    summary: 'Imported.',
  }
  await server.client.importConversations({ conversations: [{ ...row, ...times, conversation: { items } }] })
  const imported = {
    ...{ run: 1, finished_at: '2026-01-01T00:01:00.000000Z', summary: 'Imported.', outcome: null, extracted: null },
    ...{ success: null, success_reason: null, models: [], duration_ms: null, input_tokens: null, output_tokens: null },
  }
  expect(await list(id)).toEqual([imported])
  script(server, { summary: 'New.', questions: found })
  const { analysis } = await analyze(server, id)
  expect(analysis).toMatchObject({ run: 2, summary: 'New.' })
  expect(await list(id)).toEqual([analysis, imported])
})

test('an analysis is imported with its conversation, and its runs go on from there', async () => {
  const source = await server.client.getConversation({ conversation_id: await analyzed('8') })
  const { id: _, ...row } = { ...source, analysis: { ...source.analysis!, run: 5 } }
  const id = crypto.randomUUID()
  const { created } = await server.client.importConversations({ conversations: [{ ...row, id }] as never })
  expect(created).toBe(1)
  expect(await list(id)).toEqual([row.analysis])
  script(server, { questions: found })
  expect((await analyze(server, id)).analysis).toMatchObject({ run: 6 })
  expect((await list(id)).map(({ run }) => run)).toEqual([6, 5])
  const large = { ...row.analysis, extracted: { order: 'x'.repeat(300_000) } }
  const rows = [{ ...row, id: crypto.randomUUID(), analysis: large }]
  const { errors } = await server.client.importConversations({ conversations: rows as never })
  expect(errors).toMatchObject([{ path: 'analysis' }])
})

test('deleting the conversation deletes every result, also on a server of an earlier version', async () => {
  const { pool } = server.database
  const traces = async (marker: string) => {
    const { rows } = await pool.query(
      `select 'conversations' as name from conversations c where c::text like $1
       union all select 'earlier' from earlier_analyses e where e::text like $1
       union all select 'events' from events v where v::text like $1`,
      [`%${marker}%`],
    )
    return rows.map(({ name }) => name as string)
  }
  for (const deletes of [
    (conversation_id: string) => server.client.deleteConversation({ conversation_id }),
    (id: string) =>
      pool.query(
        'with events as (delete from events where conversation_id = $1) update conversations set deleted_at = now(), summary = null where id = $1',
        [id],
      ),
  ]) {
    const marker = `marked-${crypto.randomUUID()}`
    const conversation_id = await analyzed(marker)
    await analyze(server, conversation_id)
    expect([...new Set(await traces(marker))].toSorted()).toEqual(['conversations', 'earlier', 'events'])
    await deletes(conversation_id)
    expect(await traces(marker)).toEqual([])
    expect(await refusal(server.client.analyzeConversation({ conversation_id }))).toMatchObject({ status: 404 })
    expect(await refusal(server.client.listConversationAnalyses({ conversation_id }))).toMatchObject({ status: 404 })
  }
})

test('a conversation that is deleted while its analysis runs gets no result', async () => {
  const conversation_id = await analyzed()
  const held = Promise.withResolvers<void>()
  const isAsked = Promise.withResolvers<void>()
  async function* late() {
    isAsked.resolve()
    await held.promise
    yield JSON.stringify(found)
  }
  script(server, { questions: late })
  await server.client.analyzeConversation({ conversation_id })
  await isAsked.promise
  await server.client.deleteConversation({ conversation_id })
  held.resolve()
  const { pool } = server.database
  const left = async () => (await pool.query('select from work where subject = $1', [conversation_id])).rows.length
  await expect.poll(left).toBe(0)
  const { rows } = await pool.query('select analysis_status, summary, analysis from conversations where id = $1', [
    conversation_id,
  ])
  expect(rows).toEqual([{ analysis_status: 'none', summary: null, analysis: null }])
  expect((await pool.query('select from earlier_analyses where conversation_id = $1', [conversation_id])).rows).toEqual(
    [],
  )
})

test('of two simultaneous requests one is refused, and one result is added', async () => {
  const conversation_id = await analyzed()
  script(server, { questions: found })
  const calls = [1, 2].map(() => server.client.analyzeConversation({ conversation_id }))
  const statuses = (await Promise.allSettled(calls)).map(({ status }) => status)
  expect(statuses.toSorted()).toEqual(['fulfilled', 'rejected'])
  await expect
    .poll(async () => (await list(conversation_id)).map(({ run }) => run), { timeout: 40_000 })
    .toEqual([2, 1])
})
