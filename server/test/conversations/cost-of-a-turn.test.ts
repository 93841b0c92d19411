// What a turn costs in database statements: none but those listed here. And what is not read again because the commit knows
// it equals what is stored.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { findConversation } from '../../src/conversations/read/conversation.ts'
import { findTurn } from '../../src/conversations/read/turns.ts'
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

const commitOf = (write: string) => ['begin', 'lock_conversation', 'open_turns', write, 'append', 'commit']
const statements_of_a_turn = [
  ...['find_organization_key', 'find_conversation'],
  ...commitOf('insert_turns'),
  'read_history',
  ...commitOf('end_turns'),
]

/** Periodic statements of the server, and those of long waits. */
const beside =
  /^\/\* (merge_work|ready_work|read_standings|reviewed_work) \*\/|^(open_webhook_lanes|look_for_work|agents_timed_rules|mark_credential_used|fold_web_widget_deltas|renew_leases|abandoned_turns|find_turn|watch_secret_key|find_gone_nodes)$|^select exists \(\s+select from pg_locks/

test('a turn is fifteen statements', async () => {
  const id = await newConversation()
  const send = async () => {
    const answer = await fetch(`${server.url}/core/conversations/${id}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.admin_key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'Hello' }),
    })
    expect(answer.status).toBe(200)
  }
  // The first one reads what is cached from then on.
  await send()
  proxy.statements.length = 0
  await send()
  const asked = proxy.statements.map(({ name }) => name)
  expect(asked.filter((name) => !beside.test(name))).toEqual(statements_of_a_turn)
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
  const from = asked.indexOf('read_history') + 1
  const to = asked.indexOf('begin', from)
  const searched = asked.splice(from, to - from)
  expect(searched.at(-1)).toBe('commit')
  // Of a transaction that only reads, so nothing waits for the disk.
  expect(searched.filter((name) => name.startsWith('begin'))).toEqual([expect.stringMatching(/read only/)])
  expect(searched.filter((name) => /^(insert|update|delete)/.test(name))).toEqual([])
  const recorded = statements_of_a_turn.flatMap((name) => (name === 'end_turns' ? ['insert_retrievals', name] : [name]))
  expect(asked).toEqual(recorded)
})

test('an attempt gets the turn and its conversation as they are stored', async () => {
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
  const call = server.client.sendConversationMessage({ conversation_id, text: 'Hello', interactivity: 'rich' })
  await held.asked
  const { begun, turn_id } = started.find((lease) => lease.conversation_id === conversation_id)!
  const store = openStore(server.database, server.organization_id)
  expect(begun!.turn).toEqual(await findTurn(store, conversation_id, turn_id))
  const stored = await findConversation(store, conversation_id)
  // Fields that the message itself has changed.
  const { updated_at, last_activity_at, user_turn_count } = stored!
  expect({ ...begun!.conversation, updated_at, last_activity_at, user_turn_count }).toEqual(stored)
  held.say('Hello')
  held.finish()
  expect((await call).reply).toBe('Hello')
})
