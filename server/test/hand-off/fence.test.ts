// H1 in the database: plain SQL of any writer against each trigger of the fence.
import { randomUUID } from 'node:crypto'
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Executor } from '../../src/database/database.ts'
import { isUnavailable } from '../../src/database/failures.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

let server: TestServer
let agent: { agent_id: string; version_id: string }

beforeAll(async () => {
  server = await startTestServer()
  agent = await publishAgent(server.client)
})
afterAll(() => server[Symbol.asyncDispose]())

const run = (query: ReturnType<typeof sql>) => query.execute(server.database)

async function newConversation(handled_by = 'agent'): Promise<string> {
  const { conversation } = await server.client.createConversation({
    ...{ channel: 'text' as const, user_id: 'u', agent_id: agent.agent_id },
  })
  if (handled_by !== 'agent') await hand(conversation.id, handled_by)
  return conversation.id
}

const hand = (id: string, to: string) => run(sql`update conversations set handled_by = ${to} where id = ${id}`)

const author = (type: string | null) => (type === null ? null : JSON.stringify({ type, id: null, name: null }))

const say = (id: string, role: string, by: string | null = null) =>
  run(sql`insert into transcript_items
      (conversation_id, position, organization_id, id, type, role, content, interrupted, author, created_at)
    values (${id}, ${Math.floor(Math.random() * 1e9)}, ${server.organization_id}, ${randomUUID()}, 'message', ${role},
      array['x'], false, ${author(by)}::jsonb, now())`)

const call = (id: string, type: string) =>
  run(sql`insert into transcript_items (conversation_id, position, organization_id, id, type, call_id, name, created_at)
    values (${id}, ${Math.floor(Math.random() * 1e9)}, ${server.organization_id}, ${randomUUID()}, ${type}, 'c', 'look',
      now())`)

async function insertTurn(id: string, status: string): Promise<string> {
  const turn_id = randomUUID()
  const [runs, ends] = [status === 'running', status === 'completed']
  await run(sql`insert into turns (id, organization_id, conversation_id, sequence, status, outcome, finished_at, concurrency,
      interactivity, agent_version_id, queued_at, deadline_at, lease, lease_expires_at, node_id, accepted_by)
    values (${turn_id}, ${server.organization_id}, ${id}, ${Math.floor(Math.random() * 1e9)}, ${status},
      ${ends ? 'for_person' : null}, ${ends ? sql`now()` : null}, 'queue', 'plain', ${agent.version_id}, now(),
      now() + interval '1 minute', ${runs ? sql`nextval('turn_leases')` : null},
      ${runs ? sql`now() + interval '1 hour'` : null}, ${runs ? randomUUID() : null}, ${randomUUID()})`)
  return turn_id
}

const start = (turn_id: string) =>
  run(sql`update turns set status = 'running', lease = nextval('turn_leases'), lease_expires_at = now() + interval '1 hour',
      node_id = ${randomUUID()} where id = ${turn_id}`)

const fenced = 'is handled by people'

describe.each(['queue', 'person'])('H1: while %s handles it', (handled_by) => {
  test.each([
    ['a message of the assistant without an author, as servers of earlier versions write it', 'assistant', null],
    ['a message of the agent', 'assistant', 'agent'],
    ['a message of an unknown kind of author', 'assistant', 'robot'],
  ])('%s is refused', async (_what, role, by) => {
    await expect(say(await newConversation(handled_by), role, by)).rejects.toThrow(fenced)
  })

  test.each(['function_call', 'function_call_output'])('a %s is refused', async (type) => {
    await expect(call(await newConversation(handled_by), type)).rejects.toThrow(fenced)
  })

  test.each([
    ['the end user', 'user', null],
    ['a person', 'assistant', 'user'],
    ['the system', 'assistant', 'system'],
  ])('a message of %s is written', async (_who, role, by) => {
    await say(await newConversation(handled_by), role, by)
  })

  test.each(['queued', 'running'])('no turn is inserted as %s', async (status) => {
    await expect(insertTurn(await newConversation(handled_by), status)).rejects.toThrow(fenced)
  })

  test('a server of an earlier version, which would answer a message, stores nothing and says that it can be sent again', async () => {
    const error: unknown = await insertTurn(await newConversation(handled_by), 'running').catch(
      (thrown: unknown) => thrown,
    )
    expect(isUnavailable(error)).toBe(true)
  })

  test.each(['inactivity', 'max_duration', 'max_turns'])('the rules of the agent do not end it: %s', async (reason) => {
    const id = await newConversation(handled_by)
    const end = (tx: Executor) =>
      tx.execute(sql`update conversations set status = 'completed', ended_at = now(), duration = 0, end_reason = ${reason},
        ended_by = '{}' where id = ${id}`)
    const known = sql`insert into handlings (conversation_id, organization_id, handled_by, created_at)
      values (${id}, ${server.organization_id}, 'agent', now())`
    await expect(end(server.database)).rejects.toThrow(fenced)
    await run(known)
    await expect(end(server.database)).rejects.toThrow(fenced)
    await server.database.transaction(async (tx) => {
      await tx.execute(sql`update handlings set priority = 2 where conversation_id = ${id}`)
      await end(tx)
    })
  })

  test('a turn for people is inserted', async () => {
    await insertTurn(await newConversation(handled_by), 'completed')
  })

  test('after the return, the agent writes and its turns run', async () => {
    const id = await newConversation(handled_by)
    await hand(id, 'agent')
    await say(id, 'assistant')
    await call(id, 'function_call')
    await start(await insertTurn(id, 'queued'))
  })
})

describe('H1: leaving', () => {
  test.each(['queued', 'running'])('is refused while a turn is %s', async (status) => {
    const id = await newConversation()
    await insertTurn(id, status)
    for (const to of ['queue', 'person']) await expect(hand(id, to)).rejects.toThrow('has an open turn')
  })

  test('is allowed when its turns are over, in the same commit', async () => {
    const id = await newConversation()
    const turn_id = await insertTurn(id, 'running')
    await server.database.transaction(async (tx) => {
      await tx.execute(sql`update turns set status = 'cancelled', outcome = 'taken_over', finished_at = now(), lease = null,
        lease_expires_at = null, node_id = null where id = ${turn_id}`)
      await tx.execute(sql`update conversations set handled_by = 'person' where id = ${id}`)
    })
    await expect(say(id, 'assistant')).rejects.toThrow(fenced)
  })

  test('who handled an ended conversation never changes', async () => {
    const [left, kept] = [await newConversation('queue'), await newConversation()]
    for (const conversation_id of [left, kept]) await server.client.endConversation({ conversation_id })
    await expect(hand(left, 'agent')).rejects.toThrow('never changes')
    await expect(hand(kept, 'person')).rejects.toThrow('never changes')
  })

  test.each<[string, (id: string) => Promise<unknown>]>([
    ['an item of the agent', (id) => say(id, 'assistant')],
    ['a turn', (id) => insertTurn(id, 'running')],
  ])('%s that races with it waits for it and is refused', async (_what, write) => {
    const id = await newConversation()
    const [isOpen, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const leaving = server.database.transaction(async (tx) => {
      await tx.execute(sql`update conversations set handled_by = 'queue' where id = ${id}`)
      isOpen.resolve()
      await commit.promise
    })
    await isOpen.promise
    const late = write(id)
    late.catch(() => {})
    await expect.poll(countWaiting).toBeGreaterThan(0)
    commit.resolve()
    await leaving
    await expect(late).rejects.toThrow(fenced)
  })

  test('waits for a turn that starts, and is refused', async () => {
    const id = await newConversation()
    const [isOpen, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const starting = server.database.transaction(async (tx) => {
      await tx.execute(sql`insert into turns (id, organization_id, conversation_id, sequence, status, concurrency,
          interactivity, agent_version_id, queued_at, deadline_at, lease, lease_expires_at, node_id, accepted_by)
        values (${randomUUID()}, ${server.organization_id}, ${id}, 1, 'running', 'queue', 'plain', ${agent.version_id}, now(),
          now() + interval '1 minute', nextval('turn_leases'), now() + interval '1 hour', ${randomUUID()}, ${randomUUID()})`)
      isOpen.resolve()
      await commit.promise
    })
    await isOpen.promise
    const late = hand(id, 'person')
    late.catch(() => {})
    await expect.poll(countWaiting).toBeGreaterThan(0)
    commit.resolve()
    await starting
    await expect(late).rejects.toThrow('has an open turn')
  })
})

async function countWaiting(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`.execute(
    server.database,
  )
  return rows[0]!.count
}

test('H6: what waits has a due time, what is held has a holder', async () => {
  const row = (handled_by: string, more: string) =>
    server.database.pool.query(
      `insert into handlings (conversation_id, organization_id, handled_by, created_at ${more === '' ? '' : `, ${more.split('=')[0]}`})
       select id, organization_id, $2, created_at ${more === '' ? '' : `, ${more.split('=')[1]}`} from conversations where id = $1`,
      [id, handled_by],
    )
  const id = await newConversation()
  await expect(row('queue', '')).rejects.toThrow('check constraint')
  await expect(row('queue', 'waiting_since=now()')).rejects.toThrow('check constraint')
  await expect(row('person', '')).rejects.toThrow('check constraint')
  await expect(row('agent', 'offered_until=now()')).rejects.toThrow('check constraint')
  await row('agent', '')
})

test('an item never changes, except that a reply is rated, once', async () => {
  const id = await newConversation()
  await say(id, 'assistant')
  const change = (set: string) =>
    server.database.pool.query(`update transcript_items set ${set} where conversation_id = $1`, [id])
  await expect(change(`metrics = '{"confidence": 1}'`)).rejects.toThrow('is written')
  const position = 1_000_000_001
  await run(sql`insert into transcript_items
      (conversation_id, position, organization_id, id, type, role, content, interrupted, metrics, created_at)
    values (${id}, ${position}, ${server.organization_id}, ${randomUUID()}, 'message', 'assistant', array['x'], false,
      '{"llm_ms": 1}', now())`)
  const changeRated = (set: string) =>
    server.database.pool.query(
      `update transcript_items set ${set} where conversation_id = $1 and position = ${position}`,
      [id],
    )
  for (const set of [
    "content = array['y']",
    `metrics = '{"llm_ms": 2}'`,
    'metrics = null',
    `metrics = '{"llm_ms": 2, "confidence": 1}'`,
  ]) {
    await expect(changeRated(set)).rejects.toThrow('is written')
  }
  await changeRated(`metrics = '{"llm_ms": 1, "confidence": 1}'`)
  await expect(changeRated(`metrics = '{"llm_ms": 1, "confidence": 0}'`)).rejects.toThrow('is written')
})
