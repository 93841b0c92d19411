// Streams as async iterators: a conversation's events, which resume by themselves, those of one message's turn, and plain text.
import { type ConversationStreamEvent, type Operation, type TurnStreamEvent, operations } from '@parley/contract'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { type CallOptions, type ClientOptions, type Values, ApiError, sendRequest } from './request.ts'
import { default_retries, mayPass, pause, pauseAfter } from './retry.ts'

/** After a stream that the server closed, as one that stops does. */
const reconnect_ms = 250

const accept = { Accept: 'text/event-stream' }

export async function* streamMessage(
  client: ClientOptions,
  input: Values,
  call: CallOptions,
): AsyncGenerator<TurnStreamEvent> {
  const options = { ...call, headers: { ...call.headers, ...accept } }
  const response = await sendRequest(client, operations.sendConversationMessage, input, options)
  for await (const { event, data } of readEvents(response)) {
    yield { event, data } as TurnStreamEvent
    if (event === 'turn.completed' || event === 'turn.failed' || event === 'turn.cancelled') return
  }
  throw new TypeError('The stream ended before the turn did')
}

export async function* streamEvents(
  client: ClientOptions,
  { after, last_event_id, ...input }: Values,
  call: CallOptions,
): AsyncGenerator<ConversationStreamEvent> {
  const retries = client.retries ?? default_retries
  let position = (last_event_id ?? after) as string | number | undefined
  for (let failures = 0; ;) {
    try {
      const start = position === undefined ? {} : { last_event_id: String(position) }
      const options = { ...call, headers: { ...call.headers, ...accept } }
      const response = await sendRequest(client, operations.streamConversationEvents, { ...input, ...start }, options)
      // The conversation has ended, and all of its events were seen.
      if (response.status === 204) return
      for await (const { id, event, data } of readEvents(response)) {
        failures = 0
        if (id !== undefined) position = id
        yield { event, data, ...(id === undefined ? {} : { id: Number(id) }) } as ConversationStreamEvent
        if (event === 'conversation.ended' || event === 'conversation.deleted') return
      }
      await pause(reconnect_ms, call.signal)
    } catch (error) {
      call.signal?.throwIfAborted()
      if (failures >= retries || !(mayPass(error) || isLimit(error))) throw error
      await pause(pauseAfter(failures, error), call.signal)
      failures += 1
    }
  }
}

export async function* streamText(
  client: ClientOptions,
  operation: Operation,
  input: Values,
  call: CallOptions,
): AsyncGenerator<string> {
  const response = await sendRequest(client, operation, { ...input, format: 'text' }, call)
  yield* readPieces(response.body!.pipeThrough(new TextDecoderStream()))
}

function isLimit(error: unknown): boolean {
  return error instanceof ApiError && error.status === 429
}

/** Throws a TypeError, as fetch does, when the connection breaks. */
async function* readEvents(response: Response) {
  const events = response.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  for await (const { event, id, data } of readPieces(events))
    yield { event: event!, id, data: JSON.parse(data) as unknown }
}

/** As the stream's own iterator would, which not every browser has: whoever stops reading closes the connection. */
async function* readPieces<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    // Of a stream that has failed there is nothing left to close.
    await reader.cancel().catch(() => {})
  }
}
