// What a widget's conversations cost: the cap of a day, what may exceed it, and what is counted where the provider does not say.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { endUser, enter, liveWidget } from './browser.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

async function started(id: string) {
  const { conversation, token } = await (await enter(server, id)).start()
  const send = (text: string) =>
    endUser(server, token).sendConversationMessage({ conversation_id: conversation.id, text })
  return { conversation_id: conversation.id, send }
}

const tokensOf = async (web_widget_id: string) =>
  (await server.client.getWebWidgetStatistics({ web_widget_id })).data[0]?.tokens ?? 0

test('the overshoot of the cap is the turns that were accepted until it was reached', async () => {
  const { id } = await liveWidget(server.client, { limits: { tokens_per_day: 1000 } })
  const talks = await Promise.all([started(id), started(id), started(id)])
  const late = await started(id)
  server.model.usage = { prompt_tokens: 500, completion_tokens: 100 }
  const held = talks.map(() => holdAnswer())
  const waiting = [...held]
  server.model.answer = () => waiting.shift()!
  // Accepted while nothing was used up.
  const calls = talks.map(({ send }) => send('Hi'))
  await Promise.all(held.map(({ asked }) => asked))
  for (const answer of held) {
    answer.say('Yes.')
    answer.finish()
  }
  for (const { reply } of await Promise.all(calls)) expect(reply).toBe('Yes.')
  expect(await tokensOf(id)).toBe(1800)
  // From the commit that reached it on.
  server.model.answer = () => 'Never said.'
  for (const { send } of [...talks, late]) {
    expect(await refusal(send('More'))).toMatchObject({ status: 429, code: 'widget_cap_reached', turn_id: null })
  }
  expect(await refusal((await enter(server, id)).start())).toMatchObject({ code: 'widget_cap_reached' })
  expect(await tokensOf(id)).toBe(1800)
})

test('each call of the model in a turn counts, and the cap is for the widget alone', async () => {
  const { id, agent_id } = await liveWidget(
    server.client,
    { limits: { tokens_per_day: 1000 } },
    { built_in_tools: { widgets: { allowed: ['info'] } } },
  )
  const { send, conversation_id } = await started(id)
  server.model.usage = { prompt_tokens: 400, completion_tokens: 100 }
  const answers = [{ tool_calls: [{ name: 'show_info_widget', arguments: { text: 'A card' } }] }, 'Done.']
  server.model.answer = () => answers.shift() ?? 'More.'
  await send('Show me')
  expect(await tokensOf(id)).toBe(1000)
  expect(await refusal(send('Again'))).toMatchObject({ code: 'widget_cap_reached' })
  // The organization's own calls go on, in this conversation and in others of the agent.
  await server.client.sendConversationMessage({ conversation_id, text: 'From the organization' })
  await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const other = await liveWidget(server.client, { limits: { tokens_per_day: 1000 } })
  expect((await (await started(other.id)).send('Hi')).reply).toBe('More.')
})

test('where the provider does not say, a quarter of the characters said so far', async () => {
  const { id } = await liveWidget(server.client)
  const { send } = await started(id)
  server.model.usage = null
  server.model.answer = () => 'y'.repeat(60)
  await send('x'.repeat(40))
  expect(await tokensOf(id)).toBe(25)
  await send('x'.repeat(40))
  expect(await tokensOf(id)).toBe(25 + 50)
})
