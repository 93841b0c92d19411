// Adding counts to the sums loses nothing and counts nothing twice, with any concurrency or interruption, and blocks no writer.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/database/store.ts'
import { addCounters } from '../../src/statistics/rules/counters.ts'
import { foldStatistics } from '../../src/statistics/fold.ts'
import { readBuckets, readTotals } from '../../src/statistics/queries.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const run = (text: string, values: unknown[] = []) => server.database.pool.query(text, values)
const store = () => openStore(server.database, server.organization_id)
const totalsOf = (agent: string) => readTotals(store(), [agent], ['conversations'])
const everythingOf = async (agent: string) => {
  const years = { bucket: 'day', from: '2020-01-01', to: '2100-01-01' } as const
  return addCounters((await readBuckets(store(), [agent], years)).values())
}
const left = async () => Number((await run('select count(*) from statistics_deltas')).rows[0].count)

/** Adds this number of rows for a new agent, over two days. */
async function count(rows: number): Promise<string> {
  const agent = randomUUID()
  await run(
    `insert into statistics_deltas (organization_id, agent_id, at, counters)
     select $1, $2, timestamptz '2026-02-01T22:30Z' + n % 4 * interval '1 hour', jsonb_build_object('conversations', 1, 'total.' || n % 7, 2)
     from generate_series(1, $3::integer) n`,
    [server.organization_id, agent, rows],
  )
  return agent
}

test('several at once, over more rows than one statement takes: everything counts once', async () => {
  const agent = await count(25_000)
  await Promise.all([1, 2, 3].map(() => foldStatistics(server.database, 100)))
  // The rows that each skipped because another one had locked them.
  await foldStatistics(server.database, 100)
  // The server may be adding some, too.
  await expect.poll(left).toBe(0)
  expect(await totalsOf(agent)).toMatchObject({ conversations: 25_000 })
  const days = await readBuckets(store(), [agent], { bucket: 'day', from: '2026-02-01', to: '2026-02-03' })
  expect([...days.values()].map((counters) => counters['conversations'])).toEqual([12_500, 12_500])
  const hours = await readBuckets(store(), [agent], { bucket: 'hour', from: '2026-02-01', to: '2026-02-03' })
  expect(hours.size).toBe(4)
})

test('an interrupted one has no effect', async () => {
  const agent = await count(10)
  const broken = server.database.transaction(async (tx) => {
    await foldStatistics(tx, 1)
    throw new Error('broken off')
  })
  await expect(broken).rejects.toThrow('broken off')
  expect(await totalsOf(agent)).toMatchObject({ conversations: 10 })
  await foldStatistics(server.database, 100)
  expect(await totalsOf(agent)).toMatchObject({ conversations: 10 })
})

test('a reader at the same time sees everything once', async () => {
  const agent = await count(30_000)
  const state = { isFolded: false }
  const folding = foldStatistics(server.database, 100).finally(() => (state.isFolded = true))
  for (let looks = 0; !state.isFolded || looks === 0; looks += 1) {
    expect((await totalsOf(agent))['conversations']).toBe(30_000)
  }
  await folding
  expect((await totalsOf(agent))['conversations']).toBe(30_000)
})

test('a writer waits neither for another one of the same agent nor for a fold', async () => {
  const { agent_id } = await publishAgent(server.client)
  const create = () => server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const first = (await create()).conversation.id
  await foldStatistics(server.database, 100)
  await create()
  await server.database.transaction(async (tx) => {
    await foldStatistics(tx, 1)
    await server.client.sendConversationMessage({ conversation_id: first, text: 'Hello' })
    await create()
  })
  expect((await server.client.getAgent({ agent_id })).statistics).toMatchObject({ conversations: 3, user_turns: 1 })
})

test('the migration counts existing data like data counted since', async () => {
  const { agent_id } = await publishAgent(server.client)
  const create = async () =>
    (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id
  const [one, two, three] = [await create(), await create(), await create()]
  for (const conversation_id of [one, two]) await server.client.sendConversationMessage({ conversation_id, text: 'Hi' })
  server.model.answer = () => 400
  await refusal(server.client.sendConversationMessage({ conversation_id: two, text: 'Hi' }))
  server.model.answer = () => 'A reply.'
  await server.client.endConversation({ conversation_id: one })
  await server.client.deleteConversation({ conversation_id: three })
  const row = { channel: 'webrtc' as const, user_id: 'u', agent_id, created_at: '2025-06-01T12:00Z' }
  const done = { ...row, id: randomUUID(), status: 'completed' as const, duration: 100, user_turn_count: 7 }
  const unborn = { ...row, id: randomUUID(), status: 'token_created' as const, user_turn_count: 1 }
  await server.client.importConversations({ conversations: [done, unborn] })
  // What is billed is counted since a later version.
  const isShared = ([name, number]: [string, number]) => number !== 0 && !name.startsWith('usage.')
  const nothingOfZero = (counters: object) => Object.fromEntries(Object.entries(counters).filter(isShared))
  const expected = nothingOfZero(await everythingOf(agent_id))
  expect(expected).toMatchObject({ conversations: 4, user_messages: 10, ended: 3, deleted: 1, 'turn.reply': 2 })

  const migration = readFileSync(join(import.meta.dirname, '../../src/database/migrations/008-statistics.sql'), 'utf8')
  const recount = migration.slice(migration.indexOf('with counted '))
  expect(recount).toMatch(/^with counted [^;]+;\s*$/)
  await run('truncate statistics, statistics_deltas')
  await run(recount)
  expect(nothingOfZero(await everythingOf(agent_id))).toEqual(expected)
})
