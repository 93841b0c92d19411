// A server is killed while a model analyzes a conversation: another one takes the analysis over within 15 seconds, once.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@parley/sdk'
import { expect, test } from 'vitest'
import { asked, found } from '../analysis/fixture.ts'
import { createTestDatabase } from '../support/database.ts'
import { startServerProcess } from '../support/process.ts'
import { holdAnswer, startScriptedModel } from '../support/scripted-model.ts'
import { publishAgent } from '../support/server.ts'
import { steadyTime } from '../support/steady-time.ts'

const most_ms = 15_000

test('the analysis of a server that was killed is done by another one within 15 seconds', async () => {
  await using database = await createTestDatabase()
  await using model = await startScriptedModel()
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-analysis-'))
  const admin_key = 'ak_test.0123456789abcdef0123456789abcdef'
  const environment = {
    DATABASE_URL: database.connection_string,
    PARLEY_DATA_DIR: data_dir,
    PARLEY_BOOTSTRAP_KEY: admin_key,
    PARLEY_DEFAULT_MODEL: 'openai/scripted',
    OPENAI_BASE_URL: model.base_url,
  }
  await using first = startServerProcess(environment)
  const client = createClient({ base_url: await first.ready, token: admin_key })
  const analysis = { ...asked, summary: { enabled: false } }
  const { agent_id } = await publishAgent(client, { analysis })
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const conversation_id = conversation.id
  await client.sendConversationMessage({ conversation_id, text: 'Where is my parcel?' })
  const held = holdAnswer()
  model.answer = () => held
  await client.endConversation({ conversation_id, prefer: 'wait=0' })
  await held.asked
  await using second = startServerProcess(environment)
  const other = createClient({ base_url: await second.ready, token: admin_key })
  // Not answered before it was seen to run.
  const again = holdAnswer()
  model.answer = () => again
  first.child.kill('SIGKILL')
  await first.exited
  const killed_at = steadyTime()
  expect(await other.getConversation({ conversation_id })).toMatchObject({ analysis_status: 'running', analysis: null })
  again.say(JSON.stringify(found))
  again.finish()
  const status = async () => (await other.getConversation({ conversation_id })).analysis_status
  await expect.poll(status, { timeout: 90_000, interval: 50 }).toBe('done')
  expect(steadyTime() - killed_at).toBeLessThan(most_ms)
  const { data } = await other.listConversationAnalyses({ conversation_id })
  expect(data).toMatchObject([{ run: 1, ...found }])
  await rm(data_dir, { recursive: true, force: true })
})
