// The stage of tests with receivers that hang: a world for each, where a try has no end.
import type { Client } from '@parley/sdk'
import { afterEach, beforeEach, expect } from 'vitest'
import type { Ports } from '../../src/base/ports.ts'
import { makeOrganization } from '../support/actors.ts'
import { publishAgent } from '../support/server.ts'
import { type World, patient, soon, startWorld } from './fixture.ts'
import { type Receiver, startReceiver } from './receiver.ts'

export let stack: AsyncDisposableStack
export let world: World
export let hanging: Receiver
/** Of the first node and of those that are started with `ports`. */
let looks = 0
export const ports: Partial<Ports> = {
  ...patient,
  reached: (point) => void (looks += point === 'delivery.look' ? 1 : 0),
}

/** For each test of a file. */
export function setStage(): void {
  beforeEach(async () => {
    stack = new AsyncDisposableStack()
    world = stack.use(await startWorld(ports))
    hanging = stack.use(await startReceiver())
    hanging.answer = () => {}
  })
  afterEach(() => stack.disposeAsync())
}

/** These tests wait for many things, each of which may be slow. */
export const limit = { timeout: 180_000 }
export const events = ['conversation.updated']

export async function endpointsThatHang(client: Client, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await client.createWebhookEndpoint({ url: `${hanging.url}/${n}`, events })
}

/** The maximum of hanging tries is in progress: they never end, and further looks find none. */
export async function expectSaturated(): Promise<void> {
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
  await expect.poll(isSettled, { ...soon, timeout: 120_000 }).toBe(true)
  await expect.poll(() => hanging.open, soon).toBe(seen)
}

/** A receiver of the organization gets new events, although no hanging try has ended. */
export async function expectPrompt(client: Client, agent_id: string): Promise<void> {
  await using receiver = await startReceiver()
  const { id: webhook_id } = await client.createWebhookEndpoint({ url: receiver.url, events })
  const ids = await Promise.all(Array.from({ length: 5 }, () => newConversation(client, agent_id)))
  for (const id of ids) for (let n = 0; n < 3; n += 1) await update(client, id)
  await expect.poll(() => receiver.received.length, soon).toBe(15)
  await client.deleteWebhookEndpoint({ webhook_id })
}

export async function newConversation(client: Client, agent_id: string): Promise<string> {
  return (await client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id
}

let updates = 0
export async function update(client: Client, conversation_id: string): Promise<void> {
  await client.updateConversation({ conversation_id, custom_metadata: { n: (updates += 1) } })
}

/** All receivers of an organization hang; another organization’s do not wait. */
export async function hangAll(nodes: number): Promise<void> {
  if (nodes === 2) stack.use(await world.server.startAnother({}, { ports }))
  await endpointsThatHang(world.client, 40)
  for (let n = 0; n < 10 * nodes; n += 1) await world.change(await world.newConversation())
  await expectSaturated()
  const held = hanging.open
  const { client } = await makeOrganization(world.server)
  await expectPrompt(client, (await publishAgent(client)).agent_id)
  expect(hanging.open).toBe(held)
}
