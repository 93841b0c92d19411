// What the database itself refuses: the guarantees hold even for writers that ignore them.
import { randomUUID } from 'node:crypto'
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

let server: TestServer
let agent: { agent_id: string; version_id: string }

beforeAll(async () => {
  server = await startTestServer()
  agent = await publishAgent(server.client)
})
afterAll(() => server[Symbol.asyncDispose]())

const run = (query: ReturnType<typeof sql>) => query.execute(server.database)

async function newConversation(): Promise<string> {
  const { conversation } = await server.client.createConversation({
    channel: 'text',
    user_id: 'u',
    ...{ agent_id: agent.agent_id },
  })
  return conversation.id
}

const insertItem = (conversation_id: string, position: number) =>
  run(sql`insert into transcript_items (conversation_id, position, organization_id, id, type, role, content, interrupted, created_at)
    values (${conversation_id}, ${position}, ${server.organization_id}, ${randomUUID()}, 'message', 'assistant', array['late'], false, now())`)

const insertTurn = (conversation_id: string, sequence: number) =>
  run(sql`insert into turns (id, organization_id, conversation_id, sequence, status, concurrency, interactivity, agent_version_id,
      queued_at, lease, lease_expires_at, node_id, accepted_by)
    values (${randomUUID()}, ${server.organization_id}, ${conversation_id}, ${sequence}, 'running', 'queue', 'plain',
      ${agent.version_id}, now(), nextval('turn_leases'), now() + interval '1 hour', ${randomUUID()}, ${randomUUID()})`)

describe('T5: terminal is terminal', () => {
  test('no status change after the end', async () => {
    const id = await newConversation()
    await server.client.endConversation({ conversation_id: id })
    await expect(run(sql`update conversations set status = 'failed' where id = ${id}`)).rejects.toThrow('never changes')
    await expect(
      run(sql`update conversations set status = 'in_progress', ended_at = null where id = ${id}`),
    ).rejects.toThrow('never changes')
  })

  test('no item after the end', async () => {
    const id = await newConversation()
    await insertItem(id, 0)
    await server.client.endConversation({ conversation_id: id })
    await expect(insertItem(id, 1)).rejects.toThrow('takes no items')
  })

  test.each(['completed', 'failed', 'cancelled', 'transferred', 'unanswered'])(
    '%s is terminal, also within the ending transaction, and for items of every type',
    async (status) => {
      const id = await newConversation()
      const other = status === 'failed' ? 'completed' : 'failed'
      const ending = server.database.transaction(async (tx) => {
        await tx.execute(sql`update conversations set status = ${status}, ended_at = now() where id = ${id}`)
        await tx.execute(sql`update conversations set status = ${other} where id = ${id}`)
      })
      await expect(ending).rejects.toThrow('never changes')
      await run(sql`update conversations set status = ${status}, ended_at = now() where id = ${id}`)
      await expect(run(sql`update conversations set status = ${other} where id = ${id}`)).rejects.toThrow(
        'never changes',
      )
      await expect(insertItem(id, 0)).rejects.toThrow('takes no items')
      const insertCall =
        run(sql`insert into transcript_items (conversation_id, position, organization_id, id, type, call_id, name,
          created_at)
        values (${id}, 0, ${server.organization_id}, ${randomUUID()}, 'function_call_output', 'c', 'look', now())`)
      await expect(insertCall).rejects.toThrow('takes no items')
    },
  )

  test('an item that races with the end waits for it and is refused', async () => {
    const id = await newConversation()
    const ended = Promise.withResolvers<void>()
    const isOpen = Promise.withResolvers<void>()
    const ending = server.database.transaction(async (tx) => {
      await tx.execute(sql`update conversations set status = 'completed', ended_at = now() where id = ${id}`)
      isOpen.resolve()
      await ended.promise
    })
    await isOpen.promise
    const late = insertItem(id, 0)
    late.catch(() => {})
    await expect.poll(() => countWaiting()).toBeGreaterThan(0)
    ended.resolve()
    await ending
    await expect(late).rejects.toThrow('takes no items')
  })

  test('an ended conversation has an end time, an active one has none', async () => {
    const id = await newConversation()
    await expect(run(sql`update conversations set status = 'completed' where id = ${id}`)).rejects.toThrow('check')
    await expect(run(sql`update conversations set ended_at = now() where id = ${id}`)).rejects.toThrow('check')
  })
})

async function countWaiting(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`.execute(
    server.database,
  )
  return rows[0]!.count
}

test('T3: at most one turn of a conversation runs', async () => {
  const id = await newConversation()
  await insertTurn(id, 1)
  await expect(insertTurn(id, 2)).rejects.toThrow('turns_one_running')
})

test.each(['completed', 'failed', 'cancelled'])('T2: a turn that is %s never changes', async (status) => {
  const id = await newConversation()
  await insertTurn(id, 1)
  const outcome = { completed: 'reply', failed: 'model_error', cancelled: 'superseded' }[status]
  await run(sql`update turns set status = ${status}, outcome = ${outcome}, finished_at = now(), lease = null,
    lease_expires_at = null, node_id = null where conversation_id = ${id}`)
  await expect(run(sql`update turns set error = 'late' where conversation_id = ${id}`)).rejects.toThrow('is final')
  const begunAnew = sql`update turns set status = 'running', outcome = null, finished_at = null, lease = 1,
    lease_expires_at = now(), node_id = ${randomUUID()} where conversation_id = ${id}`
  await expect(run(begunAnew)).rejects.toThrow('is final')
})

test('T4: a position is used once, and an item never changes', async () => {
  const id = await newConversation()
  await insertItem(id, 0)
  await expect(insertItem(id, 0)).rejects.toThrow('transcript_items_pkey')
  await expect(
    run(sql`update transcript_items set content = array['other'] where conversation_id = ${id}`),
  ).rejects.toThrow('is written')
})

test('T6: a running turn has a lease, and lease numbers never repeat', async () => {
  const id = await newConversation()
  await insertTurn(id, 1)
  await expect(run(sql`update turns set lease = null where conversation_id = ${id}`)).rejects.toThrow('check')
  const { rows } = await sql<{ lease: number }>`
    select nextval('turn_leases') as lease from generate_series(1, 100)`.execute(server.database)
  expect(new Set(rows.map((row) => row.lease)).size).toBe(100)
})

test('created_at is unique within an organization', async () => {
  const [one, two] = [await newConversation(), await newConversation()]
  await expect(
    run(
      sql`update conversations set created_at = (select created_at from conversations where id = ${one}) where id = ${two}`,
    ),
  ).rejects.toThrow('conversations_created_at')
})
