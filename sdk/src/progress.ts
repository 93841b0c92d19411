// The progress of a dataset's sources as an async iterator that reconnects by itself. Each connection begins with a snapshot.
import { ConnectionError } from './errors.ts'
import * as operations from './generated/operations.ts'
import type { CallOptions, ClientOptions, Values } from './request.ts'
import { type Time, createPatience, canReopen, systemTime } from './retry.ts'
import { readStream } from './streams.ts'
import type { DatasetProgressEvent } from './types.ts'

export async function* streamProgress(
  client: ClientOptions,
  input: Values,
  call: CallOptions,
  time: Time = systemTime,
): AsyncGenerator<DatasetProgressEvent> {
  const patience = createPatience(time, client.stream_patience_ms)
  const opened = { client, operation: operations.streamDatasetProgress, input, call }
  for (;;) {
    let failure: unknown = new ConnectionError('The stream of progress ended')
    try {
      for await (const event of readStream<DatasetProgressEvent>(opened, { time, patience })) {
        if (event === 'over') return
        // Every connection brings a snapshot, also one that breaks at once.
        if (event.event !== 'snapshot') patience.renew()
        yield event
      }
    } catch (error) {
      call.signal?.throwIfAborted()
      if (!canReopen(error)) throw error
      failure = error
    }
    await patience.wait(failure, call.signal)
  }
}
