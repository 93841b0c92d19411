// Repeats the analysis of an ended conversation.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { beginAnalysis, writeAnalysis } from '../../src/conversations/commit/analysis.ts'
import { openStore } from '../../src/database/store.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
let agent_id: string

beforeAll(async () => {
  server = await startTestServer()
  agent_id = (await publishAgent(server.client, { analysis: {} })).agent_id
})
afterAll(() => server[Symbol.asyncDispose]())

async function begin(agent = agent_id): Promise<string> {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id: agent })
  server.model.answer = () => 'A reply.'
  await server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Where is my parcel?' })
  return conversation.id
}

/** Ended, with this summary. */
async function summarized(summary: string): Promise<string> {
  const conversation_id = await begin()
  server.model.answer = () => summary
  expect((await server.client.endConversation({ conversation_id, prefer: 'wait=30' })).summary).toBe(summary)
  return conversation_id
}

const read = (conversation_id: string) => server.client.getConversation({ conversation_id })
const expectState = (conversation_id: string, state: object) =>
  expect.poll(() => read(conversation_id), { timeout: 40_000, interval: 20 }).toMatchObject(state)

const results = async (conversation_id: string) =>
  (
    await server.database.pool.query<{ type: string; summary: string | null }>(
      `select type, data->>'summary' as summary from events
       where conversation_id = $1 and type like 'conversation.anal%' order by sequence`,
      [conversation_id],
    )
  ).rows.map(({ type, summary }) => [type, summary])

test('the earlier summary stays until there is a new one; the events keep both', async () => {
  const conversation_id = await summarized('The first.')
  const held = holdAnswer()
  server.model.answer = () => held
  const asked = await server.client.analyzeConversation({ conversation_id })
  expect(asked).toMatchObject({ id: conversation_id, analysis_status: 'queued', summary: 'The first.' })
  await held.asked
  expect(await read(conversation_id)).toMatchObject({ analysis_status: 'running', summary: 'The first.' })
  held.say('The second.')
  held.finish()
  await expectState(conversation_id, { analysis_status: 'done', analysis_reason: null, summary: 'The second.' })
  expect(await results(conversation_id)).toEqual([
    ['conversation.analyzed', 'The first.'],
    ['conversation.analyzed', 'The second.'],
  ])
})

test('a failed one gives the reason, keeps the summary, and can be repeated', async () => {
  const conversation_id = await summarized('It stays.')
  server.model.answer = () => 400
  await server.client.analyzeConversation({ conversation_id })
  await expectState(conversation_id, { analysis_status: 'failed', summary: 'It stays.' })
  expect((await read(conversation_id)).analysis_reason).toMatch(/1 try/)
  server.model.answer = () => 'It goes.'
  expect(await server.client.analyzeConversation({ conversation_id })).toMatchObject({ analysis_reason: null })
  await expectState(conversation_id, { analysis_status: 'done', analysis_reason: null, summary: 'It goes.' })
  expect((await results(conversation_id)).map(([type]) => type)).toEqual([
    'conversation.analyzed',
    'conversation.analysis_failed',
    'conversation.analyzed',
  ])
})

test('of ten simultaneous requests one is accepted; while it runs, none is', async () => {
  const conversation_id = await summarized('Once.')
  const held = holdAnswer()
  server.model.answer = () => held
  const asked_before = server.model.requests.length
  const calls = Array.from({ length: 10 }, () => server.client.analyzeConversation({ conversation_id }))
  const outcomes = await Promise.allSettled(calls)
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await held.asked
  expect(await refusal(server.client.analyzeConversation({ conversation_id }))).toMatchObject({
    status: 409,
    code: 'analysis_in_progress',
  })
  held.say('Twice.')
  held.finish()
  await expectState(conversation_id, { analysis_status: 'done', summary: 'Twice.' })
  expect(server.model.requests.length).toBe(asked_before + 1)
})

test('refuses an active conversation, and a deleted one', async () => {
  const conversation_id = await begin()
  const ask = () => refusal(server.client.analyzeConversation({ conversation_id }))
  expect(await ask()).toMatchObject({ status: 409, code: 'conversation_active' })
  await server.client.deleteConversation({ conversation_id })
  expect(await ask()).toMatchObject({ status: 404, code: 'not_found' })
})

test('works on request if summaries are switched off, and for an imported conversation', async () => {
  const silent = (await publishAgent(server.client)).agent_id
  const ended = await begin(silent)
  await server.client.endConversation({ conversation_id: ended })
  expect((await read(ended)).analysis_status).toBe('skipped')
  const imported = crypto.randomUUID()
  const items = [{ type: 'message' as const, role: 'user' as const, content: ['Is it raining?'] }]
  await server.client.importConversations({
    conversations: [
      {
        ...{ id: imported, channel: 'telephone', status: 'failed', user_id: 'u', created_at: '2026-01-01T00:00:00Z' },
        conversation: { items },
      },
    ],
  })
  server.model.answer = ({ messages }) => `Of ${messages.at(-1)!.content.includes('raining') ? 'rain' : 'parcels'}.`
  for (const conversation_id of [ended, imported]) await server.client.analyzeConversation({ conversation_id })
  await expectState(ended, { analysis_status: 'done', summary: 'Of parcels.' })
  await expectState(imported, { analysis_status: 'done', summary: 'Of rain.', status: 'failed' })
})

test('the late result of an overtaken run is not written', async () => {
  const conversation_id = await summarized('The first.')
  const store = openStore(server.database, server.organization_id)
  const held = holdAnswer()
  server.model.answer = () => held
  await server.client.analyzeConversation({ conversation_id })
  await held.asked
  const run = (await beginAnalysis(store, conversation_id))!
  const late = { id: conversation_id, run: run - 1 }
  const { commits } = server.app.rooms.conversations.conversations
  await store.transaction((tx) => writeAnalysis(tx, commits, late, { status: 'failed', reason: 'Late.', result: null }))
  expect(await read(conversation_id)).toMatchObject({ analysis_status: 'running', summary: 'The first.' })
  held.say('The second.')
  held.finish()
  await expectState(conversation_id, { analysis_status: 'done', summary: 'The second.' })
  expect(await results(conversation_id)).toHaveLength(2)
})
