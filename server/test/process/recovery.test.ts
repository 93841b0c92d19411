// T7 with a real process: it is killed in the middle of a reply, and the next one recovers.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@parley/sdk'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { startServerProcess } from '../support/process.ts'
import { holdAnswer, startScriptedModel } from '../support/scripted-model.ts'
import { publishAgent } from '../support/server.ts'

test('T1, T2, T7: a message whose server is killed in mid-reply is answered once, within 15 seconds', async () => {
  await using database = await createTestDatabase()
  await using model = await startScriptedModel()
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-kill-'))
  const admin_key = 'ak_test.0123456789abcdef0123456789abcdef'
  const environment = {
    DATABASE_URL: database.connection_string,
    PARLEY_DATA_DIR: data_dir,
    PARLEY_BOOTSTRAP_KEY: admin_key,
    PARLEY_DEFAULT_MODEL: 'openai/scripted',
    OPENAI_BASE_URL: model.base_url,
  }
  const first = startServerProcess(environment)
  const client = createClient({ base_url: await first.ready, token: admin_key })
  const { agent_id } = await publishAgent(client)
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const held = holdAnswer()
  model.answer = () => held
  const lost = client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
  lost.catch(() => {})
  await held.asked
  held.say('Half of a ')
  first.child.kill('SIGKILL')
  await first.exited
  await expect(lost).rejects.toThrow('fetch failed')

  model.answer = () => 'The whole reply.'
  const killedAt = performance.now()
  await using second = startServerProcess(environment)
  const again = createClient({ base_url: await second.ready, token: admin_key })
  const readItems = async () =>
    (await again.getConversation({ conversation_id: conversation.id })).conversation!.items.map(({ role, content }) => [
      role,
      content!.join(''),
    ])
  const whole = [
    ['user', 'Hello'],
    ['assistant', 'The whole reply.'],
  ]
  await expect.poll(readItems, { timeout: 20_000 }).toEqual(whole)
  expect(performance.now() - killedAt).toBeLessThan(15_000)
  const next = await again.sendConversationMessage({ conversation_id: conversation.id, text: 'Go on' })
  expect(next.reply).toBe('The whole reply.')
  await rm(data_dir, { recursive: true, force: true })
}, 60_000)

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
  await expect.poll(() => client.getReadiness().catch(() => null), { timeout: 10_000 }).toEqual({ status: 'ready' })
  const summary = async () => (await client.getConversation({ conversation_id })).summary
  await expect.poll(summary, { timeout: 20_000 }).toBe('The summary.')
  expect(server.child.exitCode).toBeNull()
  await rm(data_dir, { recursive: true, force: true })
}, 60_000)
