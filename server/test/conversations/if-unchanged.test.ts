// Changes that are written in one statement if nothing has changed: whatever has, they are decided again under a lock that waits, as if
// nothing had been expected.
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { Committed } from '../../src/conversations/commit/commit.ts'
import { lockConversation } from '../../src/conversations/commit/lock.ts'
import { decideAttemptResult } from '../../src/conversations/machine/attempt-decisions.ts'
import type { LockedConversation } from '../../src/conversations/machine/change.ts'
import { textContent } from '../../src/conversations/machine/content.ts'
import { decideMessage } from '../../src/conversations/machine/decisions.ts'
import { stateAfterBeginning, stateIfQuiet } from '../../src/conversations/machine/usual-changes.ts'
import { findConversation } from '../../src/conversations/read/conversation.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { createKeyQueue } from '../../src/idempotency/key-queue.ts'
import { type CallKey, runOnce } from '../../src/idempotency/run-once.ts'
import { openStore } from '../../src/database/store.ts'
import { makeOrganization } from '../support/actors.ts'
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

let proxy: PostgresProxy
let server: TestServer
let agent_id: string
beforeAll(async () => {
  proxy = await startPostgresProxy(inject('postgres_url'))
  server = await startTestServer({}, { connectThrough: proxy.through })
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})
beforeEach(() => void (proxy.statements.length = 0))

const store = () => openStore(server.database, server.organization_id)
const hasSent = (name: string) => proxy.statements.some((statement) => statement.name === name)
const run = (text: string, values: unknown[]) => server.database.pool.query(text, values)

async function makeConversation(): Promise<string> {
  return (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id
}

const lock = (id: string) =>
  store().transaction((tx) => lockConversation(tx, { organization_id: server.organization_id, id }))

const find = async (id: string) => stateIfQuiet((await findConversation(store(), id))!)

/** Without what differs in every look. */
const lasting = (state: LockedConversation | null) => ({ ...state, now: '', next_lease: 0 })

/** Stores a message without carrying out its turn. Returns the state that it leaves. */
async function say(
  id: string,
  expected: LockedConversation | null,
  text = 'Hello',
  organization_id = server.organization_id,
  key?: CallKey | null,
) {
  const input = {
    ...({ concurrency: 'queue', interactivity: 'plain', max_seconds: 60, max_waiting: 3, partial: null } as const),
    ...{ limit: null, from: 'caller' as const, content: textContent(text), author: null },
    ...{ message_id: systemPorts.newId(), turn_id: systemPorts.newId() },
  }
  let left: LockedConversation | null = null
  const { commits, core } = server.app.rooms.conversations.conversations
  const committed = await commits.change({
    ...({ change: 'message', organization_id, id, characters: text.length, expected } as const),
    binding: key ? { key, to: () => ({ conversation_id: id, turn_id: input.turn_id }) } : undefined,
    decide(state) {
      const decision = decideMessage(state, { ...input, agent_version_id: state.agent_version_id! })
      left = 'change' in decision ? stateAfterBeginning({ state, change: decision.change }, core.node.id) : null
      return decision
    },
  })
  return { committed, left: left as LockedConversation | null, turn_id: input.turn_id }
}

/** The same with a key, as a call does. */
function sayWithKey(id: string, expected: LockedConversation | null, key = systemPorts.newId()) {
  const { core } = server.app
  const { organization_id } = server
  return runOnce({
    ...{ database: core.database, sealer: core.sealers.sealer, conversation_id: id, owner: organization_id },
    ...{ clock: core.ports.clock, key_queue: createKeyQueue(core.ports.clock) },
    ...({ commits: 'itself', assumes_new: true, within: (work) => work(), onReplay: () => {} } as const),
    request: { namespace: organization_id, key, fingerprint: Buffer.from(id) },
    run: (_database, call) => say(id, expected, 'Hello', organization_id, call),
  })
}

/** Of the turn that is open in a state. */
function reply(
  id: string,
  state: LockedConversation | null,
  isExpected = true,
  text = 'Hi',
): Promise<Committed<'written' | 'stale'>> {
  const { id: turn_id, lease } = state!.open_turns[0]!
  const expected = isExpected ? state : null
  const result = {
    ...({ type: 'reply', text, message_id: systemPorts.newId(), metrics: {}, ending: null } as const),
    ...{ usage: { input_tokens: 3, output_tokens: 2 }, citations: [], turn_citations: [], is_rated: false },
  }
  return server.app.rooms.conversations.conversations.commits.change({
    ...({ change: 'result', organization_id: server.organization_id, id, characters: 2, expected } as const),
    decide: (found) => decideAttemptResult(found, { turn_id, lease: lease! }, result as never),
  })
}

async function textsOf(conversation_id: string): Promise<string[]> {
  const { conversation } = await server.client.getConversation({ conversation_id })
  return conversation!.items.map(({ content }) => content!.join(''))
}

/** Waits for a lock, unlike a statement that expects something. */
const hasWaited = () => hasSent('lock_conversation')

test('what is expected is what a lock finds, before a message and after it', async () => {
  const id = await makeConversation()
  expect(lasting(await find(id))).toEqual(lasting(await lock(id)))
  const { left } = await say(id, await find(id))
  expect(lasting(left)).toEqual(lasting(await lock(id)))
  await reply(id, left)
  expect(lasting(await find(id))).toEqual(lasting(await lock(id)))
})

test('a message and its reply are two statements, and leave what they leave otherwise', async () => {
  const outcomes: unknown[] = []
  for (const isExpected of [true, false]) {
    const id = await makeConversation()
    proxy.statements.length = 0
    const before = isExpected ? await find(id) : null
    const { committed, left } = await say(id, before)
    expect(committed).toMatchObject({ started: { conversation_id: id, lease: left!.open_turns[0]!.lease } })
    await reply(id, left, isExpected)
    expect(hasWaited()).toBe(!isExpected)
    const { data } = await server.client.listConversationTurns({ conversation_id: id })
    expect(data[0]).toMatchObject({ status: 'completed', outcome: 'reply', attempts: 1, steps: 1 })
    const { rows } = await run(
      `select (select array_agg(type order by sequence) from events where conversation_id = $1) as events,
              (select array_agg(position || ' ' || role || ' ' || (created_at = case role when 'user' then t.queued_at else t.finished_at end)
                 order by position) from transcript_items where conversation_id = $1) as items,
              p.next_position, p.next_sequence, p.next_turn, p.user_turn_count, p.updated_at = t.finished_at as is_current,
              t.status, t.outcome, t.steps, t.input_tokens, t.output_tokens, t.lease, t.node_id, t.handled_by, t.error, t.sequence,
              t.deadline_at - t.started_at as time, t.started_at = t.queued_at as at_once
       from turns t join conversation_progress p on p.conversation_id = t.conversation_id where t.conversation_id = $1`,
      [id],
    )
    outcomes.push(rows)
  }
  expect(outcomes[0]).toEqual(outcomes[1])
})

const changes = {
  'its progress': `update conversation_progress set updated_at = updated_at + interval '1 microsecond' where conversation_id = $1`,
  'its next position': 'update conversation_progress set next_position = next_position + 1 where conversation_id = $1',
  'its next event': 'update conversation_progress set next_sequence = next_sequence + 1 where conversation_id = $1',
  'its next turn': 'update conversation_progress set next_turn = next_turn + 1 where conversation_id = $1',
  'its end, which is put off': `update conversations set ending = '{"end_reason": "ended_by_caller", "ended_by": {"type": "user"}, "summary_enabled": false}'
     where id = $1`,
  'its record of hand-offs': `insert into handlings (conversation_id, organization_id, created_at, handled_by, priority, tags)
     select id, organization_id, created_at, 'agent', 2, '{}' from conversations where id = $1`,
}

describe.each(Object.entries(changes))('if another has changed %s', (_what, text) => {
  test('a message and a reply are decided under the lock', async () => {
    const quiet = await makeConversation()
    const before = await find(quiet)
    await run(text, [quiet])
    await say(quiet, before).catch(() => {})
    expect(hasWaited()).toBe(true)

    const busy = await makeConversation()
    const { left } = await say(busy, await find(busy))
    await run(text, [busy])
    proxy.statements.length = 0
    await reply(busy, left)
    expect(hasWaited()).toBe(true)
  })

  test('a message with a key is decided under the lock, which binds its key', async () => {
    const id = await makeConversation()
    const before = await find(id)
    await run(text, [id])
    const key = systemPorts.newId()
    const said = await sayWithKey(id, before, key).catch(() => null)
    expect([hasSent('begin_turns_with_keys_if_unchanged'), hasWaited()]).toEqual([true, true])
    const { rows } = await run('select turn_id from idempotency_keys where key = $1', [key])
    expect(rows).toEqual(said ? [{ turn_id: said.turn_id }] : [])
  })
})

test('a message does not begin a turn beside another that is open', async () => {
  const id = await makeConversation()
  const before = await find(id)
  const { left } = await say(id, before)
  const { committed } = await say(id, { ...left!, open_turns: [] }, 'Again')
  expect(committed.started).toBeNull()
  expect(hasWaited()).toBe(true)
  const { data } = await server.client.listConversationTurns({ conversation_id: id })
  expect(data.map(({ status }) => status).toSorted()).toEqual(['queued', 'running'])
})

test('two messages at once: one begins its turn, the other waits behind it', async () => {
  const id = await makeConversation()
  const before = await find(id)
  const both = await Promise.all([say(id, before, 'One'), say(id, before, 'Two')])
  expect(both.filter(({ committed }) => committed.started !== null)).toHaveLength(1)
  expect((await textsOf(id)).toSorted()).toEqual(['One', 'Two'])
})

test('T6: without its lease a reply is void, although nothing else has changed', async () => {
  const id = await makeConversation()
  const { left, turn_id } = await say(id, await find(id))
  await run(`update turns set lease = nextval('turn_leases') where id = $1`, [turn_id])
  expect((await reply(id, left)).answer).toBe('stale')
  expect(hasSent('end_turns_if_unchanged')).toBe(true)
  expect(await textsOf(id)).toEqual(['Hello'])
})

test('a conversation that another transaction holds is waited for', async () => {
  const id = await makeConversation()
  const before = await find(id)
  const client = await server.database.pool.connect()
  await client.query('begin')
  await client.query('select from conversations where id = $1 for update', [id])
  const said = say(id, before)
  await expect.poll(hasWaited).toBe(true)
  await client.query('commit')
  client.release()
  expect((await said).committed.started).not.toBeNull()
})

test('T9: with a key that another call has bound, a message is not written, and the others beside it are', async () => {
  const ids = await Promise.all([makeConversation(), makeConversation()])
  const send = (conversation_id: string, idempotency_key: string, text = 'Hello') =>
    server.client.sendConversationMessage({ conversation_id, text, idempotency_key })
  await send(ids[0]!, 'taken')
  proxy.statements.length = 0
  const [again, other, fresh] = await Promise.allSettled([
    send(ids[0]!, 'taken'),
    send(ids[0]!, 'taken', 'Something else'),
    send(ids[1]!, 'new'),
  ])
  expect(hasSent('begin_turns_with_keys_if_unchanged')).toBe(true)
  expect([again.status, fresh.status]).toEqual(['fulfilled', 'fulfilled'])
  expect(other).toMatchObject({ status: 'rejected', reason: { code: 'idempotency_key_reused' } })
  const said = await Promise.all(ids.map(textsOf))
  expect(said.map(([first, ...rest]) => [first, rest.length])).toEqual([
    ['Hello', 1],
    ['Hello', 1],
  ])
})

test('T9: with a key that another transaction holds, a message waits for its end', async () => {
  const id = await makeConversation()
  const client = await server.database.pool.connect()
  await client.query('begin')
  await client.query(
    `select pg_advisory_xact_lock(hashtextextended('idempotency key ' || $1::uuid || ' ' || 'held', 0))`,
    [server.organization_id],
  )
  const said = server.client.sendConversationMessage({ conversation_id: id, text: 'Hello', idempotency_key: 'held' })
  await expect.poll(() => hasSent('bind_idempotency_keys')).toBe(true)
  expect(await textsOf(id)).toEqual([])
  await client.query('commit')
  client.release()
  await said
  expect(await textsOf(id)).toHaveLength(2)
})

test('T9: a key that a node of the previous version is about to bind delays its own message only', async () => {
  const ids = await Promise.all([makeConversation(), makeConversation()])
  const states = await Promise.all(ids.map(find))
  const client = await server.database.pool.connect()
  await client.query('begin')
  await client.query(
    `insert into idempotency_keys (namespace, key, fingerprint, expires_at) values ($1, 'older', '', now() + interval '1 day')`,
    [server.organization_id],
  )
  proxy.statements.length = 0
  let isWaiting = true
  const said = sayWithKey(ids[0]!, states[0]!, 'older').finally(() => (isWaiting = false))
  let beside: Awaited<ReturnType<typeof say>> | undefined
  void sayWithKey(ids[1]!, states[1]!).then((written) => (beside = written))
  // Sooner than the limit of a statement.
  await expect.poll(() => beside?.committed.started?.conversation_id, { timeout: 20_000 }).toBe(ids[1])
  expect(proxy.statements.filter(({ name }) => name === 'begin_turns_with_keys_if_unchanged')).toHaveLength(1)
  expect(isWaiting).toBe(true)
  await client.query('rollback')
  client.release()
  expect((await said).committed.started).not.toBeNull()
})

test('T9: a refused message binds no key', async () => {
  const id = await makeConversation()
  const before = await find(id)
  const key = systemPorts.newId()
  await server.client.endConversation({ conversation_id: id })
  await expect(sayWithKey(id, before, key)).rejects.toMatchObject({ error: 'conversation_not_active' })
  const { rows } = await run('select from idempotency_keys where key = $1', [key])
  expect(rows).toEqual([])
})

test('one that has ended takes no message, and one of another organization is not found', async () => {
  const id = await makeConversation()
  const before = await find(id)
  await server.client.endConversation({ conversation_id: id })
  await expect(say(id, before)).rejects.toMatchObject({ error: 'conversation_not_active' })
  const other = await makeOrganization(server)
  const own = await makeConversation()
  const foreign = { ...(await find(own))!, organization_id: other.id }
  proxy.statements.length = 0
  await expect(say(own, foreign, 'Hello', other.id)).rejects.toMatchObject({ error: 'not_found' })
  expect(hasSent('begin_turns_if_unchanged')).toBe(true)
  expect(await textsOf(own)).toEqual([])
})

test('at once, each is written by its own state', async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, makeConversation))
  const states = await Promise.all(ids.map(find))
  for (const id of ids.slice(0, 3)) await run(changes['its next turn'], [id])
  const said = await Promise.all(ids.map((id, index) => say(id, states[index]!, `Message ${index}`)))
  expect(said.every(({ committed }) => committed.started !== null)).toBe(true)
  for (const [index, id] of ids.entries()) expect(await textsOf(id)).toEqual([`Message ${index}`])
  const replies = await Promise.all(ids.map((id, index) => reply(id, said[index]!.left)))
  expect(replies.map(({ answer }) => answer)).toEqual(ids.map(() => 'written'))
  for (const [index, id] of ids.entries()) expect(await textsOf(id)).toEqual([`Message ${index}`, 'Hi'])
})

test('a text that cannot be stored fails its own message', async () => {
  const ids = await Promise.all([makeConversation(), makeConversation()])
  const states = await Promise.all(ids.map(find))
  const outcomes = await Promise.allSettled([say(ids[0]!, states[0]!, 'Well\0'), say(ids[1]!, states[1]!, 'Fine')])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
  expect(await textsOf(ids[1]!)).toEqual(['Fine'])
})

test('a message that is written beside a reply that cannot be is stored once', async () => {
  const ids = await Promise.all([makeConversation(), makeConversation()])
  const before = await find(ids[0]!)
  const { left } = await say(ids[1]!, await find(ids[1]!))
  const [said, replied] = await Promise.allSettled([say(ids[0]!, before), reply(ids[1]!, left, true, 'Well\0')])
  expect(said).toMatchObject({ status: 'fulfilled', value: { committed: { started: { conversation_id: ids[0] } } } })
  expect(replied.status).toBe('rejected')
  expect(await textsOf(ids[0]!)).toEqual(['Hello'])
  const { data } = await server.client.listConversationTurns({ conversation_id: ids[0]! })
  expect(data.map(({ status }) => status)).toEqual(['running'])
})
