// A reply that the channel's template wraps: once and as a whole, for any number of steps, tools and attempts.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MessageReply } from '@parley/contract'
import { type Answer, holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { eventually } from '../support/eventually.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PARLEY_DRAIN_SECONDS: '1' })
})
afterAll(() => server[Symbol.asyncDispose]())

const wait = { name: 'wait', description: 'Waits', actions: [{ type: 'play_message', message: 'One moment.' }] }

async function begin(body_template = 'Dear guest,\n{{ agent_response }}\nBye') {
  const { agent_id } = await publishAgent(server.client, {
    tools: [wait],
    channel_properties: { text: { channel: 'text', body_template } },
    built_in_tools: { end_conversation: { enabled: true } },
  })
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  return conversation.id
}

const answerWith = (...answers: Answer[]) => {
  server.model.answer = () => answers.shift() ?? 'Fine.'
}
const callOf = (name: string, text = '') => ({ text, tool_calls: [{ name, arguments: {} }] })

async function said(conversation_id: string): Promise<string[]> {
  const { conversation } = await server.client.getConversation({ conversation_id })
  return conversation!.items.filter(({ role }) => role === 'assistant').map(({ content }) => content!.join(''))
}

test.each<[string, Answer[], string]>([
  ['one step', ['Hello.'], 'Hello.'],
  ['text before a tool', [callOf('wait', 'I look.'), 'It is there.'], 'I look.\n\nOne moment.\n\nIt is there.'],
  ['a tool that says everything', [callOf('wait'), ''], 'One moment.'],
  ['two steps', [callOf('wait', 'A. '), callOf('nothing', 'B. '), 'C.'], 'A. \n\nOne moment.\n\nB. C.'],
  ['text beside the end', [callOf('end_conversation', 'Goodbye.')], 'Goodbye.'],
  ['text after the end', [callOf('end_conversation'), 'Goodbye.'], 'Goodbye.'],
])('%s: wrapped once, in the answer, the stream and the transcript', async (_what, answers, words) => {
  const whole = `Dear guest,\n${words}\nBye`
  const conversation_id = await begin()
  answerWith(...answers)
  const input = { conversation_id, text: 'Go', idempotency_key: conversation_id }
  let told = ''
  let last: unknown
  for await (const { event, data } of server.client.streamConversationMessage(input)) {
    expect(event).not.toBe('turn.restarted')
    if (event === 'message.delta') told += data.text
    last = data
  }
  expect(told).toBe(whole)
  expect((last as MessageReply).reply).toBe(whole)
  expect((await server.client.sendConversationMessage(input)).reply).toBe(whole)
  expect(await said(conversation_id)).toEqual([whole])
})

test('a template may transform the reply', async () => {
  const conversation_id = await begin('{{ agent_response | upper }} ({{ agent_response | length }})')
  answerWith(callOf('wait', 'I look.'), 'Yes.')
  const { reply } = await server.client.sendConversationMessage({ conversation_id, text: 'Go' })
  expect(reply).toBe('I LOOK.\n\nONE MOMENT.\n\nYES. (26)')
})

test('T7: the text of a finished step is in the reply of the attempt that takes over', async () => {
  const conversation_id = await begin()
  answerWith(callOf('wait', 'I look.'), holdAnswer())
  const asked = server.model.requests.length
  const sent = server.client.sendConversationMessage({ conversation_id, text: 'Go' }).catch(() => null)
  await eventually(() => expect(server.model.requests.length).toBe(asked + 2))
  answerWith('It is there.')
  await server.restart()
  await sent
  const whole = 'Dear guest,\nI look.\n\nOne moment.\n\nIt is there.\nBye'
  await eventually(async () => expect(await said(conversation_id)).toEqual([whole]))
})

test('when cut off, the text so far is kept without the template', async () => {
  const conversation_id = await begin()
  const held = holdAnswer()
  answerWith(callOf('wait', 'I look.'), held)
  const asked = server.model.requests.length
  const sent = refusal(server.client.sendConversationMessage({ conversation_id, text: 'Go' }))
  await eventually(() => expect(server.model.requests.length).toBe(asked + 2))
  await server.client.endConversation({ conversation_id })
  expect(await sent).toMatchObject({ code: 'conversation_ended' })
  expect(await said(conversation_id)).toEqual(['I look.\n\nOne moment.'])
})
