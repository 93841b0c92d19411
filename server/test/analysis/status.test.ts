// Every state of an analysis, reached by its real cause: none, queued, running, done, skipped and failed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { analyze, asked, end, found, script, speak, takeRequests } from './fixture.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const agentWith = async (config: object) => (await publishAgent(server.client, config)).agent_id
const begin = async (analysis: object) => speak(server, await agentWith({ analysis }))
const read = (conversation_id: string) => server.client.getConversation({ conversation_id })
const query = (text: string, values: unknown[]) => server.database.pool.query(text, values)

describe('none', () => {
  test('while the conversation is active', async () => {
    expect(await read(await begin(asked))).toMatchObject({ analysis_status: 'none', analysis: null })
  })

  test('after an import without a summary', async () => {
    const row = { id: crypto.randomUUID(), channel: 'text' as const, status: 'completed' as const, user_id: 'u' }
    await server.client.importConversations({ conversations: [{ ...row, created_at: '2026-01-01T00:00:00Z' }] })
    expect(await read(row.id)).toMatchObject({ analysis_status: 'none', analysis_reason: null, analysis: null })
  })
})

test('queued, running and done', async () => {
  const conversation_id = await begin({ summary: { enabled: false }, success: 'Yes?' })
  const held = holdAnswer()
  const { success, success_reason } = found
  script(server, { questions: held })
  await server.client.endConversation({ conversation_id, prefer: 'wait=0' })
  expect((await read(conversation_id)).analysis_status).toMatch(/queued|running/)
  await held.asked
  expect(await read(conversation_id)).toMatchObject({ analysis_status: 'running', analysis: null })
  held.say(JSON.stringify({ success, success_reason }))
  held.finish()
  await expect.poll(async () => (await read(conversation_id)).analysis_status).toBe('done')
  expect(await server.client.analyzeConversation({ conversation_id })).toMatchObject({ analysis_status: 'queued' })
})

describe('skipped', () => {
  const missing = { provider: 'anthropic', model: 'claude-x' }
  const no_model = 'The model is not configured on this server.'
  const no_message = 'The conversation has no user message.'

  test('if the version asks for nothing', async () => {
    const off = await end(server, await begin({ summary: { enabled: false } }))
    expect(off).toMatchObject({
      analysis_status: 'skipped',
      analysis_reason: 'Analysis is switched off for this agent.',
    })
  })

  test('without a user message, at the end and on request', async () => {
    const agent_id = await agentWith({ analysis: asked })
    const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    const skipped = { analysis_status: 'skipped', analysis_reason: no_message, analysis: null }
    expect(await end(server, conversation.id)).toMatchObject(skipped)
    expect(await analyze(server, conversation.id)).toMatchObject(skipped)
  })

  test('without a model, of the agent or of the analysis', async () => {
    const own = await begin({ ...asked, llm: missing })
    expect(await end(server, own)).toMatchObject({ analysis_status: 'skipped', analysis_reason: no_model })
    const agent_id = await agentWith({ analysis: asked, llm: missing })
    const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    await server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello?' }).catch(() => null)
    expect(await end(server, conversation.id)).toMatchObject({ analysis_status: 'skipped', analysis_reason: no_model })
  })

  test('keeps an earlier result', async () => {
    const conversation_id = await begin(asked)
    script(server, { questions: found })
    const { analysis } = await end(server, conversation_id)
    const { version_id } = await publishAgent(server.client, { analysis: { ...asked, llm: missing } })
    await query('update conversations set agent_version_id = $2 where id = $1', [conversation_id, version_id])
    expect(await analyze(server, conversation_id)).toMatchObject({ analysis_status: 'skipped', analysis })
  })
})

describe('failed', () => {
  const hurry = () => query(`update work set ready = true where kind = 'analyze_conversation' and lease is null`, [])
  const whenOver = async (conversation_id: string) => {
    const state = async () => {
      await hurry()
      return (await read(conversation_id)).analysis_status
    }
    await expect.poll(state, { timeout: 120_000, interval: 100 }).not.toMatch(/queued|running/)
    return read(conversation_id)
  }

  test('at once if the provider refuses', async () => {
    const conversation_id = await begin(asked)
    script(server, { summary: 401, questions: 401 })
    const { analysis_status, analysis_reason } = await end(server, conversation_id)
    expect(analysis_status).toBe('failed')
    expect(analysis_reason).toMatch(
      /^Model openai\/scripted: the provider refused the request \(status 401\) \(1 try\)$/,
    )
    expect(takeRequests(server)).toHaveLength(2)
  })

  test('if the summary is empty, which keeps the other answers', async () => {
    const conversation_id = await begin(asked)
    script(server, { summary: ' ', questions: found })
    expect(await end(server, conversation_id)).toMatchObject({
      ...{ analysis_status: 'failed', analysis_reason: 'The model returned an empty summary. (1 try)', summary: null },
      analysis: { ...found, summary: null },
    })
  })

  test('after five tries at a failure that may pass; what has succeeded by then is kept', async () => {
    const [all, some] = [await begin(asked), await begin(asked)]
    script(server, { summary: 'Kept.', questions: 503 })
    await server.client.endConversation({ conversation_id: some, prefer: 'wait=0' })
    const kept = await whenOver(some)
    expect(kept).toMatchObject({
      analysis_status: 'failed',
      summary: 'Kept.',
      analysis: { summary: 'Kept.', success: null },
    })
    expect(kept.analysis_reason).toMatch(/overloaded \(status 503\) \(5 tries\)$/)
    script(server, { summary: 503, questions: 503 })
    await server.client.endConversation({ conversation_id: all, prefer: 'wait=0' })
    const failed = await whenOver(all)
    expect(failed).toMatchObject({ analysis_status: 'failed', summary: null, analysis: null })
    expect(failed.analysis_reason).toMatch(/overloaded \(status 503\) \(5 tries\)$/)
  }, 300_000)

  test('if its server was lost at each try', async () => {
    const conversation_id = await begin(asked)
    const held = holdAnswer()
    script(server, { summary: held, questions: held })
    await server.client.endConversation({ conversation_id, prefer: 'wait=0' })
    await held.asked
    await query('update work set tries = 5, lease = null, ready = true where subject = $1', [conversation_id])
    expect((await whenOver(conversation_id)).analysis_reason).toBe(
      'Every attempt failed because its server stopped. Request it again. (5 tries)',
    )
    held.finish()
  })

  test('if a version from before schemas were checked has one that cannot be used', async () => {
    const { agent_id } = await server.client.createAgent({ name: 'Old' })
    const { id, version } = await server.client.createAgentVersion({ agent_id, config: { analysis: asked } })
    const extract = { $ref: 'https://example.com' }
    await query(`update agent_versions set config = jsonb_set(config, '{analysis,extract}', $2) where id = $1`, [
      ...[id, JSON.stringify(extract)],
    ])
    await server.client.publishAgentVersion({ agent_id, version: String(version) })
    const conversation_id = await speak(server, agent_id)
    const { analysis_status, analysis_reason, summary } = await end(server, conversation_id)
    expect([analysis_status, summary]).toEqual(['failed', 'A short text.'])
    expect(analysis_reason).toMatch(/^The schema in analysis.extract cannot be used: .*Publish a version/)
  })
})

describe('the demo model', () => {
  const demo = { provider: 'demo', model: 'parley-demo' }

  test('answers every question, says who answered, and gives the same again', async () => {
    const conversation_id = await begin({ ...asked, llm: demo })
    const { analysis, analysis_status } = await end(server, conversation_id)
    expect(analysis_status).toBe('done')
    expect(analysis).toMatchObject({
      outcome: 'found',
      extracted: { order: '[Demo model, not an AI] “Where are my two parcels of order 4711?”', parcels: 4711 },
      success: true,
      success_reason: expect.stringMatching(/^\[Demo model, not an AI\]/) as string,
      models: ['demo/parley-demo'],
      input_tokens: null,
    })
    const { run: _r, finished_at: _f, duration_ms: _d, ...same } = analysis!
    expect((await analyze(server, conversation_id)).analysis).toMatchObject({ ...same, run: 2 })
    expect(takeRequests(server)).toEqual([])
  })

  test('fails where it cannot fill the schema, with its summary kept', async () => {
    const extract = {
      type: 'object',
      properties: { code: { type: 'string', pattern: '^[A-Z]{3}$' } },
      required: ['code'],
    }
    const read = await end(server, await begin({ extract, llm: demo }))
    expect(read).toMatchObject({ analysis_status: 'failed', analysis: { extracted: null } })
    expect(read.summary).toMatch(/^\[Demo model\]/)
    expect(read.analysis_reason).toMatch(/extracted\.code` must match pattern/)
  })
})
