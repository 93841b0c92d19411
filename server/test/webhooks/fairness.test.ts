// Receivers that hang, as many as one organization or many can have: they delay no other deliveries, on any node.
import type { Client } from '@parley/sdk'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Ports } from '../../src/base/ports.ts'
import { makeOrganization } from '../support/actors.ts'
import { publishAgent } from '../support/server.ts'
import { type World, patient, soon, startWorld } from './fixture.ts'
import { type Receiver, startReceiver } from './receiver.ts'

let stack: AsyncDisposableStack
let world: World
let hanging: Receiver
/** Of the first node and of those that are started with `ports`. */
let looks = 0
const ports: Partial<Ports> = { ...patient, reached: (point) => void (looks += point === 'delivery.look' ? 1 : 0) }

beforeEach(async () => {
  stack = new AsyncDisposableStack()
  world = stack.use(await startWorld(ports))
  hanging = stack.use(await startReceiver())
  hanging.answer = () => {}
})
afterEach(() => stack.disposeAsync())

/** These tests wait for many things, each of which may be slow. */
const limit = { timeout: 180_000 }
const events = ['conversation.updated']

async function endpointsThatHang(client: Client, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await client.createWebhookEndpoint({ url: `${hanging.url}/${n}`, events })
}

/** The maximum of hanging tries is in progress: they never end, and further looks find none. */
async function expectSaturated(): Promise<void> {
  let [seen, seen_at] = [-1, 0]
  const isSettled = async () => {
    const [row] = await world.query<{ leased: number; arrived: number }>(
      `select (select count(*)::int from webhook_lanes where lease is not null) as leased,
              (select count(*)::int from webhook_arrivals) as arrived`,
    )
    const { leased, arrived } = row!
    if (leased !== seen || arrived > 0) [seen, seen_at] = [leased, looks]
    return leased > 0 && looks >= seen_at + 4
  }
  await expect.poll(isSettled, { ...soon, timeout: 60_000 }).toBe(true)
  await expect.poll(() => hanging.open, soon).toBe(seen)
}

/** A receiver of the organization gets new events, although no hanging try has ended. */
async function expectPrompt(client: Client, agent_id: string): Promise<void> {
  await using receiver = await startReceiver()
  const { id: webhook_id } = await client.createWebhookEndpoint({ url: receiver.url, events })
  const ids = await Promise.all(Array.from({ length: 5 }, () => newConversation(client, agent_id)))
  for (const id of ids) for (let n = 0; n < 3; n += 1) await update(client, id)
  await expect.poll(() => receiver.received.length, soon).toBe(15)
  await client.deleteWebhookEndpoint({ webhook_id })
}

async function newConversation(client: Client, agent_id: string): Promise<string> {
  return (await client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id
}

let updates = 0
async function update(client: Client, conversation_id: string): Promise<void> {
  await client.updateConversation({ conversation_id, custom_metadata: { n: (updates += 1) } })
}

test.each([1, 2])(
  'all receivers of one organization hang; those of another do not wait: %i nodes',
  limit,
  async (nodes) => {
    if (nodes === 2) stack.use(await world.server.startAnother({}, { ports }))
    await endpointsThatHang(world.client, 40)
    for (let n = 0; n < 10 * nodes; n += 1) await world.change(await world.newConversation())
    await expectSaturated()
    const held = hanging.open
    const { client } = await makeOrganization(world.server)
    await expectPrompt(client, (await publishAgent(client)).agent_id)
    expect(hanging.open).toBe(held)
  },
)

test('all receivers of an organization hang but one', limit, async () => {
  await endpointsThatHang(world.client, 49)
  for (let n = 0; n < 10; n += 1) await world.change(await world.newConversation())
  await expectSaturated()
  await expectPrompt(world.client, world.agent_id)
})

test('receivers of many organizations hang and have failed before', limit, async () => {
  const others = await Promise.all(Array.from({ length: 6 }, () => makeOrganization(world.server)))
  for (const { client } of others) {
    const { agent_id } = await publishAgent(client)
    await endpointsThatHang(client, 30)
    await world.query('update webhook_endpoints set failing_since = now()')
    for (let n = 0; n < 3; n += 1) await update(client, await newConversation(client, agent_id))
  }
  await expectSaturated()
  await expectPrompt(world.client, world.agent_id)
  // One that has failed once gets its next try, too.
  await world.newEndpoint({ events })
  await world.query('update webhook_endpoints set failing_since = now() where url = $1', [world.receiver.url])
  await world.change(await world.newConversation())
  await expect.poll(() => world.receiver.received.length, soon).toBe(1)
})
