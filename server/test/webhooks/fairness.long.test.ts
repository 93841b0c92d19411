// Receivers that hang, as many as one organization or many can have: they delay no other deliveries, on any node.
import { expect, test } from 'vitest'
import { makeOrganization } from '../support/actors.ts'
import { publishAgent } from '../support/server.ts'
import {
  endpointsThatHang,
  events,
  expectPrompt,
  expectSaturated,
  hangAll,
  limit,
  newConversation,
  setStage,
  update,
  world,
} from './fairness.ts'
import { soon } from './fixture.ts'

setStage()

test('all receivers of one organization hang; those of another do not wait: 2 nodes', limit, () => hangAll(2))

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
