// The feed of an organization's conversations as an async iterator, which resumes by itself for as long as it is read.
import { type ConversationChangeEvent, operations } from '@parley/contract'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { type CallOptions, type ClientOptions, type Values, ApiError, sendRequest } from './request.ts'
import { default_retries, mayPass, pause, pauseAfter } from './retry.ts'

/** After a stream that the server closed, as it does now and then. */
const reconnect_ms = 250

export async function* streamChanges(
  client: ClientOptions,
  { after, last_event_id, ...input }: Values,
  call: CallOptions,
): AsyncGenerator<ConversationChangeEvent> {
  const retries = client.retries ?? default_retries
  let position = (last_event_id ?? after) as string | number | undefined
  let isFirst = true
  for (let failures = 0; ;) {
    try {
      const start = position === undefined ? {} : { last_event_id: String(position) }
      const options = { ...call, headers: { ...call.headers, Accept: 'text/event-stream' } }
      const response = await sendRequest(client, operations.listConversationChanges, { ...input, ...start }, options)
      for await (const event of readChanges(response)) {
        failures = 0
        const isResumed = event.event === 'position' && !isFirst
        position = event.id
        isFirst = false
        // That it goes on from where it was is nothing new.
        if (!isResumed) yield event
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

function isLimit(error: unknown): boolean {
  return error instanceof ApiError && error.status === 429
}

async function* readChanges(response: Response): AsyncGenerator<ConversationChangeEvent> {
  const events = response.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  for await (const { event, id, data } of events) {
    yield { event, id: Number(id), data: JSON.parse(data) } as ConversationChangeEvent
  }
}
