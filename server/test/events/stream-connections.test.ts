// The connections of streams: kept for the next request, and closed by a server that stops.
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

let server: TestServer
let agent_id: string

beforeAll(async () => {
  server = await startTestServer()
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(() => server[Symbol.asyncDispose]())

const begin = async () =>
  (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id

async function openStream(agent: Agent, conversation_id: string) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = {
    authorization: `Bearer ${server.admin_key}`,
    'content-type': 'application/json',
    accept: 'text/event-stream',
  }
  const options = { agent, method: 'POST', headers }
  const sent = request(`${server.url}/core/conversations/${conversation_id}/messages`, options, resolve)
  sent.on('error', reject).end(JSON.stringify({ text: 'Hello' }))
  const answer = await promise
  return { answer, isReused: sent.reusedSocket }
}

async function readText(answer: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of answer.setEncoding('utf8')) text += piece as string
  return text
}

test('one connection carries one stream after the other', async () => {
  const conversation_id = await begin()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const reused: boolean[] = []
  for (let turn = 0; turn < 3; turn += 1) {
    const { answer, isReused } = await openStream(agent, conversation_id)
    expect(await readText(answer)).toContain('event: turn.completed')
    reused.push(isReused)
  }
  agent.destroy()
  expect(reused).toEqual([false, true, true])
})

test('the head is sent before there is an event', async () => {
  const conversation_id = await begin()
  const [first, second] = [holdAnswer(), holdAnswer()]
  const answers = [first, second]
  server.model.answer = () => answers.shift()!
  const agent = new Agent({ keepAlive: true })
  const running = await openStream(agent, conversation_id)
  // This one waits for the turn before it.
  const waiting = await openStream(agent, conversation_id)
  expect(waiting.answer.headers['content-type']).toBe('text/event-stream; charset=utf-8')
  for (const held of [first, second]) {
    held.say('Yes.')
    held.finish()
  }
  await Promise.all([readText(running.answer), readText(waiting.answer)])
  agent.destroy()
})

test('a server that stops completes a stream, and closes its connection', async () => {
  const conversation_id = await begin()
  const held = holdAnswer()
  server.model.answer = () => held
  const agent = new Agent({ keepAlive: true })
  const { answer } = await openStream(agent, conversation_id)
  await held.asked
  const closed = once(answer.socket, 'close')
  const stopped = server.restart()
  held.say('Bye.')
  held.finish()
  expect(await readText(answer)).toContain('event: turn.completed')
  await closed
  await stopped
  agent.destroy()
})
