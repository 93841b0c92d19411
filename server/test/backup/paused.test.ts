// A copy that was restored with `--paused` contacts nobody: no receiver of webhooks, no model, no tool, no website.
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createClient } from '@parley/sdk'
import { makeBackup } from '../../src/backup/make-backup.ts'
import { restoreBackup } from '../../src/backup/restore-backup.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { publishAgent, startTestServer } from '../support/server.ts'
import { createEmptyDatabase, createFolder } from './fixture.ts'

async function startReceiver() {
  let received = 0
  const server = createServer((_request, response) => {
    received += 1
    response.writeHead(503).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: () => received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('P9: open turns are cancelled, and webhooks and waiting work are switched off', async () => {
  await using receiver = await startReceiver()
  await using server = await startTestServer({ PARLEY_ALLOW_PRIVATE_HOSTS: '127.0.0.1' })
  await using folder = await createFolder()
  await using target = await createEmptyDatabase()
  const { client, model } = server
  const { agent_id } = await publishAgent(client, { analysis: { summary: { enabled: true } } })
  const ended = (await client.createConversation({ channel: 'text', user_id: 'Ann', agent_id })).conversation.id
  await client.sendConversationMessage({ conversation_id: ended, text: 'Hello' })
  const held = holdAnswer()
  const isHeld = (request: object) => JSON.stringify(request).includes('"One"')
  let answers = 0
  model.answer = (request) => (isHeld(request) && answers++ === 0 ? held : 'Hello.')
  const open = (await client.createConversation({ channel: 'text', user_id: 'Bea', agent_id })).conversation.id
  const say = (text: string) =>
    client.sendConversationMessage({ conversation_id: open, text, parley_concurrency: 'queue' }).catch(() => {})
  const calls = [say('One')]
  await held.asked
  calls.push(say('Two'), say('Three'))
  await expect.poll(async () => (await client.listConversationTurns({ conversation_id: open })).data.length).toBe(3)
  await client.createWebhookEndpoint({ url: receiver.url, events: ['*'] })
  await client.endConversation({ conversation_id: ended })
  await expect.poll(receiver.received).toBeGreaterThan(0)

  // Tried again after an hour.
  await server.database.pool.query(
    `insert into work (kind, owner, subject, due_at, ready, stuck_at)
     values ('analyze_conversation', 'o', 's', 'infinity', false, now())`,
  )
  // The clock of this database is ahead of the copy's.
  await server.database.pool.query(`update turns set queued_at = now() + interval '1 day' where conversation_id = $1`, [
    open,
  ])
  await server.database.pool.query(`select begin_backfill('900-later.backfill', true)`)
  await client.createDataset({ name: 'Waits for a model' })
  await server.database.pool.query('update datasets set vectors_awaited_at = now()')
  const file = folder.path('copy.parley')
  await makeBackup({ database: server.database, file })
  held.say('Done.')
  held.finish()
  await Promise.all(calls)
  await client.endConversation({ conversation_id: open })
  await restoreBackup({ database: target.database, file, is_paused: true, requireKey: () => {} })
  await server.app[Symbol.asyncDispose]()
  const [asked, received] = [model.requests.length, receiver.received()]
  model.answer = () => 'Hello from the copy.'

  await using app = await server.startAnother({ DATABASE_URL: target.connection_string })
  const copy = createClient({ base_url: app.url, token: server.admin_key, retries: 0 })
  const turns = (await copy.listConversationTurns({ conversation_id: open })).data
  expect(turns.map(({ status, outcome }) => [status, outcome])).toEqual(
    ['One', 'Two', 'Three'].map(() => ['cancelled', 'cancelled_by_caller']),
  )
  expect((await copy.listWebhookEndpoints({})).data).toMatchObject([{ active: false }])
  const { rows } = await target.database.pool.query(
    `select (select count(*) from webhook_deliveries where status = 'pending')
       + (select count(*) from webhook_lanes) + (select count(*) from webhook_arrivals) as waiting,
     (select array_agg(distinct kind) from work where due_at < 'infinity' and owner <> 'all') as due,
     (select bool_and(vectors_awaited_at = 'infinity') from datasets) as is_waiting_on,
     (select count(*) from work where stuck_at is not null) as stuck`,
  )
  expect(rows).toEqual([{ waiting: 0, due: null, is_waiting_on: true, stuck: 0 }])
  // What fills columns goes on.
  const filling = `select kind from work where due_at < 'infinity' and kind = '900-later.backfill'`
  await expect.poll(async () => (await target.database.pool.query(filling)).rowCount).toBe(1)
  // Longer than it takes to look for work.
  const conversation_id = (await copy.createConversation({ channel: 'text', user_id: 'Cy', agent_id })).conversation.id
  await copy.sendConversationMessage({ conversation_id, text: 'Who is there?' })
  await expect.poll(async () => (await target.database.pool.query('select from work_arrivals')).rowCount).toBe(0)
  expect(model.requests.length).toBe(asked + 1)
  expect(receiver.received()).toBe(received)
})
