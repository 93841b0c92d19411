// The events of an organization as an async iterator that reconnects by itself.
import { ConnectionError } from './errors.ts'
import * as operations from './generated/operations.ts'
import type { CallOptions, ClientOptions, Values } from './request.ts'
import { type Time, createPatience, canReopen, systemTime } from './retry.ts'
import { readStream } from './streams.ts'
import type { OrganizationStreamEvent } from './types.ts'

export async function* streamOrganizationEvents(
  client: ClientOptions,
  { after, last_event_id, ...input }: Values,
  call: CallOptions,
  time: Time = systemTime,
): AsyncGenerator<OrganizationStreamEvent> {
  const patience = createPatience(time, client.stream_patience_ms)
  const operation = operations.listOrganizationEvents
  let position = (last_event_id ?? after) as string | number | undefined
  for (;;) {
    const start = position === undefined ? {} : { last_event_id: String(position) }
    let failure: unknown = new ConnectionError('The stream of events ended')
    try {
      const opened = { client, operation, input: { ...input, ...start }, call }
      for await (const event of readStream<OrganizationStreamEvent>(opened, { time, patience })) {
        if (event === 'over') return
        position = event.id
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
