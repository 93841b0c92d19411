// A server is killed while the model writes instructions: the next one writes them, once.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@parley/sdk'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { startServerProcess } from '../support/process.ts'
import { holdAnswer, startScriptedModel } from '../support/scripted-model.ts'

test('work whose server is killed is taken over by another one', async () => {
  await using database = await createTestDatabase()
  await using model = await startScriptedModel()
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-instructions-'))
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
  const { agent_id } = await client.createAgent({ name: 'Agent' })
  const draft = { agent_id, version: '1' }
  await client.createAgentVersion({ agent_id, config: {}, instruction_builder_inputs: { business: 'Tea' } })
  const held = holdAnswer()
  model.answer = () => held
  await client.generateAgentInstructions(draft)
  await held.asked
  held.say('Half of the ')
  // Ready before the other one dies: the lease may be over before a machine has started it.
  await using second = startServerProcess(environment)
  const again = createClient({ base_url: await second.ready, token: admin_key })
  // Not answered before it was seen to run.
  const whole = holdAnswer()
  model.answer = () => whole
  first.child.kill('SIGKILL')
  await first.exited
  expect((await again.getAgentVersion(draft)).instruction_generation!.status).toBe('running')
  whole.say('The whole text.')
  whole.finish()
  const status = async () => (await again.getAgentVersion(draft)).instruction_generation!.status
  await expect.poll(status).toBe('done')
  expect(await again.getAgentVersion(draft)).toMatchObject({
    config: { instructions: 'The whole text.' },
    revision: 2,
  })
  await rm(data_dir, { recursive: true, force: true })
})
