// What the operator is told of the queues that all servers share: what counts.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { acrossOrganizations } from '../../src/database/database.ts'
import { queuesStatement, readQueues } from '../../src/shared-queues.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.[Symbol.asyncDispose]())
beforeEach(async () => {
  await server.database.pool.query(`delete from work where kind in ('nobodys', 'urgent', 'earlier')`)
})

const read = (...kinds: string[]) => readQueues(server.database, kinds, 'urgent')

const addWorkStatement = acrossOrganizations(
  'a test',
  'test_add_work',
  `insert into work (kind, owner, subject, due_at, urgent_since, ready, lease) values
       ('nobodys', 'one', 'old', now() - interval '1 hour', null, true, null),
       ('nobodys', 'one', 'young', now() - interval '1 minute', null, true, null),
       ('nobodys', 'two', 'begun', now() - interval '2 hours', null, false, 7),
       ('nobodys', 'two', 'later', now() + interval '1 hour', null, false, null),
       ('urgent', 'one', 'now', '-infinity', now() - interval '20 minutes', true, null),
       ('urgent', 'two', 'due', now() - interval '10 minutes', now() - interval '2 hours', true, null),
       ('earlier', 'one', 'of a server of an earlier version', '-infinity', null, true, null)`,
)

test('the lag is that of the oldest work that is due and not begun, of each kind', async () => {
  // In one transaction: a node would take what is over its time.
  const { jobs_lag, analyses_lag, stuck_jobs } = await server.database.transaction(async (tx) => {
    await tx.query(addWorkStatement, [])
    return readQueues(tx, ['nobodys', 'urgent', 'earlier', 'idle'], 'urgent')
  })
  const minutes = jobs_lag.map(({ labels, value }) => [labels['kind'], Math.round(value / 60)])
  expect(minutes).toEqual([
    ['nobodys', 60],
    ['urgent', 20],
    ['earlier', 0],
    ['idle', 0],
  ])
  expect(analyses_lag.map(({ value }) => Math.round(value / 60))).toEqual([20])
  expect(stuck_jobs).toEqual([{ labels: {}, value: 0 }])
})

test('turns that wait and turns that lost their server are counted', async () => {
  const { agent_id } = await publishAgent(server.client)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const answer = holdAnswer()
  server.model.answer = () => answer
  const send = (text: string) => server.client.sendConversationMessage({ conversation_id: conversation.id, text })
  const replies = [send('one'), send('two'), send('three')]
  const waiting = async () => (await read('nobodys')).waiting_turns[0]!.value
  await expect.poll(waiting).toBe(2)
  expect((await read('nobodys')).stuck_turns[0]!.value).toBe(0)
  const client = await server.database.pool.connect()
  try {
    // In a transaction, so that nobody takes the turn over.
    await client.query('begin')
    await client.query(`update turns set lease_expires_at = now() - interval '1 minute' where status = 'running'`)
    const { rows } = await client.query<{ name: string; value: number }>(queuesStatement.text, [['nobodys']])
    const valueOf = (wanted: string) => rows.find(({ name }) => name === wanted)!.value
    expect([valueOf('waiting_turns'), valueOf('stuck_turns')]).toEqual([2, 1])
  } finally {
    await client.query('rollback')
    client.release()
  }
  server.model.answer = () => 'Hello.'
  answer.say('Hello.')
  answer.finish()
  await Promise.all(replies)
})
