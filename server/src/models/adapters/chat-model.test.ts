// When pieces of an answer may be gathered: not before the first text has been passed on, whatever comes first.
import { expect, test } from 'vitest'
import type { ModelPart } from '../port.ts'
import { createChatModels } from './chat-model.ts'
import type { PostRequest } from './provider-client.ts'

const event = (delta: object) => Buffer.from(`data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`)

test('the first text of an answer arrives at once, although nobody reads along', async () => {
  let sent!: PostRequest
  const gathered: boolean[] = []
  async function* body() {
    for (const delta of [
      { role: 'assistant', content: '' },
      { reasoning: 'Hm' },
      { content: 'Yes' },
      { content: '.' },
    ]) {
      gathered.push(sent.gathers!())
      yield event(delta)
    }
    gathered.push(sent.gathers!())
    yield Buffer.from('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
  }
  const post = async (_url: URL, request: PostRequest) => {
    sent = request
    return { status: 200, body: body() }
  }
  const model = createChatModels({ base_url: 'http://model/v1', api_key: undefined, post })('openai/x', 'x')
  const request = { system: '', messages: [{ role: 'user' as const, text: 'Hi' }], tools: [], gathers: () => true }
  const parts: ModelPart[] = []
  for await (const part of model.stream(request, new AbortController().signal)) parts.push(part)
  expect(parts.map((part) => (part.type === 'text' ? part.text : part.type))).toEqual(['Yes', '.', 'finish'])
  expect(gathered).toEqual([false, false, false, true, true])
})
