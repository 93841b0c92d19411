// What each metric counts, once: a conversation with a failing model, a tool, a repeated key, an end, an analysis and a delivery.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TransactionStore, openStore } from '../../src/database/store.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../support/tool-peer.ts'

let server: TestServer
let peer: ToolPeer
let agent_id: string
/** Without an analysis. */
let plain_id: string

beforeAll(async () => {
  peer = await startToolPeer()
  peer.answer = ({ url }, response) => answerJson(response, {}, url === '/hook' ? 500 : 200)
  server = await startTestServer({ ...opened_hosts, PARLEY_METRICS_PORT: '0', PARLEY_RATE_LIMIT_PER_MINUTE: '1000' })
  const tool = (name: string, url: string) => ({
    ...{ name, description: 'Looks', actions: [{ type: 'http', url }], properties: {} },
  })
  const tools = [tool('look', `${peer.url}/look`), tool('gone', 'http://127.0.0.1:9/')]
  agent_id = (await publishAgent(server.client, { tools, analysis: { summary: { enabled: true } } })).agent_id
  plain_id = (await publishAgent(server.client)).agent_id
})
afterAll(async () => {
  for (const one of [server, peer]) await one?.[Symbol.asyncDispose]()
})

/** Every sample by its name and labels, as `name{a="b"}`. */
async function read(): Promise<Map<string, number>> {
  const text = await (await fetch(server.app.metrics_url!)).text()
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )
}

/** What has been added meanwhile, without what takes time and what else the server does. */
async function added(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await read()
  await work()
  const now = await read()
  const differences = [...now].map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const)
  const counted =
    /^parley_(turns|ends|keys|model_calls|tokens|tool_calls|deliveries|analyses|rate|shed|requests)\w*_total|_count/
  const beside = /(pool|share)_wait|event_loop/
  return Object.fromEntries(
    differences.filter(([name, value]) => value !== 0 && counted.test(name) && !beside.test(name)),
  )
}

async function begin(agent = agent_id): Promise<string> {
  const created = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id: agent })
  return created.conversation.id
}

const valueOf = async (name: string) => (await read()).get(name)

test('a turn with a model that fails once, two tools and a reply', async () => {
  const conversation_id = await begin()
  const answers = [
    () => 500,
    () => ({
      tool_calls: [
        { name: 'look', arguments: {} },
        { name: 'gone', arguments: {} },
      ],
    }),
    () => 'Here.',
  ]
  server.model.answer = () => answers.shift()!()
  const counted = await added(() => server.client.sendConversationMessage({ conversation_id, text: 'Hello' }))
  const model = 'provider="openai",model="scripted"'
  expect(counted).toEqual({
    'parley_requests_total{operation="sendConversationMessage",status="200"}': 1,
    'parley_turns_total{outcome="reply"}': 1,
    'parley_turn_seconds_count{outcome="reply"}': 1,
    parley_first_text_seconds_count: 1,
    [`parley_model_calls_total{${model},outcome="unavailable"}`]: 1,
    [`parley_model_calls_total{${model},outcome="ok"}`]: 2,
    [`parley_tokens_total{${model},direction="input"}`]: 22,
    [`parley_tokens_total{${model},direction="output"}`]: 14,
    'parley_tool_calls_total{outcome="ok"}': 1,
    'parley_tool_calls_total{outcome="failed"}': 1,
  })
})

test('a key that is repeated: its call joins the running turn, and later has its answer', async () => {
  const conversation_id = await begin()
  const answer = holdAnswer()
  server.model.answer = () => answer
  const call = { conversation_id, text: 'Hello', idempotency_key: randomUUID() }
  const send = () => server.client.sendConversationMessage(call)
  const counted = await added(async () => {
    const first = send()
    await answer.asked
    expect(await valueOf('parley_turns_running')).toBe(1)
    const second = send()
    await expect.poll(() => valueOf('parley_keys_joined_total')).toBe(1)
    answer.say('Here.')
    answer.finish()
    await Promise.all([first, second])
    await send()
  })
  expect(counted).toMatchObject({
    'parley_requests_total{operation="sendConversationMessage",status="200"}': 3,
    'parley_turns_total{outcome="reply"}': 1,
    parley_keys_joined_total: 1,
    parley_keys_replayed_total: 2,
  })
  expect(await valueOf('parley_turns_running')).toBe(0)
})

test('an end with its analysis, and a delivery that fails', async () => {
  await server.client.createWebhookEndpoint({ url: `${peer.url}/hook`, events: ['conversation.ended'] })
  const conversation_id = await begin()
  server.model.answer = () => 'Here.'
  await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
  const counted = await added(async () => {
    await server.client.endConversation({ conversation_id })
    // Which ends nothing any more.
    await server.client.endConversation({ conversation_id })
    await expect.poll(() => valueOf('parley_deliveries_total{outcome="retry"}')).toBeGreaterThan(0)
    await expect.poll(() => valueOf('parley_analyses_total{outcome="done"}')).toBe(1)
    await expect.poll(() => valueOf('parley_jobs_total{kind="analyze_conversation",outcome="done"}')).toBe(1)
  })
  expect(counted).toMatchObject({
    'parley_ends_total{reason="ended_by_caller",channel="text"}': 1,
    parley_end_to_commit_seconds_count: 1,
    // It is tried again, sooner or later.
    'parley_deliveries_total{outcome="retry"}': expect.any(Number),
    'parley_analyses_total{outcome="done"}': 1,
  })
})

test('an analysis is counted when its commit is made, however often that is tried', async () => {
  const [kind] = server.app.rooms.analysis.work!
  const failed = () => valueOf('parley_analyses_total{outcome="failed"}')
  const before = (await failed())!
  const { organization_id } = server
  const item = { organization_id, owner: organization_id, subject: await begin(), tries: 5 }
  const giveUp = async (tx: TransactionStore) => {
    await kind!.giveUp!(tx, item, 'of the test')
    throw new Error('the commit fails')
  }
  for (let tries = 0; tries < 2; tries += 1) {
    await expect(openStore(server.database, organization_id).transaction(giveUp)).rejects.toThrow('the commit fails')
  }
  expect(await failed()).toBe(before)
  await kind!.settled!(item)
  expect(await failed()).toBe(before + 1)
})

test('an end that cancels a running turn counts both', async () => {
  const conversation_id = await begin(plain_id)
  const answer = holdAnswer()
  server.model.answer = () => answer
  const counted = await added(async () => {
    const reply = refusal(server.client.sendConversationMessage({ conversation_id, text: 'Hello' }))
    await answer.asked
    await server.client.endConversation({ conversation_id })
    await reply
    await expect
      .poll(() => valueOf('parley_model_calls_total{provider="openai",model="scripted",outcome="aborted"}'))
      .toBeGreaterThan(0)
  })
  expect(counted).toMatchObject({
    'parley_turns_total{outcome="conversation_ended"}': 1,
    'parley_ends_total{reason="ended_by_caller",channel="text"}': 1,
    'parley_requests_total{operation="sendConversationMessage",status="409"}': 1,
  })
})

test('streams, requests beyond the limit, and the build', async () => {
  const conversation_id = await begin()
  const gone = new AbortController()
  await fetch(`${server.url}/core/conversations/${conversation_id}/events`, {
    headers: { authorization: `Bearer ${server.admin_key}` },
    signal: gone.signal,
  })
  expect(await valueOf('parley_streams')).toBe(1)
  gone.abort()
  await expect.poll(() => valueOf('parley_streams')).toBe(0)
  const limited = async () => (await valueOf('parley_rate_limited_total')) ?? 0
  // Each costs ten requests, and fails before it does anything.
  const costly = () =>
    server.client.compareAgentVersions({ agent_id, from: '1', to: '1' } as never).catch(() => undefined)
  await expect
    .poll(async () => {
      await Promise.all(Array.from({ length: 20 }, costly))
      return limited()
    })
    .toBeGreaterThan(0)
  const names = [...(await read()).keys()]
  expect(names.filter((name) => name.startsWith('parley_build_info{version="'))).toHaveLength(1)
})
