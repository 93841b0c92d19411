// The first minute: the sample agent answers from its dataset and cites it, without any key.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@parley/sdk'
import { expect, test } from 'vitest'
import { startApp } from '../../../src/app.ts'
import { readConfig } from '../../../src/settings.ts'
import { createLog } from '../../../src/telemetry/log.ts'
import { createTestDatabase } from '../../support/database.ts'
import { testPorts } from '../../support/ports.ts'

async function startServer(database_url: string, data_dir: string) {
  const config = readConfig({ PORT: '0', DATABASE_URL: database_url, PARLEY_DATA_DIR: data_dir })
  const log = createLog('error', { write: (line: string) => void process.stderr.write(line) })
  return startApp(config, log, testPorts, { has_samples: true })
}

test('the sample agent quotes its dataset and cites it; a second start adds nothing', async () => {
  await using stack = new AsyncDisposableStack()
  const { connection_string } = stack.use(await createTestDatabase())
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-data-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  const first = await startServer(connection_string, data_dir)
  const token = first.bootstrapped.admin_key!
  {
    await using app = first
    const client = createClient({ base_url: app.url, token })
    const datasets = async () => (await client.listDatasets({ name: 'Harbour Lane' })).data
    await expect.poll(async () => (await datasets())[0]?.counts.ready, { timeout: 120_000 }).toBe(2)
    const [dataset] = await datasets()
    expect(dataset!.agents).toMatchObject([{ id: app.sample_agent_id }])
    const agent_id = app.sample_agent_id!
    const { conversation } = await client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
    const answer = await client.sendConversationMessage({
      conversation_id: conversation.id,
      text: 'How long does delivery take?',
    })
    expect(answer.reply).toMatch(
      /^\[Demo model, not an AI\] Orders and returns\.md > Delivery says: “.*three to five days.*” \[1\]\.$/,
    )
    expect(answer.citations).toMatchObject([{ number: 1, source_name: 'Orders and returns.md' }])
  }
  await using app = await startServer(connection_string, data_dir)
  const client = createClient({ base_url: app.url, token })
  expect((await client.listDatasets({ name: 'Harbour Lane' })).data).toHaveLength(1)
  expect((await client.listSources({})).data).toHaveLength(2)
})
