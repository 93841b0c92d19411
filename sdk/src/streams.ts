// Streams as async iterators: the events of a conversation or an execution, which reconnect by themselves, one connection of any stream, and
// plain text.
import { type EventSourceMessage, createParser } from 'eventsource-parser'
import { type Connection, openConnection } from './connection.ts'
import { ConnectionError } from './errors.ts'
import * as operations from './generated/operations.ts'
import { type OperationRef, readOperation } from './operation.ts'
import { type CallOptions, type ClientOptions, type Values, answered, sendRequest } from './request.ts'
import { type Patience, type Time, createPatience, canReopen, systemTime } from './retry.ts'
import type { ConversationStreamEvent, WorkflowStreamEvent } from './types.ts'

/** A stream that stayed open this long counts as working, even without events. */
const settled_ms = 10_000

export function streamEvents(
  client: ClientOptions,
  input: Values,
  call: CallOptions,
  time: Time = systemTime,
): AsyncGenerator<ConversationStreamEvent> {
  const isLast = ({ event }: ConversationStreamEvent) =>
    event === 'conversation.ended' || event === 'conversation.deleted'
  const source = { operation: operations.streamConversationEvents, what: 'conversation', isLast }
  return streamUntilEnd(client, source, input, call, time)
}

export function streamExecution(
  client: ClientOptions,
  input: Values,
  call: CallOptions,
  time: Time = systemTime,
): AsyncGenerator<WorkflowStreamEvent> {
  const isLast = ({ event }: WorkflowStreamEvent) =>
    event === 'workflow_execution.completed' ||
    event === 'workflow_execution.failed' ||
    event === 'workflow_execution.cancelled'
  const source = { operation: operations.streamExecutionEvents, what: 'execution', isLast }
  return streamUntilEnd(client, source, input, call, time)
}

interface EndingSource<Event> {
  operation: OperationRef
  /** What ends. */
  what: string
  isLast(event: Event): boolean
}

async function* streamUntilEnd<Event extends object>(
  client: ClientOptions,
  { operation, what, isLast }: EndingSource<Event>,
  { after, last_event_id, ...input }: Values,
  call: CallOptions,
  time: Time,
): AsyncGenerator<Event> {
  const patience = createPatience(time, client.stream_patience_ms)
  let position = (last_event_id ?? after) as string | number | undefined
  for (;;) {
    const start = position === undefined ? {} : { last_event_id: String(position) }
    let failure: unknown = new ConnectionError(`The stream ended before the ${what}`)
    try {
      const opened = { client, operation, input: { ...input, ...start }, call }
      for await (const event of readStream<Event>(opened, { time, patience })) {
        if (event === 'over') return
        if ('id' in event) position = event.id as number
        yield event
        if (isLast(event)) return
      }
    } catch (error) {
      call.signal?.throwIfAborted()
      if (!canReopen(error)) throw error
      failure = error
    }
    await patience.wait(failure, call.signal)
  }
}

interface StreamRequest {
  client: ClientOptions
  operation: OperationRef
  input: Values
  call: CallOptions
}

/** The events of one connection; `over` means that no more will ever come. */
export async function* readStream<Event>(
  { client, operation, input, call }: StreamRequest,
  { time, patience }: { time: Time; patience: Patience },
): AsyncGenerator<Event | 'over'> {
  const connection = openConnection(call.signal, time)
  try {
    const response = await open(client, operation, input, call, connection)
    if (response.status === 204) return yield 'over'
    const opened_at = time.now()
    const onBytes = () => {
      if (time.now() - opened_at >= settled_ms) patience.renew()
    }
    for await (const { id, event, data } of readEvents(response, connection, { onBytes, onRetry: patience.setPause })) {
      // Text that is still being generated repeats on every new stream, so only stored events count.
      if (id !== undefined) patience.renew()
      yield { event, data, ...(id === undefined ? {} : { id: Number(id) }) } as Event
    }
  } finally {
    connection.close()
  }
}

export async function* streamText(
  client: ClientOptions,
  operation: OperationRef,
  input: Values,
  call: CallOptions,
): AsyncGenerator<string> {
  call.signal?.throwIfAborted()
  try {
    const response = await sendRequest(client, readOperation(operation), { ...input, format: 'text' }, call)
    const body = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    try {
      for (;;) {
        const { done, value } = await answered(() => body.read())
        if (done) return
        yield value
      }
    } finally {
      body.cancel().catch(() => {})
    }
  } catch (error) {
    call.signal?.throwIfAborted()
    throw error
  }
}

export function open(
  client: ClientOptions,
  operation: OperationRef,
  input: Values,
  call: CallOptions,
  connection: Connection,
): Promise<Response> {
  const headers = { ...call.headers, Accept: 'text/event-stream' }
  return connection.waitFor(
    sendRequest(client, readOperation(operation), input, { ...call, headers, signal: connection.signal }),
  )
}

interface ReadHooks {
  onBytes?: () => void
  onRetry?: (ms: number) => void
}

/** Throws a `ConnectionError` if the connection breaks. */
export async function* readEvents(response: Response, connection: Connection, { onBytes, onRetry }: ReadHooks = {}) {
  const parsed: EventSourceMessage[] = []
  const parser = createParser({ onEvent: (event) => void parsed.push(event), ...(onRetry ? { onRetry } : {}) })
  const decoder = new TextDecoder()
  const body = response.body!.getReader()
  try {
    for (;;) {
      const { done, value } = await connection.waitFor(answered(() => body.read()))
      if (done) return
      onBytes?.()
      parser.feed(decoder.decode(value, { stream: true }))
      for (const { event, id, data } of parsed.splice(0)) {
        yield { event: event!, id, data: JSON.parse(data) as unknown }
      }
    }
  } finally {
    // Closes the connection without waiting: a custom `fetch` can have cloned the response and still be reading.
    body.cancel().catch(() => {})
  }
}
