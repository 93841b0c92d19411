// Races after the end: the summary that is being written, content that is removed while it is read, a turn that
// is over before its attempt begins, and one that starts on a node which has stopped.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { stages } from '../../src/conversations/commit/pause-points.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { startPostgresProxy } from '../support/postgres-proxy.ts'
import { publishAgent, startTestServer } from '../support/server.ts'
import { type Races, isAnyoneLockedOut, startRaces, until } from './harness.ts'
import { checkInvariants, readStored } from './invariants.ts'
import { answerOf, sendMessage, setScene } from './scene.ts'

let races: Races
let agent_id: string
beforeAll(async () => {
  races = await startRaces()
  const analysis = { wait_ms: 0, summary: { enabled: true } }
  agent_id = (await publishAgent(races.server.client, { analysis })).agent_id
})
afterAll(() => races[Symbol.asyncDispose]())

describe.each(['delete', 'update', 'end'] as const)('the summary is written, held %s', (change) => {
  test.each(stages)(`%s, and ${change}`, async (stage) => {
    const { server, nodes } = races
    server.model.answer = () => 'Text.'
    const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    const conversation_id = conversation.id
    await sendMessage(server.client, conversation_id, 'Hello')
    // The job may run on any node.
    const holds = Object.values(nodes).map((node) => node.holdAt(`analysis.${stage}`))
    await server.client.endConversation({ conversation_id })
    await Promise.race(holds.map(({ reached }) => reached))
    const { client } = nodes.b
    const asked = {
      delete: () => client.deleteConversation({ conversation_id }).then(() => ({})),
      update: () => client.updateConversation({ conversation_id, custom_metadata: { noted: true } }),
      end: () => client.endConversation({ conversation_id }),
    }[change]()
    if (stage === 'locked' || stage === 'written') await until(() => isAnyoneLockedOut(races), 'the second waits')
    else await asked
    for (const { release } of holds) release()
    await asked
    const status = async () => {
      const { rows } = await sql<{ analysis_status: string }>`select analysis_status from conversations
        where id = ${conversation_id}`.execute(server.database)
      return rows[0]!.analysis_status
    }
    await until(async () => (await status()) === (change === 'delete' ? 'none' : 'done'), 'the analysis is over')
    const stored = await readStored(server.database, conversation_id)
    checkInvariants(stored)
    const analyzed = stored.events.filter(({ type }) => type === 'conversation.analyzed')
    expect(analyzed.length).toBe(change === 'delete' ? 0 : 1)
    const { rows } =
      await sql`select from conversations c where id = ${conversation_id} and (summary is not null or analysis is not null
      or exists (select from earlier_analyses where conversation_id = c.id))`.execute(server.database)
    expect(rows.length, 'a deleted conversation gets no summary').toBe(change === 'delete' ? 0 : 1)
  })
})

test('a turn that is over before its attempt begins calls no model', async () => {
  const { server, nodes } = races
  const scene = await setScene(races)
  const { conversation_id } = scene
  const hold = nodes.a.holdAt('message.committed')
  const sent = sendMessage(server.client, conversation_id, 'Next', { parley_concurrency: 'interrupt' })
  await hold.reached
  await server.client.endConversation({ conversation_id, mode: 'cut' })
  hold.release()
  await sent
  await until(() => nodes.a.app.rooms.engine.engine.textSoFar(conversation_id) === null, 'the attempt is over')
  expect(scene.timesAsked('Next')).toBe(0)
})

test('a reply that is deleted before it is read is not returned as an empty one', async () => {
  await using proxy = await startPostgresProxy(inject('postgres_url'))
  await using server = await startTestServer({}, { connectThrough: proxy.through })
  const plain = await publishAgent(server.client)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', ...plain })
  const conversation_id = conversation.id
  // A repeated call with the same key gets the answer of the first one.
  const send = () => sendMessage(server.client, conversation_id, 'Hello', { idempotency_key: 'once' })
  expect(await send()).toMatchObject({ reply: expect.any(String) })
  const reading = proxy.failStatement(1, { when: 'before', how: 'stall', counts: ({ name }) => name === 'turn_items' })
  const call = send()
  await reading.hit
  await server.client.deleteConversation({ conversation_id })
  reading.release()
  expect(await call).toEqual({ status: 409, code: 'conversation_ended', stored: true })
})

test('a turn accepted by a node that is stopping is given back at once', async () => {
  await using server = await startTestServer()
  const plain = await publishAgent(server.client)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', ...plain })
  const conversation_id = conversation.id
  const committed = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const reached = async (point: string) => {
    if (point !== 'message.committed') return
    committed.resolve()
    await released.promise
  }
  const drained = Promise.withResolvers<void>()
  const leaving = await server.startAnother({ PARLEY_DRAIN_SECONDS: '0' }, { ports: { ...systemPorts, reached } })
  server.model.answer = () => 'Answered elsewhere.'
  const call = answerOf(
    server.as({ base_url: leaving.url }).sendConversationMessage({ conversation_id, text: 'Hello' }),
  )
  call.catch(() => {})
  await committed.promise
  const { engine: runner } = leaving.rooms.engine
  const drain = runner.drain.bind(runner)
  runner.drain = (ms) => drain(ms).finally(drained.resolve)
  const stopping = leaving[Symbol.asyncDispose]()
  await drained.promise
  released.resolve()
  await stopping
  const isGivenBack = async () => {
    const { rows } = await sql`select from turns where conversation_id = ${conversation_id}
      and (attempts > 1 or lease_expires_at < clock_timestamp() + interval '1 second')`.execute(server.database)
    return rows.length > 0
  }
  expect(await isGivenBack()).toBe(true)
  const isAnswered = async () => (await readStored(server.database, conversation_id)).turns[0]!.status === 'completed'
  await until(isAnswered, 'the other node answers')
})
