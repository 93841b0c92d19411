// Whom a change of who handles a conversation stops: only the turn that it ends, and that one before its commit.
// oxlint-disable unicorn/no-thenable -- a field of the API
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { type Person, type Talk, makePerson, talkWith } from './fixture.ts'

let server: TestServer
let ann: Person

beforeAll(async () => {
  server = await startTestServer()
  ann = await makePerson(server)
})
afterAll(() => server[Symbol.asyncDispose]())

const soFar = (talk: Talk) => server.app.rooms.engine.engine.textSoFar(talk.id)

describe('H2: a call that is refused does not stop the running turn', () => {
  test.each<[string, string, (talk: Talk) => Promise<unknown>]>([
    [
      'an end user who has asked too often',
      'handoff_limit_reached',
      async ({ id: conversation_id }) => {
        const permissions = ['handoff' as const]
        const { token } = await server.client.createConversationToken({ conversation_id, permissions })
        return server.as({ token }).handOffConversation({ conversation_id })
      },
    ],
    [
      'a reply to what is not the newest',
      'not_up_to_date',
      ({ id }) => ann.client.replyToConversation({ conversation_id: id, text: 'Hi', take: true, seen_position: -1 }),
    ],
    [
      'an end by somebody who does not hold it',
      'conversation_not_taken',
      ({ id }) => ann.client.endConversation({ conversation_id: id }),
    ],
  ])('%s', async (_who, code, call) => {
    server.model.answer = () => 'Welcome.'
    const talk = await talkWith(server, { hand_off: { max_per_conversation: 1 } })
    await talk.say('Hello')
    await server.database.pool.query(
      `insert into handlings (conversation_id, organization_id, handled_by, created_at, requests)
       select id, organization_id, 'agent', created_at, 1 from conversations where id = $1`,
      [talk.id],
    )
    const held = holdAnswer()
    server.model.answer = () => held
    const said = talk.say('And now?')
    await held.asked
    held.say('One ')
    await expect.poll(() => soFar(talk)).toBe('One ')
    const [asked, hangUps] = [server.model.requests.length, server.model.hangUps]
    expect(await refusal(call(talk))).toMatchObject({ status: 409, code })
    held.say('moment.')
    held.finish()
    expect(await said).toMatchObject({ reply: 'One moment.' })
    expect([server.model.requests.length, server.model.hangUps]).toEqual([asked, hangUps])
  })
})

test('H1: a take that finds the agent answering again keeps the text of that turn', async () => {
  const talk = await talkWith(server)
  const conversation_id = talk.id
  await server.client.handOffConversation({ conversation_id })
  await talk.say('Hello?')
  const held = holdAnswer()
  server.model.answer = () => held
  // The take has read the conversation while it waited; the agent begins to answer before the take has the lock.
  const { ports } = server.app.core
  let isReturned = false
  const before = ports.reached
  ports.reached = async (point) => {
    if (point !== 'handling.begun' || isReturned) return
    isReturned = true
    await server.client.returnConversation({ conversation_id, answer: true })
    await held.asked
    held.say('I am ')
    await expect.poll(() => soFar(talk)).toBe('I am ')
  }
  try {
    expect(await ann.client.takeConversation({ conversation_id })).toMatchObject({ handled_by: 'person' })
  } finally {
    ports.reached = before
  }
  expect((await talk.said()).at(-1)).toBe('agent, interrupted: I am ')
})
