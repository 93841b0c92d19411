// A suggested reply as an async iterator: one connection, because each call has the model write another one.
import { openConnection } from './connection.ts'
import { ConnectionError } from './errors.ts'
import * as operations from './generated/operations.ts'
import type { CallOptions, ClientOptions, Values } from './request.ts'
import { type Time, systemTime } from './retry.ts'
import { open, readEvents } from './streams.ts'
import type { SuggestionStreamEvent } from './types.ts'

export async function* streamSuggestion(
  client: ClientOptions,
  input: Values,
  call: CallOptions,
  time: Time = systemTime,
): AsyncGenerator<SuggestionStreamEvent> {
  const connection = openConnection(call.signal, time)
  try {
    const response = await open(client, operations.suggestReply, input, call, connection)
    for await (const { event, data } of readEvents(response, connection)) {
      yield { event, data } as SuggestionStreamEvent
      if (event === 'suggestion.completed' || event === 'suggestion.failed') return
    }
    throw new ConnectionError('The stream ended before the suggestion')
  } catch (error) {
    call.signal?.throwIfAborted()
    throw error
  } finally {
    connection.close()
  }
}
