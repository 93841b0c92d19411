// Statistics report what happened, to callers with access to it, whether or not it has been added to the sums.
import { randomUUID } from 'node:crypto'
import type { Output } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeNarrowedKey, makeOrganization } from '../support/actors.ts'
import { foldStatistics } from '../../src/statistics/fold.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
let agent_id: string

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const begin = async (agent: string) =>
  (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id: agent })).conversation.id
const say = (conversation_id: string, text = 'Hello') =>
  server.client.sendConversationMessage({ conversation_id, text })
const totalsOf = async (agent: string) => (await server.client.getStatistics({ agent_id: agent })).totals
const fold = () => foldStatistics(server.database, 100)

/** An agent with one event of each kind. */
async function live(): Promise<string> {
  const agent = (await publishAgent(server.client)).agent_id
  server.model.answer = () => 'A reply.'
  const ended = await begin(agent)
  await say(ended)
  await say(ended)
  await server.client.endConversation({ conversation_id: ended })
  const failing = await begin(agent)
  server.model.answer = () => 400
  await refusal(say(failing))
  server.model.answer = () => 'A reply.'
  return agent
}

const counted = {
  conversations: 2,
  user_messages: 3,
  replies: 2,
  failed_turns: 1,
  cancelled_turns: 0,
  outcomes: { reply: 2, model_error: 1 },
  ended: 1,
  end_reasons: { ended_by_caller: 1 },
}

describe('what happened', () => {
  beforeAll(async () => {
    agent_id = await live()
  })

  test.each(['as written', 'once it has been added', 'when nothing is left to add'])('%s', async (when) => {
    if (when !== 'as written') await fold()
    const statistics = await server.client.getStatistics({ agent_id })
    expect(statistics.totals).toMatchObject(counted)
    expect(statistics.active_conversations).toBe(1)
    expect(statistics.totals.input_tokens).toBeGreaterThan(0)
    expect(statistics.totals.latency).toMatchObject({
      turns: 2,
      first_text: { p50_ms: expect.any(Number), p95_ms: expect.any(Number) },
      total: { p50_ms: expect.any(Number), p95_ms: expect.any(Number) },
      tools_share: 0,
    })
    expect((await server.client.getAgent({ agent_id })).statistics).toMatchObject({
      conversations: 2,
      active_conversations: 1,
      user_turns: 3,
    })
  })

  test('everything is in the buckets of its time, by hour and by day', async () => {
    for (const bucket of ['hour', 'day'] as const) {
      const statistics = await server.client.getStatistics({ agent_id, bucket })
      expect(statistics).toMatchObject({ bucket, time_zone: 'UTC' })
      expect(statistics.buckets).toHaveLength(bucket === 'day' ? 8 : 7 * 24 + 1)
      expect(statistics.buckets[0]!.starts_at).toBe(statistics.from)
      const sum = (count: (bucket: Output<'getStatistics'>['buckets'][number]) => number) =>
        statistics.buckets.reduce((total, each) => total + count(each), 0)
      expect(sum(({ replies }) => replies)).toBe(2)
      expect(sum(({ conversations }) => conversations)).toBe(2)
      expect(sum(({ latency }) => latency?.turns ?? 0)).toBe(2)
      // A new hour may have started since.
      expect(statistics.buckets.slice(0, -3).every(({ user_messages }) => user_messages === 0)).toBe(true)
    }
  })

  test('tokens are those of the turns', async () => {
    const { agent_id: other } = await publishAgent(server.client)
    await say(await begin(other))
    const { input_tokens, output_tokens } = await totalsOf(other)
    const { rows } = await server.database.pool.query(
      `select sum(t.input_tokens)::integer as input_tokens, sum(t.output_tokens)::integer as output_tokens
       from turns t join conversations c on c.id = t.conversation_id where c.agent_id = $1`,
      [other],
    )
    expect({ input_tokens, output_tokens }).toEqual(rows[0])
  })
})

test('a deleted conversation still counts, but no longer for the totals of the agent', async () => {
  const { agent_id: agent } = await publishAgent(server.client)
  const conversation_id = await begin(agent)
  await say(conversation_id)
  await server.client.deleteConversation({ conversation_id })
  for (const isFolded of [false, true]) {
    if (isFolded) await fold()
    expect(await totalsOf(agent)).toMatchObject({
      conversations: 1,
      user_messages: 1,
      ended: 1,
      end_reasons: { deleted: 1 },
    })
    expect((await server.client.getAgent({ agent_id: agent })).statistics).toEqual({
      conversations: 0,
      active_conversations: 0,
      user_turns: 0,
      average_duration: null,
    })
  }
})

test('imported conversations count at their own time', async () => {
  const { agent_id: agent } = await publishAgent(server.client)
  const row = { channel: 'webrtc' as const, user_id: 'u', agent_id: agent, created_at: '2025-06-01T23:59:59.999Z' }
  const done = { ...row, id: randomUUID(), status: 'completed' as const, duration: 100, user_turn_count: 7 }
  const unborn = { ...row, id: randomUUID(), status: 'token_created' as const, user_turn_count: 1 }
  await server.client.importConversations({ conversations: [done, unborn] })
  const range = { agent_id: agent, from: '2025-06-01T00:00Z', to: '2025-06-03T00:00Z' }
  const read = () => server.client.getStatistics({ ...range, bucket: 'day' })
  const before = await read()
  expect(
    before.buckets.map(({ conversations, user_messages, ended, average_duration }) => [
      conversations,
      user_messages,
      ended,
      average_duration,
    ]),
  ).toEqual([
    [1, 7, 0, null],
    [0, 0, 1, 100],
  ])
  expect(before.totals.end_reasons).toEqual({ imported: 1 })
  await server.client.deleteConversation({ conversation_id: unborn.id })
  expect((await totalsOf(agent)).conversations).toBe(1)
  await fold()
  expect((await read()).buckets).toEqual(before.buckets)
})

describe('access', () => {
  test('no one of another organization; a narrowed key only its own agents', async () => {
    const agent = await live()
    const stranger = await makeOrganization(server)
    const narrowed = server.as({ token: await makeNarrowedKey(server, [agent]) })
    const other = server.as({ token: await makeNarrowedKey(server, [(await publishAgent(server.client)).agent_id]) })
    const nothing = { conversations: 0, user_messages: 0, replies: 0, ended: 0 }
    for (const isFolded of [false, true]) {
      if (isFolded) await fold()
      expect((await server.as({ token: stranger.key }).getStatistics()).totals).toMatchObject(nothing)
      expect((await server.as({ token: stranger.key }).getStatistics({ agent_id: agent })).totals).toMatchObject(
        nothing,
      )
      expect((await narrowed.getStatistics()).totals).toMatchObject(counted)
      expect((await narrowed.getStatistics({ agent_id: agent.toUpperCase() })).totals).toMatchObject(counted)
      expect(await narrowed.getStatistics()).toMatchObject({ active_conversations: 1 })
      expect((await other.getStatistics()).totals).toMatchObject(nothing)
      expect((await other.getStatistics({ agent_id: agent })).totals).toMatchObject(nothing)
      expect((await server.client.getStatistics()).totals.conversations).toBeGreaterThan(2)
    }
  })

  test('a malformed agent id has no counts', async () => {
    for (const nobody of ['', 'nonsense', randomUUID()]) {
      expect((await totalsOf(nobody)).conversations).toBe(0)
    }
  })

  test('conversations without an agent count only for the organization', async () => {
    const before = (await server.client.getStatistics()).totals.conversations
    const agent_config = { instructions: 'Be brief.' }
    await server.client.createConversation({ channel: 'text', user_id: 'u', agent_config })
    expect((await server.client.getStatistics()).totals.conversations).toBe(before + 1)
    await fold()
    expect((await server.client.getStatistics()).totals.conversations).toBe(before + 1)
  })
})

test.each([
  { from: '2026-01-02T00:00Z', to: '2026-01-01T00:00Z' },
  { from: '2020-01-01T00:00Z' },
  { from: '2026-01-01T00:00Z', to: '2026-03-01T00:00Z', bucket: 'hour' as const },
  { from: 'yesterday' },
  { bucket: 'minute' as never },
])('an invalid range is refused: %o', async (range) => {
  expect(await refusal(server.client.getStatistics(range))).toMatchObject({ status: 422, code: 'validation_failed' })
})
