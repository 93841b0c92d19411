// A model of a server that speaks `chat/completions`: one request, whose answer is read as it comes.
import { version } from '../../version.ts'
import { toChatBody } from './chat-request.ts'
import { ChatStream } from './chat-stream.ts'
import type { Model, ModelPart, ModelRequest } from './port.ts'
import type { Post } from './provider-client.ts'
import { createModelError, fromStatus, toModelError } from './provider-errors.ts'

export interface ChatServer {
  base_url: string
  api_key: string | undefined
  post: Post
}

export function createChatModel(id: string, model: string, { base_url, api_key, post }: ChatServer): Model {
  const url = new URL(`${base_url.replace(/\/$/, '')}/chat/completions`)
  const headers = {
    'content-type': 'application/json',
    'user-agent': `parley/${version}`,
    ...(api_key === undefined ? {} : { authorization: `Bearer ${api_key}` }),
  }

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelPart> {
    signal.throwIfAborted()
    try {
      const { status, body } = await post(url, { headers, body: toChatBody(model, request), signal })
      if (status < 200 || status > 299) throw fromStatus(status, id)
      if (body === null) throw createModelError('protocol', id)
      const said = new ChatStream(id)
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
  return { id, stream }
}

/** Once the answer is complete, a connection that then breaks is an end as well. */
async function* readToEnd(body: AsyncIterable<Uint8Array>, said: ChatStream): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    if (!said.isComplete) throw error
  }
}
