// What a turn costs in database statements: none but those listed here. And what is not read again because the commit knows
// it equals what is stored.
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { findConversation } from '../../src/conversations/read/conversation.ts'
import { lockConversation } from '../../src/conversations/commit/lock.ts'
import type { PooledDatabase } from '../../src/database/database.ts'
import type { FoundConversation } from '../../src/conversations/machine/rows.ts'
import { readHistory } from '../../src/conversations/read/transcript.ts'
import { findTurn } from '../../src/conversations/read/turns.ts'
import { KeptHistories } from '../../src/engine/kept-histories.ts'
import type { TurnLease } from '../../src/conversations/turn-runner.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { announceBudgets } from '../../src/budgets/gate.ts'
import { acrossOrganizations } from '../../src/database/database.ts'
import { openStore } from '../../src/database/store.ts'
import { eventually } from '../support/eventually.ts'
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { converse, plantDataset } from '../knowledge/turn/fixture.ts'
import { type TestServer, publishAgent, startTestServer, withoutKey } from '../support/server.ts'

const beginStatement = acrossOrganizations('a test', 'begin_to_announce', 'select')

let proxy: PostgresProxy
let server: TestServer
beforeAll(async () => {
  proxy = await startPostgresProxy(inject('postgres_url'))
  server = await startTestServer({}, { connectThrough: proxy.through })
  await lookAtBudgets()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})

/** A node that looked before it had its connection for messages looks every second; from a look with one on, at changes only. */
async function lookAtBudgets(): Promise<void> {
  const { database, live } = server.app.core
  await eventually(() => expect(live.bus.isConnected).toBe(true))
  proxy.statements.length = 0
  await database.transaction(async (tx) => {
    await tx.query(beginStatement, [])
    announceBudgets(tx)
  })
  await eventually(() => expect(proxy.statements.map(({ name }) => name)).toContain('look_at_budgets'))
}

async function newConversation(): Promise<string> {
  const { agent_id } = await publishAgent(server.client)
  return (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id
}

const commitOf = (...writes: string[]) => ['begin', 'lock_conversation', 'open_turns', ...writes, 'commit']
const found = ['find_organization_key', 'find_conversation']
const statements_of_a_turn = [found[0]!, 'begin_turns_if_unchanged', 'end_turns_if_unchanged']
const statements_with_a_key = [found[0]!, 'begin_turns_with_keys_if_unchanged', 'end_turns_if_unchanged']

const statements_of_turns = new Set([...found, ...statements_of_a_turn, ...statements_with_a_key])

/** Periodic statements of the server, and those of long waits. */
const beside =
  /^\/\* (merge_work|ready_work|read_standings|reviewed_work) \*\/|^(lease_work|lock_work|end_work|work_succeeds|open_webhook_lanes|look_for_work|agents_timed_rules|mark_credential_used|fold_web_widget_deltas|renew_leases|abandoned_turns|find_turn|watch_secret_key|find_gone_nodes)$|^select exists \(\s+select from pg_locks/

async function sendTo(id: string, key?: string): Promise<void> {
  const answer = await fetch(`${server.url}/core/conversations/${id}/messages`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${server.admin_key}`, 'content-type': 'application/json' },
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify({ text: 'Hello' }),
  })
  expect(answer.status).toBe(200)
}

/** Its next message finds it as on another node. */
const forgetLeft = (id: string) =>
  void server.app.rooms.conversations.conversations.kept.take(server.organization_id, id)

test.each([
  { how: 'without a key', key: () => undefined, statements: statements_of_a_turn },
  { how: 'with a key', key: () => systemPorts.newId(), statements: statements_with_a_key },
])(
  'a turn $how is three statements on the node of the turn before, and four elsewhere',
  async ({ key, statements }) => {
    const id = await newConversation()
    const send = () => sendTo(id, key())
    const ask = async () => {
      proxy.statements.length = 0
      await send()
      return proxy.statements.map(({ name }) => name).filter((name) => !beside.test(name))
    }
    // The first one reads what is cached from then on.
    await send()
    expect(await ask()).toEqual(statements)
    forgetLeft(id)
    // And its history, whose end is known from the conversation.
    expect(await ask()).toEqual([...found, ...statements.slice(1)])
  },
)

/** PostgreSQL tries so many plans for the values at hand before it keeps one, if that is not expected to be slower. */
const tried_plans = 5

/** Calls back with each connection that the server has. */
async function onEach(look: (client: PoolClient) => Promise<void>): Promise<void> {
  const { pool } = server.app.core.database as PooledDatabase
  const clients = await Promise.all(Array.from({ length: pool.idleCount }, () => pool.connect()))
  for (const client of clients) await look(client)
  for (const client of clients) client.release()
}

interface Prepared {
  name: string
  parameters: number
  custom_plans: string
  generic_plans: string
}

async function readPrepared(client: PoolClient): Promise<Prepared[]> {
  const { rows } = await client.query<Prepared>(
    `select name, cardinality(parameter_types) as parameters, custom_plans, generic_plans from pg_prepared_statements`,
  )
  return rows
}

test('its statements are not planned each time', async () => {
  const id = await newConversation()
  for (let turn = 0; turn < 20; turn += 1) {
    forgetLeft(id)
    await sendTo(id)
    await sendTo(id, systemPorts.newId())
  }
  const planned: Prepared[] = []
  await onEach(async (client) => void planned.push(...(await readPrepared(client))))
  for (const name of statements_of_turns) {
    const counts = planned.filter((row) => row.name === name)
    expect(
      counts.some(({ generic_plans }) => Number(generic_plans) > 0),
      name,
    ).toBe(true)
    expect(Math.max(...counts.map(({ custom_plans }) => Number(custom_plans))), name).toBeLessThanOrEqual(tried_plans)
  }
})

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Cond'?: string
  'Recheck Cond'?: string
  Plans?: PlanNode[]
}

const scansIn = (node: PlanNode): PlanNode[] => [
  ...(node['Relation Name'] && node['Node Type'].endsWith('Scan') ? [node] : []),
  ...(node.Plans ?? []).flatMap(scansIn),
]

test('its statements find each row by its key, also in tables without statistics', async () => {
  await sendTo(await newConversation())
  await sendTo(await newConversation(), systemPorts.newId())
  const looked = new Set<string>()
  await onEach(async (client) => {
    await client.query('set plan_cache_mode = force_generic_plan')
    for (const { name, parameters } of await readPrepared(client)) {
      if (!statements_of_turns.has(name)) continue
      const values = Array.from({ length: parameters }, () => 'null').join(', ')
      const { rows } = await client.query(`explain (format json) execute "${name}"(${values})`)
      const [{ Plan: plan }] = (rows[0] as { 'QUERY PLAN': [{ Plan: PlanNode }] })['QUERY PLAN']
      const scans = scansIn(plan)
      expect(scans.length, name).toBeGreaterThan(0)
      for (const scan of scans) expect(scan['Index Cond'] ?? scan['Recheck Cond'], name).toMatch(/id = /)
      looked.add(name)
    }
    await client.query('reset plan_cache_mode')
  })
  expect(looked).toEqual(statements_of_turns)
})

test('a conversation is two statements, with a key and without, and the first one of an agent seven', async () => {
  const { agent_id } = await publishAgent(server.client)
  const create = async (key?: string) => {
    proxy.statements.length = 0
    const answer = await fetch(`${server.url}/core/conversations`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${server.admin_key}`, 'content-type': 'application/json' },
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: JSON.stringify({ channel: 'text', user_id: 'u', agent_id }),
    })
    expect(answer.status).toBe(200)
    return proxy.statements.map(({ name }) => name).filter((name) => !beside.test(name))
  }
  // `find_pre_calls`: a look into an index that is empty where no workflow precedes conversations, on the way with `begin`.
  const looked_up = ['begin', 'find_pre_calls', 'agents_version_of_agent', 'agents_version_config']
  const first = [...looked_up, 'create_conversation', 'commit']
  expect(await create()).toEqual(['find_organization_key', ...first])
  const foreseen = ['find_organization_key', 'create_conversations_if_unchanged']
  expect(await create()).toEqual(foreseen)
  expect(await create(systemPorts.newId())).toEqual(foreseen)
})

test('a knowledge base adds the statements of its search and that of its record, and no commit', async () => {
  const { dataset_id } = await plantDataset(server, [{ text: 'Hello is a greeting.' }])
  const { conversation_id } = await converse(server, { knowledge_bases: [{ dataset_id }] })
  const keyless = server.as({ fetch: withoutKey })
  const send = () => keyless.sendConversationMessage({ conversation_id, text: 'Hello' })
  await send()
  proxy.statements.length = 0
  await send()
  const asked = proxy.statements.map(({ name }) => name).filter((name) => !beside.test(name))
  const from = asked.indexOf('begin_turns_if_unchanged') + 1
  const to = asked.indexOf('begin', from)
  const searched = asked.splice(from, to - from)
  expect(searched.at(-1)).toBe('commit')
  // Of a transaction that only reads, so nothing waits for the disk.
  expect(searched.filter((name) => name.startsWith('begin'))).toEqual([expect.stringMatching(/read only/)])
  expect(searched.filter((name) => /^(insert|update|delete)/.test(name))).toEqual([])
  expect(asked).toEqual([...found, 'begin_turns_if_unchanged', ...commitOf('insert_retrievals', 'end_turns')])
})

test.each(['with', 'without'])('an attempt gets its turn %s a key of the message as it is stored', async (how) => {
  const { engine: runner } = server.app.rooms.engine
  const started: TurnLease[] = []
  const start = runner.start.bind(runner)
  runner.start = (lease) => {
    started.push(lease)
    start(lease)
  }
  const conversation_id = await newConversation()
  const held = holdAnswer()
  server.model.answer = () => held
  const client = how === 'with' ? server.client : server.as({ fetch: withoutKey })
  const call = client.sendConversationMessage({ conversation_id, text: 'Hello', interactivity: 'rich' })
  await held.asked
  runner.start = start
  const { begun, turn_id } = started.find((lease) => lease.conversation_id === conversation_id)!
  const store = openStore(server.database, server.organization_id)
  expect(begun!.turn).toEqual(await findTurn(store, conversation_id, turn_id))
  // Fields that the message itself has changed.
  const { progress, ...stored } = withProgress((await findConversation(store, conversation_id))!)
  expect({ ...begun!.conversation, ...progress }).toEqual({ ...stored, ...progress })
  const locked = await store.transaction((tx) =>
    lockConversation(tx, { organization_id: store.organization_id, id: conversation_id }),
  )
  expect({ ...begun!.left, now: locked!.now, next_lease: locked!.next_lease }).toEqual(locked)
  const reach = { items: 20, characters: 1000 }
  const read = await readHistory(store, conversation_id, reach, begun!.turn)
  expect(new KeptHistories().find(begun!, reach)).toEqual(read)
  held.say('Hello')
  held.finish()
  expect((await call).reply).toBe('Hello')
})

function withProgress({
  updated_at,
  last_activity_at,
  user_turn_count,
  silent_since,
  next_position,
  next_sequence,
  next_turn,
  ...stored
}: FoundConversation) {
  const positions = { next_position, next_sequence, next_turn }
  return { ...stored, progress: { updated_at, last_activity_at, user_turn_count, silent_since, ...positions } }
}
