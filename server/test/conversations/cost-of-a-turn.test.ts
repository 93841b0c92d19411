// What a turn costs in database statements: none but those listed here. And what is not read again because the commit knows
// it equals what is stored.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { findConversation } from '../../src/conversations/read/conversation.ts'
import { lockConversation } from '../../src/conversations/commit/lock.ts'
import type { PooledDatabase } from '../../src/database/database.ts'
import type { FoundConversation } from '../../src/conversations/machine/rows.ts'
import { readHistory } from '../../src/conversations/read/transcript.ts'
import { findTurn } from '../../src/conversations/read/turns.ts'
import { KeptHistories } from '../../src/engine/kept-histories.ts'
import type { TurnLease } from '../../src/conversations/turn-runner.ts'
import { openStore } from '../../src/database/store.ts'
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { converse, plantDataset } from '../knowledge/turn/fixture.ts'
import { type TestServer, publishAgent, startTestServer, withoutKey } from '../support/server.ts'

let proxy: PostgresProxy
let server: TestServer
beforeAll(async () => {
  proxy = await startPostgresProxy(inject('postgres_url'))
  server = await startTestServer({}, { connectThrough: proxy.through })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})

async function newConversation(): Promise<string> {
  const { agent_id } = await publishAgent(server.client)
  return (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id
}

const commitOf = (...writes: string[]) => ['begin', 'lock_conversation', 'open_turns', ...writes, 'commit']
const found = ['find_organization_key', 'find_conversation']
const statements_of_a_turn = [...found, 'begin_turns_if_unchanged', 'end_turns_if_unchanged']

/** Periodic statements of the server, and those of long waits. */
const beside =
  /^\/\* (merge_work|ready_work|read_standings|reviewed_work) \*\/|^(lease_work|lock_work|end_work|work_succeeds|open_webhook_lanes|look_for_work|agents_timed_rules|mark_credential_used|fold_web_widget_deltas|renew_leases|abandoned_turns|find_turn|watch_secret_key|find_gone_nodes)$|^select exists \(\s+select from pg_locks/

async function sendTo(id: string): Promise<void> {
  const answer = await fetch(`${server.url}/core/conversations/${id}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.admin_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'Hello' }),
  })
  expect(answer.status).toBe(200)
}

test('a turn is four statements', async () => {
  const id = await newConversation()
  const send = () => sendTo(id)
  // The first one reads what is cached from then on.
  await send()
  proxy.statements.length = 0
  await send()
  const asked = proxy.statements.map(({ name }) => name)
  expect(asked.filter((name) => !beside.test(name))).toEqual(statements_of_a_turn)
})

/** PostgreSQL tries so many plans for the values at hand before it keeps one, if that is not expected to be slower. */
const tried_plans = 5

test('its statements are not planned each time', async () => {
  const id = await newConversation()
  for (let turn = 0; turn < 20; turn += 1) await sendTo(id)
  const { pool } = server.app.core.database as PooledDatabase
  const clients = await Promise.all(Array.from({ length: pool.idleCount }, () => pool.connect()))
  const planned = await Promise.all(
    clients.map(async (client) => {
      const { rows } = await client.query<{ name: string; custom_plans: string; generic_plans: string }>(
        'select name, custom_plans, generic_plans from pg_prepared_statements',
      )
      return rows
    }),
  )
  for (const client of clients) client.release()
  for (const name of statements_of_a_turn) {
    const counts = planned.flat().filter((row) => row.name === name)
    expect(
      counts.some(({ generic_plans }) => Number(generic_plans) > 0),
      name,
    ).toBe(true)
    expect(Math.max(...counts.map(({ custom_plans }) => Number(custom_plans))), name).toBeLessThanOrEqual(tried_plans)
  }
})

test('a conversation is five statements', async () => {
  const { agent_id } = await publishAgent(server.client)
  const create = async () => {
    const answer = await fetch(`${server.url}/core/conversations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.admin_key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'text', user_id: 'u', agent_id }),
    })
    expect(answer.status).toBe(200)
  }
  await create()
  proxy.statements.length = 0
  await create()
  const asked = proxy.statements.map(({ name }) => name).filter((name) => !beside.test(name))
  expect(asked).toEqual(['find_organization_key', 'begin', 'agents_version_of_agent', 'create_conversation', 'commit'])
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
