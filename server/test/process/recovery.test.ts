// A real process whose database goes away while it works.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@parley/sdk'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { startServerProcess } from '../support/process.ts'
import { holdAnswer, startScriptedModel } from '../support/scripted-model.ts'
import { publishAgent } from '../support/server.ts'

test('an unavailable database while a summary is written does not stop the server', async () => {
  await using database = await createTestDatabase()
  await using model = await startScriptedModel()
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-away-'))
  const admin_key = 'ak_test.0123456789abcdef0123456789abcdef'
  await using server = startServerProcess({
    DATABASE_URL: database.connection_string,
    PARLEY_DATA_DIR: data_dir,
    PARLEY_BOOTSTRAP_KEY: admin_key,
    PARLEY_DEFAULT_MODEL: 'openai/scripted',
    OPENAI_BASE_URL: model.base_url,
  })
  const client = createClient({ base_url: await server.ready, token: admin_key })
  const { agent_id } = await publishAgent(client, { analysis: {} })
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const conversation_id = conversation.id
  await client.sendConversationMessage({ conversation_id, text: 'Hello' })
  const held = holdAnswer()
  model.answer = () => held
  await client.endConversation({ conversation_id, prefer: 'wait=0' })
  await held.asked
  const cut = () =>
    database.database.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`)
  model.answer = () => 'The summary.'
  held.say('The summary.')
  held.finish()
  for (let cuts = 0; cuts < 100; cuts += 1) await cut()
  await expect.poll(() => client.getReadiness().catch(() => null)).toEqual({ status: 'ready' })
  const summary = async () => (await client.getConversation({ conversation_id })).summary
  await expect.poll(summary, { timeout: 90_000 }).toBe('The summary.')
  expect(server.child.exitCode).toBeNull()
  await rm(data_dir, { recursive: true, force: true })
})
