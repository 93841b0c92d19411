// Turns whose node is gone: another attempt takes them over, and a node that returns can write nothing.
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Clock } from '../../src/base/ports.ts'
import { renew_ms } from '../../src/conversations/machine/turn.ts'
import { testPorts } from '../support/ports.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

let server: TestServer
let agent_id: string

beforeAll(async () => {
  const { clock } = testPorts
  // It renews its leases, and looks for others' that have run out, more often than every 2.5 seconds.
  const after: Clock['after'] = (ms, call) => clock.after(ms === renew_ms ? 100 : ms, call)
  server = await startTestServer({ PARLEY_DRAIN_SECONDS: '1' }, { ports: { clock: { ...clock, after } } })
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(() => server[Symbol.asyncDispose]())

/** A conversation with a turn whose model was called and does not answer yet. */
async function startTurn() {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const held = holdAnswer()
  server.model.answer = () => held
  const reply = server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
  reply.catch(() => {})
  await held.asked
  return { id: conversation.id, held, reply }
}

const loseLease = (conversation_id: string) =>
  sql`update turns set lease_expires_at = now() - interval '1 second', node_id = gen_random_uuid()
    where conversation_id = ${conversation_id} and status = 'running'`.execute(server.database)

const turnsOf = async (conversation_id: string) => (await server.client.listConversationTurns({ conversation_id })).data

const itemsOf = async (conversation_id: string) =>
  (await server.client.getConversation({ conversation_id })).conversation!.items.map((item) => item.content!.join(''))

test('T6, T7: a turn whose lease ran out is answered once, by the next attempt', async () => {
  const { id, held, reply } = await startTurn()
  server.model.answer = () => 'From the second attempt.'
  await loseLease(id)
  await expect.poll(async () => (await turnsOf(id))[0]!.status).toBe('completed')
  held.say('From the first attempt.')
  held.finish()
  expect((await reply).reply).toBe('From the second attempt.')
  expect(await itemsOf(id)).toEqual(['Hello', 'From the second attempt.'])
  expect((await turnsOf(id))[0]).toMatchObject({ attempts: 2, outcome: 'reply' })
})

test('T10: after three lost attempts the turn fails, and the next message is answered', async () => {
  const { id, held, reply } = await startTurn()
  for (let lost = 1; lost <= 3; lost += 1) {
    await expect.poll(async () => (await turnsOf(id))[0]!.attempts).toBe(lost)
    await loseLease(id)
  }
  await expect(reply).rejects.toMatchObject({ status: 502, code: 'turn_failed' })
  expect((await turnsOf(id))[0]).toMatchObject({ status: 'failed', outcome: 'attempts_exhausted', attempts: 3 })
  held.finish()
  server.model.answer = () => 'Here again.'
  const next = await server.client.sendConversationMessage({ conversation_id: id, text: 'Still there?' })
  expect(next.reply).toBe('Here again.')
})

test('a waiting turn that was never started is found', async () => {
  const { id, held, reply } = await startTurn()
  const second = server.client.sendConversationMessage({ conversation_id: id, text: 'Second' })
  second.catch(() => {})
  await expect.poll(async () => (await turnsOf(id)).length).toBe(2)
  // As if the commit that ended the first had not started the second.
  await sql`update turns set status = 'failed', outcome = 'model_error', finished_at = now(), lease = null,
    lease_expires_at = null, node_id = null where conversation_id = ${id} and status = 'running'`.execute(
    server.database,
  )
  server.model.answer = () => 'Second answer.'
  held.finish()
  await expect(reply).rejects.toMatchObject({ status: 502 })
  expect((await second).reply).toBe('Second answer.')
})

test('T7: a server that stops gives its turns back, and the next start answers them', async () => {
  const { id, held } = await startTurn()
  const another = await server.startAnother()
  server.model.answer = () => 'Answered after the restart.'
  const stopping = server.restart()
  await expect.poll(async () => (await turnsOf(id).catch(() => []))[0]?.status, { timeout: 40_000 }).toBe('completed')
  await stopping
  held.finish()
  await another[Symbol.asyncDispose]()
  expect(await itemsOf(id)).toEqual(['Hello', 'Answered after the restart.'])
})
