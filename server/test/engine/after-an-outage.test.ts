// After the database was away for longer than a lease, no node's lease is valid, although all of them live.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Clock } from '../../src/base/ports.ts'
import { renew_ms } from '../../src/conversations/machine/turn.ts'
import { Takeovers } from '../../src/engine/takeovers.ts'
import { testPorts } from '../support/ports.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { sql } from '../support/sql.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

const { clock } = testPorts
/** This node neither renews its leases nor takes over those of others. */
const after: Clock['after'] = (ms, call) => (ms === renew_ms ? () => {} : clock.after(ms, call))

let server: TestServer
let agent_id: string
beforeAll(async () => {
  server = await startTestServer({}, { ports: { clock: { ...clock, after } } })
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(() => server[Symbol.asyncDispose]())

/** A turn of this node whose lease has run out. */
async function startTurn(node_id: string) {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const conversation_id = conversation.id
  const held = holdAnswer()
  server.model.answer = () => held
  const reply = server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
  await held.asked
  server.model.answer = () => 'From the second attempt.'
  await sql`update turns set lease_expires_at = now() - interval '1 second', node_id = ${node_id}
    where conversation_id = ${conversation_id}`.execute(server.database)
  const turn = async () => (await server.client.listConversationTurns({ conversation_id })).data[0]!
  return { held, reply, turn }
}

/** The takeovers of another node, on which this turn still runs. */
function watch(node_id: string, running_here: string | null = null) {
  let passed_ms = 0
  const { conversations, models } = server.app.rooms
  const takeovers = new Takeovers(
    {
      ...{ ...server.app.core, ...conversations, ...models },
      node: { id: node_id, isDraining: false },
      ports: { ...server.app.core.ports, clock: { ...clock, monotonic: () => passed_ms } },
    },
    server.app.core.log,
    (turn_id) => turn_id === running_here,
  )
  return { takeovers, pass: (ms: number) => void (passed_ms += ms) }
}

test('P11: for ten seconds a node takes over only turns of its own', async () => {
  const [own, other] = [randomUUID(), randomUUID()]
  const { takeovers, pass } = watch(own)
  const [mine, theirs] = [await startTurn(own), await startTurn(other)]
  takeovers.noticeOutage()
  await takeovers.sweep()
  expect((await mine.reply).reply).toBe('From the second attempt.')
  pass(9999)
  await takeovers.sweep()
  await expect.poll(() => takeovers.isBusy).toBe(false)
  expect(await theirs.turn()).toMatchObject({ attempts: 1 })
  pass(1)
  await takeovers.sweep()
  expect((await theirs.reply).reply).toBe('From the second attempt.')
})

test('P11: a sweep that is sooner than the renewal of its own leases takes nothing from its own attempts', async () => {
  const own = randomUUID()
  const mine = await startTurn(own)
  const { takeovers } = watch(own, (await mine.turn()).turn_id)
  takeovers.noticeOutage()
  await takeovers.sweep()
  await expect.poll(() => takeovers.isBusy).toBe(false)
  expect(await mine.turn()).toMatchObject({ attempts: 1 })
  mine.held.say('From the first attempt.')
  mine.held.finish()
  expect((await mine.reply).reply).toBe('From the first attempt.')
})
