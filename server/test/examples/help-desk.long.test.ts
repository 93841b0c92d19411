// `examples/help-desk`: another program answers conversations, by webhooks and plain calls. It is killed, and down for ten minutes.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Talk, talkWith } from '../hand-off/fixture.ts'
import { type TestServer, startTestServer } from '../support/server.ts'
import { opened_hosts, soon } from '../webhooks/fixture.ts'
import { type Desk, makeDesk } from './desk-process.ts'

let server: TestServer
let desk: Desk
let secret: string
beforeAll(async () => {
  server = await startTestServer(opened_hosts)
  desk = await makeDesk()
  const events = ['conversation.*', 'message.created']
  ;({ secret } = await server.client.createWebhookEndpoint({ url: `${desk.url}/parley`, events }))
  await server.client.createTeam({ key: 'help-desk', name: 'Help desk', external: true, wait: { max_seconds: 1800 } })
  await server.client.createTeam({ key: 'in-a-hurry', name: 'Hurry', external: true, wait: { max_seconds: 300 } })
  await start()
})
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

const start = (url = server.url) => desk.start({ SECRET: secret, PARLEY_URL: url, PARLEY_API_KEY: server.admin_key })

const ada = { id: 'ada', name: 'Ada' }
const of = (talk: Talk) => desk.ticketOf(talk.id)
const textsOf = async (talk: Talk) => (await of(talk))?.messages.map(({ text }) => text)
const stateOf = async (talk: Talk) => (await of(talk))?.state

const ask = (talk: Talk, team = 'help-desk') => server.client.handOffConversation({ conversation_id: talk.id, team })

/** So much time passes, for what waits by the clock of the database: waits for people, and the next tries of webhooks. */
async function pass(seconds: number): Promise<void> {
  const { pool } = server.database
  const earlier = `- make_interval(secs => ${seconds})`
  await pool.query(
    `with moved as (update handlings set wait_until = wait_until ${earlier} where wait_until is not null returning 1)
     update work set due_at = due_at ${earlier} where kind = 'handling_timer'`,
  )
}

/** The pause before the next try of a delivery is over. */
const passPause = () =>
  server.database.pool.query(
    'update webhook_lanes set next_attempt_at = now() where lease is null and next_attempt_at > now()',
  )

test('a ticket is opened, answered and given back; what was said before and after is there once, in order', async () => {
  server.model.answer = () => 'Good day.'
  const talk = await talkWith(server)
  await talk.say('Hello')
  await ask(talk)
  await expect.poll(() => textsOf(talk), soon).toEqual(['Hello'])
  await talk.say('Is anybody there?')
  await expect.poll(() => textsOf(talk), soon).toEqual(['Hello', 'Is anybody there?'])
  const { number } = (await of(talk))!
  expect(await desk.act(number, 'take', { person: ada })).toBe(202)
  await expect.poll(() => stateOf(talk), soon).toBe('ours')
  const reply = { id: 'reply-1', person: ada, text: 'I am.' }
  expect([await desk.act(number, 'reply', reply), await desk.act(number, 'reply', reply)]).toEqual([202, 202])
  await expect.poll(async () => (await talk.said()).at(-1), soon).toBe('user: I am.')
  expect((await talk.read()).assignee).toMatchObject({ type: 'external', name: 'Ada' })
  await talk.say('Thank you')
  await expect.poll(() => textsOf(talk), soon).toEqual(['Hello', 'Is anybody there?', 'Thank you'])
  await desk.act(number, 'return', { person: ada })
  await expect.poll(async () => (await of(talk))?.why, soon).toBe('returned')
  expect((await talk.said()).filter((line) => line.startsWith('user: '))).toEqual(['user: I am.'])
  await talk.say('And now?')
  expect((await talk.said()).at(-1)).toBe('agent: Good day.')
  // Asked again, it is the same ticket, with what was said meanwhile.
  await ask(talk)
  await expect.poll(() => stateOf(talk), soon).toBe('waiting')
  await expect.poll(async () => (await textsOf(talk))?.at(-1), soon).toBe('And now?')
  expect((await of(talk))!.number).toBe(number)
  await desk.act(number, 'reply', { person: ada, text: 'Goodbye.' })
  await desk.act(number, 'end', { person: ada })
  await expect.poll(() => stateOf(talk), soon).toBe('closed')
  expect(await talk.read()).toMatchObject({ status: 'completed' })
  expect((await talk.said()).at(-1)).toBe('user: Goodbye.')
})

test('what somebody else has taken is refused, and the desk says so', async () => {
  const talk = await talkWith(server)
  await ask(talk)
  await expect.poll(() => stateOf(talk), soon).toBe('waiting')
  const other = { id: 'other-desk', name: 'Bo' }
  await server.client.takeConversation({ conversation_id: talk.id, external: other })
  await expect.poll(() => stateOf(talk), soon).toBe('elsewhere')
  const { number } = (await of(talk))!
  await desk.act(number, 'reply', { person: ada, text: 'Mine?' })
  await expect
    .poll(async () => (await of(talk))?.actions.map(({ state, why }) => [state, why]), soon)
    .toEqual([['refused', 'conversation_taken']])
  expect((await talk.said()).filter((line) => line.startsWith('user'))).toEqual([])
})

test('a reply that is written while Parley cannot be reached is sent once, also by a desk that was killed meanwhile', async () => {
  const talk = await talkWith(server)
  await ask(talk)
  await expect.poll(() => stateOf(talk), soon).toBe('waiting')
  await desk.kill()
  await start('http://127.0.0.1:1')
  const { number } = (await of(talk))!
  await desk.act(number, 'reply', { id: 'patient', person: ada, text: 'I was away.' })
  await desk.act(number, 'reply', { id: 'patient-2', person: ada, text: 'I am back.' })
  await desk.kill()
  await start()
  const said = async () => (await talk.said()).filter((line) => line.startsWith('user'))
  await expect.poll(said, soon).toEqual(['user: I was away.', 'user: I am back.'])
  // Sent again with the same keys, as by a desk that did not learn of the answers.
  const path = `${server.url}/core/conversations/${talk.id}/reply`
  const external = { id: 'desk:ada', name: 'Ada' }
  const again = await fetch(path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.admin_key}`,
      'content-type': 'application/json',
      'idempotency-key': 'patient',
    },
    body: JSON.stringify({ external, text: 'I was away.', take: true }),
  })
  expect(again.status).toBe(200)
  expect(await said()).toEqual(['user: I was away.', 'user: I am back.'])
})

test('the desk is down for ten minutes: nothing is lost, and the waits that are over by then have had their fallback', async () => {
  server.model.answer = () => 'Nobody is there, but I am.'
  const [patient, hurried] = [await talkWith(server), await talkWith(server)]
  await desk.kill()
  await ask(patient)
  await ask(hurried, 'in-a-hurry')
  const isArmed = `select from work where kind = 'handling_timer' and subject = any($1) and lease is null`
  const armed = async () => (await server.database.pool.query(isArmed, [[patient.id, hurried.id]])).rowCount
  for (const text of ['One', 'Two', 'Three']) await patient.say(text)
  await hurried.say('Quick!')
  await expect.poll(armed, soon).toBe(2)
  // Much less than the shorter wait: what has passed by itself comes on top.
  await pass(240)
  expect([(await hurried.read()).handled_by, (await patient.read()).handled_by]).toEqual(['queue', 'queue'])
  await expect.poll(armed, soon).toBe(2)
  await pass(360)
  await expect.poll(async () => (await hurried.read()).handled_by, soon).toBe('agent')
  await expect.poll(async () => (await hurried.said()).at(-1), soon).toBe('agent: Nobody is there, but I am.')
  expect((await patient.read()).handled_by).toBe('queue')
  await start()
  const caughtUp = async () => {
    await passPause()
    return [await textsOf(patient), await stateOf(hurried), (await of(hurried))?.why]
  }
  await expect.poll(caughtUp, { ...soon, interval: 200 }).toEqual([['One', 'Two', 'Three'], 'closed', 'returned'])
  expect(await textsOf(hurried)).toEqual(['Quick!'])
  const { number } = (await of(patient))!
  await desk.act(number, 'reply', { person: ada, text: 'Here we are.' })
  await expect.poll(async () => (await patient.said()).at(-1), soon).toBe('user: Here we are.')
})
