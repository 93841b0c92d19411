// One organization wants every database connection: it waits for itself, and no other notices.
import { randomUUID } from 'node:crypto'
import { sql } from '../support/sql.ts'
import { expect, test } from 'vitest'
import { most_waiting_for_key } from '../../src/idempotency/key-queue.ts'
import { publishAgent, refusal } from '../support/server.ts'
import { callQuietly, countWaitingForLocks, flood, holdLock, scene, setStage, share } from './pool.ts'

setStage()

test('creations that wait for a lock delay no other organization, and continue when they have it', async () => {
  const { client } = scene.loud
  const { agent_id } = await publishAgent(client)
  let calls: Promise<unknown>[]
  {
    await using _held = await holdLock((tx) => sql`select from agents where id = ${agent_id} for update`.execute(tx))
    calls = Array.from({ length: flood }, () => client.createConversation({ channel: 'text', user_id: 'u', agent_id }))
    for (const call of calls) call.catch(() => {})
    await expect.poll(countWaitingForLocks).toBeGreaterThanOrEqual(share)
    await callQuietly(5)
    expect(await countWaitingForLocks()).toBe(share)
  }
  const outcomes = await Promise.allSettled(calls)
  expect(outcomes.map(({ status }) => status)).toContain('fulfilled')
  await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
})

/** A row of an import, held back by a transaction that is about to use its id. */
const rowOf = (id: string) => ({
  id,
  channel: 'text' as const,
  status: 'completed' as const,
  user_id: 'u',
  created_at: '2026-01-01T00:00:00Z',
  conversation: { items: [{ type: 'message' as const, role: 'user' as const, content: ['Hello'] }] },
})

const holdId = (id: string) =>
  holdLock((tx) =>
    sql`insert into conversations (id, organization_id, direction, channel, status, user_id, created_at)
      values (${id}, ${scene.loud.id}, 'inbound', 'text', 'in_progress', 'u', now())`.execute(tx),
  )

test('many calls with the key of a slow import wait without a connection, and get its answer', async () => {
  const { client } = scene.loud
  const id = randomUUID()
  const input = { conversations: [rowOf(randomUUID()), rowOf(id)], idempotency_key: randomUUID() }
  let calls: Promise<unknown>[]
  {
    await using _held = await holdId(id)
    calls = Array.from({ length: flood }, () => client.importConversations(input))
    for (const call of calls) call.catch(() => {})
    await expect.poll(countWaitingForLocks).toBeGreaterThanOrEqual(1)
    await callQuietly(5)
    // The loud one's other calls continue too.
    await client.listConversations({})
    expect(await countWaitingForLocks()).toBe(1)
  }
  for (const answer of await Promise.all(calls)) expect(answer).toEqual({ created: 2, unchanged: 0, errors: [] })
})

test('more calls with one key than may wait are refused, and the earlier ones are answered', async () => {
  const { client } = scene.loud
  const id = randomUUID()
  const input = { conversations: [rowOf(id)], idempotency_key: randomUUID() }
  const too_many = 5
  const refused: unknown[] = []
  const answers: unknown[] = []
  let calls: Promise<unknown>[]
  {
    await using _held = await holdId(id)
    calls = Array.from({ length: 1 + most_waiting_for_key + too_many }, () =>
      client.importConversations(input).then(
        (answer) => answers.push(answer),
        (error: unknown) => refused.push(error),
      ),
    )
    await expect.poll(() => refused.length).toBe(too_many)
    expect(answers).toEqual([])
  }
  await Promise.all(calls)
  for (const error of refused) expect(error).toMatchObject({ status: 429, code: 'rate_limited', retry_after: 1 })
  expect(answers).toHaveLength(1 + most_waiting_for_key)
  for (const answer of answers) expect(answer).toEqual({ created: 1, unchanged: 0, errors: [] })
})

test('an import that is aborted keeps its rows, and counts them when it is repeated with its key', async () => {
  const { client } = scene.loud
  const [first, second] = [randomUUID(), randomUUID()]
  const row = rowOf(first)
  const input = { conversations: [row, rowOf(second), row, rowOf('x')], idempotency_key: randomUUID() }
  {
    await using _held = await holdId(second)
    const call = refusal(client.importConversations(input))
    await expect.poll(countWaitingForLocks).toBe(1)
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(scene.server.database)
    expect((await call).status).toBe(503)
  }
  const counts = { created: 2, unchanged: 1 }
  const answer = await client.importConversations(input)
  expect(answer).toMatchObject(counts)
  expect(answer.errors.map(({ index }) => index)).toContain(3)
  expect(await client.importConversations(input)).toEqual(answer)
  // With another key, or none, they belong to another call.
  const others = { created: 0, unchanged: 3 }
  expect(await client.importConversations({ ...input, idempotency_key: randomUUID() })).toMatchObject(others)
  expect(await client.importConversations({ conversations: input.conversations })).toMatchObject(others)
})

test('an import that runs on two nodes at once with one key has one answer, which counts what both created', async () => {
  const { client, key: token } = scene.loud
  await using other = await scene.server.startAnother()
  const rows = Array.from({ length: 40 }, () => rowOf(randomUUID()))
  const input = { conversations: rows, idempotency_key: randomUUID() }
  const elsewhere = scene.server.as({ base_url: other.url, token })
  const answers = await Promise.all([client.importConversations(input), elsewhere.importConversations(input)])
  for (const answer of answers) expect(answer).toEqual({ created: 40, unchanged: 0, errors: [] })
})

test('another request with the key of an import that runs has no effect, on another node too', async () => {
  const { client, key: token } = scene.loud
  await using other = await scene.server.startAnother()
  const elsewhere = scene.server.as({ base_url: other.url, token })
  const [id, other_id] = [randomUUID(), randomUUID()]
  const idempotency_key = randomUUID()
  let call: Promise<unknown>
  {
    await using _held = await holdId(id)
    call = client.importConversations({ conversations: [rowOf(id)], idempotency_key })
    call.catch(() => {})
    await expect.poll(countWaitingForLocks).toBe(1)
    const otherwise = elsewhere.importConversations({ conversations: [rowOf(other_id)], idempotency_key })
    expect(await refusal(otherwise)).toMatchObject({ status: 422, code: 'idempotency_key_reused' })
  }
  expect(await call).toEqual({ created: 1, unchanged: 0, errors: [] })
  expect(await refusal(client.getConversation({ conversation_id: other_id }))).toMatchObject({ status: 404 })
})
