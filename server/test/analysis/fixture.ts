// Conversations whose analysis asks for everything, and a model that answers each of its requests.
import { expect } from 'vitest'
import type { Answer, ChatRequest } from '../support/scripted-model.ts'
import type { TestServer } from '../support/server.ts'

export const extract = {
  type: 'object',
  properties: { order: { type: 'string' }, parcels: { type: 'integer', minimum: 1 } },
}
export const asked = {
  summary: { max_words: 20 },
  outcome: { options: [{ name: 'found', description: 'They know where it is.' }, { name: 'lost' }] },
  extract,
  success: 'Was the parcel found?',
}
export const found = {
  outcome: 'found',
  extracted: { order: '4711', parcels: 2 },
  success: true,
  success_reason: 'The agent said where it is.',
}

export type Asks = 'reply' | 'summary' | 'questions' | 'repair'

export function kindOf({ messages }: ChatRequest): Asks {
  const { role, content } = messages[0]!
  if (role === 'system' && content.startsWith('You summarize')) return 'summary'
  if (role !== 'system' || !content.startsWith('You answer questions')) return 'reply'
  return messages.length > 2 ? 'repair' : 'questions'
}

type Said = Answer | object | ((request: ChatRequest) => Answer | object)

/** Objects are sent as JSON. Requests that have no answer here get a short text. */
export function script({ model }: TestServer, answers: Partial<Record<Asks, Said>>): void {
  model.answer = (request) => {
    const given = answers[kindOf(request)] ?? 'A short text.'
    const said = typeof given === 'function' ? given(request) : given
    const isAnswer = typeof said !== 'object' || said === null || Symbol.asyncIterator in said || 'tool_calls' in said
    return isAnswer ? (said as Answer) : JSON.stringify(said)
  }
}

/** The requests of an analysis that the model has had since the call before. */
export function takeRequests({ model }: TestServer): [Asks, ChatRequest][] {
  const all = model.requests.splice(0).map((request): [Asks, ChatRequest] => [kindOf(request), request])
  return all.filter(([kind]) => kind !== 'reply')
}

/** With one message of the user, and still active. */
export async function speak(server: TestServer, agent_id: string, text = 'Where are my two parcels of order 4711?') {
  script(server, {})
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  await server.client.sendConversationMessage({ conversation_id: conversation.id, text })
  server.model.requests.length = 0
  return conversation.id
}

export async function end(server: TestServer, conversation_id: string) {
  await server.client.endConversation({ conversation_id, prefer: 'wait=60' })
  return server.client.getConversation({ conversation_id })
}

/** Runs it once more, until it is over. */
export async function analyze(server: TestServer, conversation_id: string) {
  const read = () => server.client.getConversation({ conversation_id })
  await server.client.analyzeConversation({ conversation_id })
  await expect
    .poll(async () => (await read()).analysis_status, { timeout: 120_000, interval: 20 })
    .not.toMatch(/queued|running/)
  return read()
}
