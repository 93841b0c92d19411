// Those who end one conversation at once on one node: the first stops the attempt, and no other commits without its text.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

let server: TestServer
let agent_id: string
let onEnd: () => Promise<void> | void = () => {}

beforeAll(async () => {
  server = await startTestServer({}, { ports: { reached: (point) => (point === 'end.begun' ? onEnd() : undefined) } })
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(() => server[Symbol.asyncDispose]())

/** Longer than a call takes that nothing holds. */
const overtaking_ms = 500

test('a second end does not overtake the first, which holds what the agent has said', async () => {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const conversation_id = conversation.id
  const held = holdAnswer()
  server.model.answer = () => held
  const call = server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
  call.catch(() => {})
  held.say('So far.')
  await expect.poll(() => server.app.services.runner.textSoFar(conversation_id), { timeout: 10_000 }).toBe('So far.')

  const reached = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  onEnd = () => {
    onEnd = () => {}
    reached.resolve()
    return release.promise
  }
  const first = server.client.endConversation({ conversation_id })
  await reached.promise
  const second = server.client.endConversation({ conversation_id })
  const timer = setTimeout(release.resolve, overtaking_ms)
  const answers = await Promise.all([first, second.finally(release.resolve)])
  clearTimeout(timer)
  expect(answers[1]).toEqual(answers[0])
  const { items } = (await server.client.getConversation({ conversation_id })).conversation!
  expect(items.at(-1)).toMatchObject({ role: 'assistant', content: ['So far.'], interrupted: true })
})
