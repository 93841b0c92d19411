// The feed of an organization's conversations as an async iterator that reconnects by itself.
import { ConnectionError } from './errors.ts'
import * as operations from './generated/operations.ts'
import type { CallOptions, ClientOptions, Values } from './request.ts'
import { type Time, createPatience, canReopen, systemTime } from './retry.ts'
import { readStream } from './streams.ts'
import type { ConversationChangeEvent } from './types.ts'

export async function* streamChanges(
  client: ClientOptions,
  { after, last_event_id, ...input }: Values,
  call: CallOptions,
  time: Time = systemTime,
): AsyncGenerator<ConversationChangeEvent> {
  const patience = createPatience(time, client.stream_patience_ms)
  const operation = operations.listConversationChanges
  let position = (last_event_id ?? after) as string | number | undefined
  let isFirst = true
  for (;;) {
    const start = position === undefined ? {} : { last_event_id: String(position) }
    let failure: unknown = new ConnectionError('The stream of changes ended')
    try {
      const opened = { client, operation, input: { ...input, ...start }, call }
      for await (const event of readStream<ConversationChangeEvent>(opened, { time, patience })) {
        if (event === 'over') return
        if (!('id' in event)) {
          yield event
          continue
        }
        const isResumed = event.event === 'position' && !isFirst
        position = event.id
        isFirst = false
        // A repeated position only confirms that the stream resumed.
        if (!isResumed) yield event
      }
    } catch (error) {
      call.signal?.throwIfAborted()
      if (!canReopen(error)) throw error
      failure = error
    }
    await patience.wait(failure, call.signal)
  }
}
