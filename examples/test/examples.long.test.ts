// Each example does what it is for, except the page, which streaming-page.test.ts opens in a browser.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFreePort } from '../../server/test/support/free-port.ts'
import type { TestServer } from '../../server/test/support/server.ts'
import { folder, startDemoServer, startExample } from './example.ts'

let server: TestServer
let access: { PARLEY_URL: string; PARLEY_API_KEY: string }
let agent_id: string

beforeAll(async () => {
  server = await startDemoServer()
  access = { PARLEY_URL: server.url, PARLEY_API_KEY: server.admin_key }
  agent_id = server.app.sample_agent_id!
})
afterAll(() => server?.[Symbol.asyncDispose]())

test('the chat in the terminal has 30 lines, streams replies, and ends the conversation with its input', async () => {
  const source = await readFile(join(folder, 'terminal-chat', 'chat.ts'), 'utf8')
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(30)
  await using chat = startExample('terminal-chat/chat.ts', [agent_id], access)
  await chat.untilPrinted('> ')
  chat.child.stdin!.write('Do you ship to Norway?\n')
  await chat.untilPrinted('[Demo model, not an AI]')
  chat.child.stdin!.end('Thank you\n')
  expect(await chat.ended).toBe(0)
  expect(chat.output.match(/Demo model/g)).toHaveLength(2)
  const [last] = await server.client.listConversations({ user_id: 'me' })
  expect(last).toMatchObject({ status: 'completed', user_turn_count: 2 })
})

test('the receiver of webhooks prints each event once, also when it is sent again, and refuses what is not signed', async () => {
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const { id, secret } = await server.client.createWebhookEndpoint({ url, events: ['conversation.created'] })
  await using receiver = startExample('webhook-receiver/receiver.ts', [], {
    PORT: String(port),
    WEBHOOK_SECRETS: secret,
  })
  await receiver.untilPrinted('waiting for events')
  await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  await receiver.untilPrinted('conversation.created')
  const deliveries = () => server.client.listWebhookDeliveries({ webhook_id: id })
  await expect.poll(async () => (await deliveries()).data[0]?.status).toBe('delivered')
  const [delivery] = (await deliveries()).data
  await server.client.redeliverWebhookDelivery({ webhook_id: id, delivery_id: delivery!.id })
  await server.client.testWebhookEndpoint({ webhook_id: id })
  await receiver.untilPrinted('webhook.test')
  await expect.poll(async () => (await deliveries()).data.every(({ status }) => status === 'delivered')).toBe(true)
  expect(receiver.output.match(/conversation\.created/g)).toHaveLength(1)
  const forged = await fetch(url, {
    method: 'POST',
    body: '{}',
    headers: {
      'webhook-id': 'a',
      'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      'webhook-signature': 'v1,AAAA',
    },
  })
  expect(forged.status).toBe(400)
  await receiver.untilPrinted('refused: bad_signature')
})

test('the agent with tools calls an HTTP API and an MCP server with its secret', async () => {
  const port = await findFreePort()
  await using shop = startExample('agent-with-tools/shop.ts', [], {
    PORT: String(port),
    SHOP_TOKEN: 'sesame-of-the-shop',
  })
  await shop.untilPrinted('the shop is at')
  await server.client.setSecret({ name: 'EXAMPLE_SHOP', value: 'sesame-of-the-shop' })
  await using agents = await copyAgents(port)
  await using apply = startExample('../cli/src/main.js', ['agents', 'apply', agents.path, '--publish'], access)
  expect(await apply.ended, apply.output).toBe(0)
  const agent = (await server.client.listAgents({})).data.find(({ name }) => name === 'Tea shop')!
  const { conversation } = await server.client.createConversation({
    channel: 'text',
    user_id: 'ada',
    agent_id: agent.agent_id,
  })
  const ask = async (text: string) => {
    const { tool_calls } = await server.client.sendConversationMessage({ conversation_id: conversation.id, text })
    return tool_calls[0]
  }
  expect(await ask('call find_order {"number":"A-1001"}')).toMatchObject({
    output: 'The order is on its way.',
    is_error: false,
  })
  expect(await ask('call find_order {"number":"B-9"}')).toMatchObject({ is_error: true })
  expect(JSON.stringify(await ask('call shop_stock_of {"tea":"sencha"}'))).toContain('12 packets of sencha')
  expect(await ask('call shop_stock_of {"tea":"coffee"}')).toMatchObject({ is_error: true })
})

/** The agents' files, with the shop on another port. */
async function copyAgents(port: number) {
  const path = await mkdtemp(join(tmpdir(), 'parley-example-'))
  await cp(join(folder, 'agent-with-tools', 'agents'), path, { recursive: true })
  const file = join(path, 'shop', 'agent.yaml')
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll(':4100', `:${port}`))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

test('the load script counts every reply, and every fault', async () => {
  const args = ['--conversations', '4', '--messages', '3']
  await using load = startExample('load/load.ts', [agent_id, ...args], access)
  expect(await load.ended, load.output).toBe(0)
  expect(load.output).toMatch(
    /^12 of 12 replies in [\d.]+ s\nfirst text: median \d+ ms, .*\nwhole reply: median \d+ ms/,
  )
  await using refused = startExample('load/load.ts', ['01a210a1-c5c1-7b45-a8bb-d566eb1449aa', ...args], access)
  expect(await refused.ended).toBe(1)
  expect(refused.output).toContain('not_found: 4')
})
