// The models of a server that speaks `chat/completions`: one request per call, its answer read as it arrives.
import { version } from '../../base/version.ts'
import { toChatBody } from './chat-request.ts'
import { ChatStream } from '../rules/chat-stream.ts'
import type { ModelFactory, ModelPart } from '../port.ts'
import type { Post } from './provider-client.ts'
import { createModelError, fromStatus, toModelError } from './provider-errors.ts'

export interface ChatServer {
  base_url: string
  api_key: string | undefined
  post: Post
}

export function createChatModels({ base_url, api_key, post }: ChatServer): ModelFactory {
  const url = new URL(`${base_url.replace(/\/$/, '')}/chat/completions`)
  const headers = {
    'content-type': 'application/json',
    'user-agent': `parley/${version}`,
    ...(api_key === undefined ? {} : { authorization: `Bearer ${api_key}` }),
  }
  return (id, model) => ({
    id,
    stream(request, signal) {
      const said = new ChatStream(id)
      // Whatever comes before the first text, it arrives at once.
      const gathers = () => said.hasText && (request.gathers?.() ?? false)
      const sent = { headers, body: toChatBody(model, request), signal, gathers }
      return streamAnswer(id, said, () => post(url, sent), signal)
    },
  })
}

async function* streamAnswer(
  id: string,
  said: ChatStream,
  ask: () => ReturnType<Post>,
  signal: AbortSignal,
): AsyncGenerator<ModelPart> {
  signal.throwIfAborted()
  try {
    const { status, body } = await ask()
    if (status < 200 || status > 299) throw fromStatus(status, id)
    if (body === null) throw createModelError('protocol', id)
    for await (const bytes of readToEnd(body, said)) {
      signal.throwIfAborted()
      for (const part of said.read(bytes)) yield part
    }
    signal.throwIfAborted()
    for (const part of said.end()) yield part
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw toModelError(error, id)
  }
}

/** Once the answer is complete, a broken connection counts as the end too. */
async function* readToEnd(body: AsyncIterable<Uint8Array>, said: ChatStream): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    if (!said.isComplete) throw error
  }
}
