// A model may return what no database can store: NUL, half of a character, an invalid number of tokens. No turn, end or
// summary fails because of it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const begin = async (config: object = {}) => {
  const { agent_id } = await publishAgent(server.client, config)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  return conversation.id
}
const send = (conversation_id: string, fields: object = {}) =>
  server.client.sendConversationMessage({ conversation_id, text: 'Hello', ...fields })
const odd = [
  ['NUL', 'x\0y', 'x\uFFFDy'],
  ['half a character', 'x\ud83d', 'x\uFFFD'],
] as const

describe.each(odd)('%s', (_what, said, kept) => {
  const answer = (...texts: string[]): Answer => {
    const held = holdAnswer()
    for (const text of texts) held.say(text)
    held.finish()
    return held
  }
  const startTurn = async () => {
    const conversation_id = await begin()
    const held = holdAnswer()
    server.model.answer = () => held
    held.say(`${said} `)
    const call = refusal(send(conversation_id))
    await held.asked
    await expect.poll(() => server.app.rooms.engine.engine.textSoFar(conversation_id)).toContain('x')
    return { conversation_id, call, held }
  }
  const itemsOf = async (conversation_id: string) =>
    (await server.client.getConversation({ conversation_id })).conversation!.items

  test('it is replaced in a reply, in one attempt', async () => {
    const conversation_id = await begin()
    server.model.answer = () => answer(said)
    expect((await send(conversation_id)).reply).toBe(kept)
    const { data } = await server.client.listConversationTurns({ conversation_id })
    expect(data).toMatchObject([{ status: 'completed', attempts: 1 }])
  })

  test('an end in the middle of it succeeds', async () => {
    const { conversation_id, call } = await startTurn()
    expect((await server.client.endConversation({ conversation_id })).status).toBe('completed')
    expect((await call).code).toBe('conversation_ended')
    expect((await itemsOf(conversation_id)).at(-1)).toMatchObject({ interrupted: true, content: [`${kept} `] })
  })

  test('a cancel and an interruption in the middle of it take effect', async () => {
    const { conversation_id, call } = await startTurn()
    const [turn] = (await server.client.listConversationTurns({ conversation_id })).data
    await server.client.cancelTurn({ conversation_id, turn_id: turn!.turn_id })
    expect((await call).code).toBe('turn_cancelled')
    const second = await startTurn()
    server.model.answer = () => 'Fine.'
    const next = send(second.conversation_id, { parley_concurrency: 'interrupt' })
    expect((await second.call).code).toBe('turn_superseded')
    expect((await next).reply).toBe('Fine.')
  })

  test('it is replaced in a greeting and a summary', async () => {
    const starting_message = { type: 'generated', instructions: 'Greet.' }
    server.model.answer = () => answer(said)
    const conversation_id = await begin({ starting_message, analysis: {} })
    expect((await itemsOf(conversation_id))[0]!.content).toEqual([kept])
    await send(conversation_id)
    expect((await server.client.endConversation({ conversation_id })).summary).toBe(kept)
  })
})

test('a character that arrives in two halves is stored whole', async () => {
  const conversation_id = await begin()
  const held = holdAnswer()
  for (const text of ['a\ud83d', '\ude00b']) held.say(text)
  held.finish()
  server.model.answer = () => held
  expect((await send(conversation_id)).reply).toBe('a😀b')
})

test.each([
  [
    { prompt_tokens: 1.5, completion_tokens: 2.4 },
    { input_tokens: 2, output_tokens: 2 },
  ],
  [
    { prompt_tokens: 5e12, completion_tokens: -3 },
    { input_tokens: 10_000_000, output_tokens: 0 },
  ],
])('%j as the usage of an answer', async (usage, counted) => {
  const given = server.model.usage
  server.model.usage = usage
  const conversation_id = await begin()
  server.model.answer = () => 'Fine.'
  expect(await send(conversation_id)).toMatchObject({ reply: 'Fine.' })
  server.model.usage = given
  const { data } = await server.client.listConversationTurns({ conversation_id })
  expect(data).toMatchObject([{ outcome: 'reply', ...counted }])
})
