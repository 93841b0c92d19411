// Outcome, extracted fields and success: asked once, checked, repaired once, stored, and shown with `read_sensitive` only.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { analyze, asked, end, found, script, speak, takeRequests } from './fixture.ts'

let server: TestServer
let agent_id: string

beforeAll(async () => {
  server = await startTestServer()
  agent_id = (await publishAgent(server.client, { analysis: asked })).agent_id
})
afterAll(() => server[Symbol.asyncDispose]())

const agentWith = async (config: object) => (await publishAgent(server.client, config)).agent_id
const speakTo = async (analysis: object) => speak(server, await agentWith({ analysis }))

test('everything is found with two calls of the model, and stored with what it cost', async () => {
  const conversation_id = await speak(server, agent_id)
  script(server, { summary: 'They asked for parcels.', questions: found })
  const answer = await server.client.endConversation({ conversation_id, prefer: 'wait=60' })
  expect(Object.keys(answer).toSorted()).toEqual(['conversation_id', 'duration', 'status', 'summary'])
  expect(answer.summary).toBe('They asked for parcels.')
  const read = await server.client.getConversation({ conversation_id })
  const analysis = {
    ...{ run: 1, summary: 'They asked for parcels.', ...found },
    ...{ models: ['openai/scripted'], input_tokens: 22, output_tokens: 14 },
    ...{ finished_at: expect.any(String) as string, duration_ms: expect.any(Number) as number },
  }
  expect(read).toMatchObject({ analysis_status: 'done', analysis_reason: null, summary: answer.summary, analysis })
  expect(read.analysis).toEqual(analysis)
  const requests = takeRequests(server)
  expect(requests.map(([kind]) => kind).toSorted()).toEqual(['questions', 'summary'])
  const { response_format, messages } = new Map(requests).get('questions')!
  expect(response_format).toMatchObject({ type: 'json_schema', json_schema: { strict: false } })
  expect(messages[1]!.content).toContain('{"from":"end user","text":"Where are my two parcels of order 4711?"}')
  expect(messages[0]!.content).toContain('Was the parcel found?')
})

test('without a summary there is one call, and the event has the analysis', async () => {
  const conversation_id = await speakTo({ ...asked, summary: { enabled: false } })
  script(server, { questions: found })
  const { analysis, summary } = await end(server, conversation_id)
  expect(analysis).toMatchObject({ ...found, summary: null, input_tokens: 11 })
  expect(summary).toBeNull()
  expect(takeRequests(server)).toHaveLength(1)
  const { rows } = await server.database.pool.query(
    `select data from events where conversation_id = $1 and type = 'conversation.analyzed'`,
    [conversation_id],
  )
  expect(rows).toEqual([{ data: { analysis_status: 'done', analysis_reason: null, summary: null, analysis } }])
})

test('each question can be asked alone', async () => {
  const { outcome, success, success_reason, extracted } = found
  const cases: [object, object][] = [
    [{ outcome: asked.outcome }, { outcome }],
    [{ success: asked.success }, { success, success_reason }],
    [{ extract: asked.extract }, { extracted }],
  ]
  const nothing = { outcome: null, success: null, success_reason: null, extracted: null }
  for (const [question, answer] of cases) {
    const conversation_id = await speakTo({ summary: { enabled: false }, ...question })
    script(server, { questions: answer })
    expect((await end(server, conversation_id)).analysis).toMatchObject({ ...nothing, ...answer })
  }
})

describe('an answer that is not valid', () => {
  const faulty: [string, unknown, string][] = [
    ['not JSON', 'I cannot help with that.', 'not JSON'],
    ['a wrong type', { ...found, success: 'yes' }, 'success: must be boolean'],
    ['an unknown option', { ...found, outcome: 'stolen' }, 'outcome: must be one of found, lost'],
    ['an invalid field', { ...found, extracted: { parcels: 0 } }, 'extracted.parcels: must be >= 1'],
  ]
  test.each(faulty)('is asked for again once, with its faults: %s', async (_name, answer, fault) => {
    const conversation_id = await speak(server, agent_id)
    script(server, { questions: answer as object, repair: found })
    expect(await end(server, conversation_id)).toMatchObject({
      analysis_status: 'done',
      analysis: { ...found, summary: 'A short text.', input_tokens: 33 },
    })
    const { messages } = new Map(takeRequests(server)).get('repair')!
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
    expect(messages[2]!.content).toBe(typeof answer === 'string' ? answer : JSON.stringify(answer))
    expect(messages[3]!.content).toContain(fault)
  })

  test('a second time fails the analysis, and keeps the summary', async () => {
    const conversation_id = await speak(server, agent_id)
    script(server, { summary: 'It stays.', questions: 'No.', repair: { ...found, extracted: { parcels: 'two' } } })
    const read = await end(server, conversation_id)
    expect(read).toMatchObject({
      analysis_status: 'failed',
      analysis_reason:
        "The model's answer, also when asked again, could not be used: `extracted.parcels` must be integer (1 try)",
      summary: 'It stays.',
      analysis: { summary: 'It stays.', outcome: null, extracted: null, success: null },
    })
    expect(takeRequests(server)).toHaveLength(3)
  })

  test('the reason tells nothing of the transcript, since it is not sensitive', async () => {
    const properties = { notes: { type: 'object', additionalProperties: { type: 'integer' } } }
    const conversation_id = await speakTo({ summary: { enabled: false }, extract: { type: 'object', properties } })
    const answer = { extracted: { notes: { 'ada@example.com': 'x' } } }
    script(server, { questions: answer, repair: answer })
    const { analysis_reason } = await end(server, conversation_id)
    expect(analysis_reason).toMatch(/`extracted\.notes\.\*\.\*` must be integer/)
  })

  test.each([
    ['a huge one', 'x'.repeat(200_000)],
    ['an endless one', `{"a":"${'x'.repeat(1_200_000)}"}`],
    ['one with hostile keys', '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'],
  ])('%s harms nobody', async (_name, answer) => {
    const conversation_id = await speakTo({ ...asked, summary: { enabled: false } })
    script(server, { questions: answer, repair: found })
    // The endless one is not an answer at all: it is tried again, which is not waited for here.
    await server.client.endConversation({ conversation_id, prefer: 'wait=2' })
    const { analysis_status, analysis } = await server.client.getConversation({ conversation_id })
    if (analysis_status === 'done') expect(analysis).toMatchObject(found)
    else expect(analysis).toBeNull()
    // So that no later test meets its further tries.
    await eventually(() => server.client.deleteConversation({ conversation_id }))
    const hurried = 'with hurried as (update work set ready = true where subject = $1 and lease is null)'
    const tries = () => server.database.pool.query(`${hurried} select from work where subject = $1`, [conversation_id])
    await expect.poll(async () => (await tries()).rowCount, { timeout: 90_000 }).toBe(0)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

test('keys like those of every object, and fifty fields, come back as the model gave them', async () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', ...Array.from({ length: 47 }, (_, n) => `field_${n}`)]
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]))
  const conversation_id = await speakTo({ summary: { enabled: false }, extract: { type: 'object', properties } })
  const extracted = Object.fromEntries(names.map((name) => [name, `value of ${name}`]))
  script(server, { questions: { extracted } })
  const { analysis } = await end(server, conversation_id)
  expect(analysis!.extracted).toEqual(extracted)
  expect(Object.keys(analysis!.extracted!).toSorted()).toEqual(names.toSorted())
})

test('a server that refuses schemas in requests is asked without', async () => {
  const conversation_id = await speak(server, agent_id)
  script(server, { questions: ({ response_format }) => (response_format ? 400 : found) })
  expect(await end(server, conversation_id)).toMatchObject({ analysis_status: 'done', analysis: found })
  const formats = takeRequests(server).filter(([kind]) => kind === 'questions')
  expect(formats.map(([, { response_format }]) => response_format === undefined)).toEqual([false, true])
})

test('a schema that providers can enforce is sent as such', async () => {
  const conversation_id = await speakTo({
    ...asked,
    extract: { type: 'object', properties: { order: { type: ['string', 'null'] } }, required: ['order'] },
  })
  script(server, { questions: { ...found, extracted: { order: null } } })
  expect((await end(server, conversation_id)).analysis!.extracted).toEqual({ order: null })
  const { response_format } = new Map(takeRequests(server)).get('questions')!
  expect(response_format!.json_schema.strict).toBe(true)
})

test('the analysis has a model of its own, with its temperature and bounds', async () => {
  const llm = { provider: 'openai', model: 'careful', temperature: 0.1, max_output_tokens: 900 }
  const conversation_id = await speakTo({ ...asked, llm })
  script(server, { questions: found })
  expect((await end(server, conversation_id)).analysis!.models).toEqual(['openai/careful'])
  for (const [, request] of takeRequests(server))
    expect(request).toMatchObject({ model: 'careful', temperature: 0.1, max_tokens: 900 })
})

test('the model that is named is the one that answered, also if it is a fallback', async () => {
  const llm = { provider: 'openai', model: 'first', fallbacks: [{ provider: 'openai', model: 'second' }] }
  const conversation_id = await speakTo({ ...asked, llm })
  const unlessFirst = (answer: object | string) => (request: { model: string }) =>
    request.model === 'first' ? 503 : answer
  script(server, { summary: unlessFirst('A summary.'), questions: unlessFirst(found) })
  expect((await end(server, conversation_id)).analysis!.models).toEqual(['openai/second'])
  script(server, { summary: 'A summary.', questions: unlessFirst(found) })
  const { analysis } = await analyze(server, conversation_id)
  expect(analysis!.models.toSorted()).toEqual(['openai/first', 'openai/second'])
})

test('the results are sensitive, and no conversation token sees them', async () => {
  const conversation_id = await speak(server, agent_id)
  script(server, { questions: found })
  expect((await end(server, conversation_id)).analysis).toMatchObject(found)
  const { pat_key } = await server.client.createOrganizationKey({ name: 'Reader', scopes: ['conversations:read'] })
  const reader = server.as({ token: pat_key })
  const shown = await reader.getConversation({ conversation_id })
  expect(shown).toMatchObject({ analysis_status: 'done' })
  expect(Object.keys(shown)).not.toContain('analysis')
  expect(await refusal(reader.listConversationAnalyses({ conversation_id }))).toMatchObject({ status: 403 })
  const permissions = ['read' as const, 'message' as const, 'end' as const]
  const { token } = await server.client.createConversationToken({ conversation_id, permissions })
  const end_user = server.as({ token })
  expect(Object.keys(await end_user.getConversation({ conversation_id }))).not.toContain('analysis')
  expect(await refusal(end_user.listConversationAnalyses({ conversation_id }))).toMatchObject({ status: 403 })
})

test('what the conversation must not keep is in no result', async () => {
  const conversation_id = await speak(server, agent_id)
  const { pool } = server.database
  await pool.query(`update conversations set redaction = '{"rules": ["email"]}' where id = $1`, [conversation_id])
  const address = 'ada@example.org'
  const extracted = { order: `for ${address}`, parcels: 1 }
  script(server, { summary: `Of ${address}.`, questions: { ...found, extracted, success_reason: address } })
  const { analysis, summary } = await end(server, conversation_id)
  expect(summary).toBe('Of [email].')
  expect(analysis).toMatchObject({
    ...{ summary, extracted: { order: 'for [email]', parcels: 1 }, success_reason: '[email]' },
  })
  const { rows } = await pool.query(
    `select from conversations c where id = $1 and c::text like $2
     union all select from events e where conversation_id = $1 and e::text like $2`,
    [conversation_id, `%${address}%`],
  )
  expect(rows).toEqual([])
})
