// What may interfere between changes that are committed together: keys, locks, lost statements. None affects the others.
import { ApiError } from '@parley/sdk'
import { randomUUID } from 'node:crypto'
import type { Fragment } from '../../src/database/fragments.ts'
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest'
import type { App } from '../../src/app.ts'
import { type LockedConversation, noChange } from '../../src/conversations/machine/change.ts'
import type { ChangeName } from '../../src/conversations/commit/pause-points.ts'
import { textContent } from '../../src/conversations/machine/content.ts'
import { renew_ms } from '../../src/conversations/machine/turn.ts'
import { messageCreated } from '../../src/conversations/machine/turn-endings.ts'
import { createKeyQueue } from '../../src/idempotency/key-queue.ts'
import { runOnce } from '../../src/idempotency/run-once.ts'
import { type Clock, systemPorts } from '../../src/base/ports.ts'
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { steadyTime } from '../support/steady-time.ts'

let proxy: PostgresProxy
let server: TestServer
let agent_id: string
let onReached: (point: string) => Promise<void> | void
const reached = async (point: string) => onReached(point)
beforeAll(async () => {
  proxy = await startPostgresProxy(inject('postgres_url'))
  onReached = () => {}
  server = await startTestServer({}, { connectThrough: proxy.through, ports: { reached } })
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})
beforeEach(() => {
  onReached = () => {}
  server.model.answer = ({ messages }) => `Reply to ${messages.at(-1)!.content}`
})

async function makeConversations(count: number): Promise<string[]> {
  const make = () => server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const made = await Promise.all(Array.from({ length: count }, make))
  proxy.statements.length = 0
  return made.map(({ conversation }) => conversation.id)
}

async function textsOf(conversation_id: string): Promise<string[]> {
  const { conversation } = await server.client.getConversation({ conversation_id })
  return conversation!.items.map(({ content }) => content!.join(''))
}

const countOf = (name: string) => proxy.statements.filter((statement) => statement.name === name).length

/** Adds a message, unless the conversation has one. */
function sayFirst(text: string) {
  return ({ next_position }: LockedConversation) => {
    if (next_position > 0) return { refused: 'turn_in_progress' as const }
    const message = {
      ...({ type: 'message', id: systemPorts.newId(), role: 'assistant', content: textContent(text) } as const),
      ...{ author: null, interrupted: false, turn_id: null, metrics: null },
    }
    return { change: { ...noChange, items: [message], events: [messageCreated(message)] }, answer: text }
  }
}

function say(id: string, text: string, change: ChangeName = 'update') {
  const { organization_id } = server
  return server.app.rooms.conversations.conversations.commits.change({
    change,
    organization_id,
    id,
    decide: sayFirst(text),
    characters: text.length,
  })
}

/** Like a call with a key; `meanwhile` happens between its look for the key and its commit. */
function sayOnce(
  id: string,
  text: string,
  key: string,
  { core, rooms }: App = server.app,
  meanwhile = async () => {},
): Promise<string> {
  const { organization_id } = server
  return runOnce({
    database: core.database,
    sealer: core.sealers.sealer,
    request: { namespace: organization_id, key, fingerprint: Buffer.from(id) },
    conversation_id: id,
    owner: organization_id,
    key_queue: createKeyQueue(core.ports.clock),
    clock: core.ports.clock,
    ...({ commits: 'itself', assumes_new: false } as const),
    within: (work) => work(),
    run: async (_database, call) => {
      if (call!.bound) return 'said before'
      await meanwhile()
      const binding = { key: call!, to: () => ({ conversation_id: id }) }
      const of = { change: 'update', organization_id, id, characters: text.length } as const
      const change = { ...of, decide: sayFirst(text), binding }
      return (await rooms.conversations.conversations.commits.change<string>(change)).answer
    },
    onReplay: () => {},
  })
}

/** Its callers wait until `release`. */
async function holdInTransaction(held: Fragment<unknown>) {
  const end = Promise.withResolvers<void>()
  const isHeld = Promise.withResolvers<void>()
  const ended = server.database.transaction(async (tx) => {
    await tx.execute(held)
    isHeld.resolve()
    await end.promise
  })
  await isHeld.promise
  return () => {
    end.resolve()
    return ended
  }
}

async function isAnyoneWaiting(): Promise<boolean> {
  const { rows } = await sql`select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(server.database)
  return rows.length > 0
}

test('T9: a change whose key another call has bound meanwhile is not written; the others in its group are', async () => {
  const [id, other] = (await makeConversations(2)) as [string, string]
  const key = randomUUID()
  let beside: Promise<unknown> | undefined
  const said = await sayOnce(id, 'Said twice', key, server.app, async () => {
    await sql`insert into idempotency_keys (namespace, key, fingerprint, conversation_id, expires_at)
      values (${server.organization_id}, ${key}, ${Buffer.from(id)}, ${id}, now() + interval '1 day')`.execute(
      server.database,
    )
    beside = say(other, 'Beside')
  })
  expect(said).toBe('said before')
  await beside
  expect(countOf('lock_free_conversations')).toBe(1)
  expect(await textsOf(id)).toEqual([])
  expect(await textsOf(other)).toEqual(['Beside'])
})

test('a change whose key another transaction is about to bind waits without a connection; the others in its group are written', async () => {
  const [id, other] = (await makeConversations(2)) as [string, string]
  const key = randomUUID()
  const name = `idempotency key ${server.organization_id} ${key}`
  let release = async () => {}
  let beside: Promise<unknown> | undefined
  let tries = 0
  const said = await sayOnce(id, 'Said late', key, server.app, async () => {
    tries += 1
    if (tries === 1) {
      release = await holdInTransaction(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`)
      beside = say(other, 'Beside')
    } else {
      // Something else may wait for a moment.
      await expect.poll(isAnyoneWaiting).toBe(false)
      await release()
    }
  })
  expect(said).toBe('Said late')
  await beside
  expect(tries).toBe(2)
  expect(countOf('lock_free_conversations')).toBe(1)
  expect(await textsOf(id)).toEqual(['Said late'])
  expect(await textsOf(other)).toEqual(['Beside'])
})

test('a change that waits for a key that a node of the previous version is about to bind delays no other', async () => {
  const ids = await makeConversations(4)
  const keys = ids.map(() => randomUUID())
  const release = await holdInTransaction(sql`
    insert into idempotency_keys (namespace, key, fingerprint, expires_at)
    values (${server.organization_id}, ${keys[1]}, 'another', now() + interval '1 day')`)
  let isWaiting = true
  const said = ids.map((id, n) => sayOnce(id, `Said ${n}`, keys[n]!))
  const refused = said[1]!.catch((error: unknown) => error).finally(() => (isWaiting = false))
  await Promise.all([said[0], said[2], said[3]])
  expect(isWaiting).toBe(true)
  expect(countOf('lock_free_conversations')).toBe(1)
  await release()
  expect(await refused).toMatchObject({ error: 'idempotency_key_reused' })
  for (const [n, id] of ids.entries()) expect(await textsOf(id)).toEqual(n === 1 ? [] : [`Said ${n}`])
})

test('a group with a member that waits for a key is in no deadlock', async () => {
  const ids = await makeConversations(3)
  const key = randomUUID()
  const said = await server.database.transaction(async (tx) => {
    await tx.execute(sql`insert into idempotency_keys (namespace, key, fingerprint, expires_at)
      values (${server.organization_id}, ${key}, 'another', now() + interval '1 day')`)
    const outcomes = Promise.allSettled(ids.map((id, n) => sayOnce(id, `Said ${n}`, n === 1 ? key : randomUUID())))
    await expect.poll(isAnyoneWaiting, { interval: 1 }).toBe(true)
    await tx.execute(sql`select id from conversations where id in (${ids[0]}, ${ids[2]}) for update`)
    return { outcomes }
  })
  expect(await said.outcomes).toMatchObject([
    { value: 'Said 0' },
    { reason: { error: 'idempotency_key_reused' } },
    { value: 'Said 2' },
  ])
})

test('one key used for two conversations at once counts for one, and affects no other call', async () => {
  const ids = await makeConversations(5)
  const said = await Promise.allSettled(ids.map((id, n) => sayOnce(id, `Said ${n}`, `key ${Math.max(1, n)} ${ids[0]}`)))
  const answers = said.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.error : outcome.value))
  expect(answers).toEqual([
    ...['Said 0', 'Said 1'].map((text) => (answers.includes(text) ? text : 'idempotency_key_reused')),
    ...['Said 2', 'Said 3', 'Said 4'],
  ])
  expect(answers.filter((answer) => answer === 'idempotency_key_reused')).toHaveLength(1)
  expect([countOf('lock_free_conversations'), countOf('lock_conversation')]).toEqual([1, 1])
})

test('T9: a key bound by a group that failed is free for another call', async () => {
  const [id, other] = (await makeConversations(2)) as [string, string]
  const key = randomUUID()
  await using node = await server.startAnother()
  const elsewhere = Promise.withResolvers<string>()
  onReached = async (point) => {
    if (point !== 'update.written') return
    onReached = () => {}
    void sayOnce(id, 'Said elsewhere', key, node).then(elsewhere.resolve, elsewhere.reject)
    await expect.poll(isAnyoneWaiting, { interval: 5, timeout: 40_000 }).toBe(true)
    // So that the other one gets the lock first.
    onReached = async (next) => void (next === 'update.begun' && (await elsewhere.promise))
    throw new Error('the group fails')
  }
  const said = await Promise.all([sayOnce(id, 'Said here', key), sayOnce(other, 'Said beside', randomUUID())])
  expect([said[0], await elsewhere.promise]).toEqual(['said before', 'Said elsewhere'])
  expect(await textsOf(id)).toEqual(['Said elsewhere'])
  expect(await textsOf(other)).toEqual(['Said beside'])
})

test('pause points report the outcome of each change', async () => {
  const ids = await makeConversations(4)
  await say(ids[1]!, 'Said before')
  const release = await holdInTransaction(sql`select id from conversations where id = ${ids[2]} for update`)
  const points: string[] = []
  onReached = (point) => void points.push(point)
  const names = ['message', 'step', 'tool_result', 'result'] as const
  const said = ids.map((id, n) => say(id, `Said ${n}`, names[n]))
  const outcomes = Promise.allSettled(said)
  await Promise.all([said[0], said[3]])
  const whole = ['begun', 'locked', 'written', 'committed']
  const stagesOf = (name: string) =>
    points.filter((point) => point.startsWith(`${name}.`)).map((point) => point.split('.')[1])
  expect(stagesOf('message')).toEqual(whole)
  expect(stagesOf('step')).toEqual(['begun', 'locked'])
  expect(stagesOf('result')).toEqual(whole)
  await release()
  await outcomes
  expect(stagesOf('tool_result')).toEqual(['begun', ...whole])
})

/** Holds both groups that can run at once until `release`: changes that arrive meanwhile are grouped together. */
async function holdGroups(ids: string[], { rooms }: App = server.app) {
  const gate = Promise.withResolvers<void>()
  let standing = 0
  onReached = (point) => {
    if (point !== 'update.begun') return
    standing += 1
    return gate.promise
  }
  const proposed = { change: 'update', organization_id: server.organization_id, characters: 10 } as const
  const change = (id: string) =>
    rooms.conversations.conversations.commits.change({ ...proposed, id, decide: sayFirst('In the way') })
  const changes = [change(ids[0]!), change(ids[1]!)]
  await expect.poll(() => standing, { interval: 1 }).toBe(1)
  changes.push(change(ids[2]!), change(ids[3]!))
  await expect.poll(() => standing, { interval: 1 }).toBe(2)
  return async () => {
    gate.resolve()
    await Promise.all(changes)
  }
}

/** It renews no lease and takes no turn over. */
const withoutSweeps: Clock = {
  ...systemPorts.clock,
  monotonic: steadyTime,
  after: (ms, call) => (ms === renew_ms ? () => {} : systemPorts.clock.after(ms, call)),
}

test('T6: a group of a paused node is void for turns that another node has taken over', async () => {
  const ports = { reached, clock: withoutSweeps }
  await using still = await server.startAnother({}, { connectThrough: proxy.through, ports })
  const client = server.as({ base_url: still.url })
  const ids = await makeConversations(6)
  const talks = ids.slice(4)
  const held = talks.map(() => holdAnswer())
  let asked = 0
  server.model.answer = () => held[asked++] ?? 'Said in time.'
  const replies = Promise.all(
    talks.map((conversation_id) => client.sendConversationMessage({ conversation_id, text: 'Hello' })),
  )
  await Promise.all(held.map((one) => one.asked))
  const release = await holdGroups(ids, still)
  const hold = onReached
  const arrived = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  let [answered, stood] = [0, 0]
  onReached = (point) => {
    if (point === 'model.answered') answered += 1
    if (point !== 'result.written' || stood++ > 0) return hold(point)
    arrived.resolve()
    return goOn.promise
  }
  for (const one of held) {
    one.say('Too late.')
    one.finish()
  }
  await expect.poll(() => answered, { interval: 1 }).toBe(2)
  const released = release()
  await arrived.promise
  // As if it stood still longer than PostgreSQL allows an idle transaction, and longer than its leases.
  await sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and state = 'idle in transaction'`.execute(server.database)
  await sql`update turns set lease_expires_at = now() - interval '1 hour'
    where conversation_id = any(${talks})`.execute(server.database)
  const isTakenUp = async () => (await Promise.all(talks.map(textsOf))).every((texts) => texts.length === 2)
  await expect.poll(isTakenUp, { interval: 20, timeout: 40_000 }).toBe(true)
  goOn.resolve()
  await released
  expect((await replies).map(({ reply }) => reply)).toEqual(['Said in time.', 'Said in time.'])
  for (const id of talks) expect(await textsOf(id)).toEqual(['Hello', 'Said in time.'])
  expect(countOf('lock_free_conversations'), 'the two blocking groups, and one with both results').toBeGreaterThan(2)
})

test('a node that is stopped while changes wait for their commit reports the outcome of each', async () => {
  const ids = await makeConversations(10)
  const talks = ids.slice(4)
  server.model.answer = () => 'Said.'
  const node = await server.startAnother({ PARLEY_DRAIN_SECONDS: '1' })
  const release = await holdGroups(ids, node)
  const client = server.as({ base_url: node.url })
  proxy.statements.length = 0
  const sent = Promise.allSettled(
    talks.map((conversation_id) => client.sendConversationMessage({ conversation_id, text: 'Hello' })),
  )
  await expect.poll(() => countOf('find_conversation'), { interval: 1 }).toBeGreaterThan(0)
  const stopped = node[Symbol.asyncDispose]()
  await release()
  const outcomes = await sent
  await stopped
  for (const [n, id] of talks.entries()) {
    const outcome = outcomes[n]!
    // A refused or lost connection says nothing about the outcome.
    const is_known = outcome.status === 'fulfilled' || outcome.reason instanceof ApiError
    const is_stored = outcome.status === 'fulfilled' || outcome.reason.turn_id !== null
    const ends = is_known ? [is_stored ? 'Hello Said.' : ''] : ['Hello Said.', '']
    const read = async () => ends.includes((await textsOf(id)).join(' '))
    await expect.poll(read, { interval: 50, timeout: 40_000 }).toBe(true)
  }
})

const statements = ['lock_free_conversations', 'open_turns', 'bind_idempotency_keys', 'insert_turns', 'commit']
const losses = statements.flatMap((name) => (['before', 'after'] as const).map((when) => ({ name, when })))

test.each(losses)('a connection lost $when $name of a group loses and duplicates nothing', async ({ name, when }) => {
  const made = await makeConversations(12)
  const ids = made.slice(4)
  const send = (conversation_id: string, n: number) =>
    server.client.sendConversationMessage({ conversation_id, text: `Message ${n}`, idempotency_key: conversation_id })
  const first_two = new Set<unknown>()
  const isOfGroup = ({ before, ...statement }: (typeof proxy.statements)[number]) => {
    if ([...before, statement].every((one) => one.name !== 'lock_free_conversations')) return false
    if (first_two.size < 2) first_two.add(before[0])
    return (statement.name || statement.text) === name && !first_two.has(before[0])
  }
  // All of them wait for the next commits, however soon after each other they have come.
  const release = await holdGroups(made)
  using change = vi.spyOn(server.app.rooms.conversations.conversations.commits, 'change')
  const sending = Promise.allSettled(ids.map(send))
  await expect.poll(() => change.mock.calls.length, { interval: 1 }).toBe(ids.length)
  const fault = proxy.failStatement(1, { counts: isOfGroup, when, how: 'reset' })
  await release()
  const first = await sending
  fault.release()
  expect(fault.hits.length).toBe(1)
  for (const [n, id] of ids.entries()) {
    const outcome = first[n]!
    const is_stored = outcome.status === 'fulfilled'
    if (!is_stored) expect(outcome.reason).toMatchObject({ status: 503, turn_id: null })
    expect(await textsOf(id)).toEqual(is_stored ? [`Message ${n}`, `Reply to Message ${n}`] : [])
  }
  const again = await Promise.all(ids.map(send))
  for (const [n, id] of ids.entries()) {
    const outcome = first[n]!
    if (outcome.status === 'fulfilled') expect(again[n]).toEqual(outcome.value)
    expect(await textsOf(id)).toEqual([`Message ${n}`, `Reply to Message ${n}`])
  }
})
