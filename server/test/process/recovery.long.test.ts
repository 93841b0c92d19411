// T7 with a real process: it is killed in the middle of a reply, and the next one recovers.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConnectionError, createClient } from '@parley/sdk'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { startServerProcess } from '../support/process.ts'
import { holdAnswer, startScriptedModel } from '../support/scripted-model.ts'
import { publishAgent } from '../support/server.ts'
import { steadyTime } from '../support/steady-time.ts'

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
  const client = createClient({ base_url: await first.ready, token: admin_key, retries: 0 })
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
  await expect(lost).rejects.toBeInstanceOf(ConnectionError)

  model.answer = () => 'The whole reply.'
  await using second = startServerProcess(environment)
  const again = createClient({ base_url: await second.ready, token: admin_key })
  // A loaded machine can need as long to start a process.
  const ready_at = steadyTime()
  const readItems = async () =>
    (await again.getConversation({ conversation_id: conversation.id })).conversation!.items.map(({ role, content }) => [
      role,
      content!.join(''),
    ])
  const whole = [
    ['user', 'Hello'],
    ['assistant', 'The whole reply.'],
  ]
  await expect.poll(readItems, { timeout: 40_000 }).toEqual(whole)
  expect(steadyTime() - ready_at).toBeLessThan(15_000)
  const next = await again.sendConversationMessage({ conversation_id: conversation.id, text: 'Go on' })
  expect(next.reply).toBe('The whole reply.')
  await rm(data_dir, { recursive: true, force: true })
})
