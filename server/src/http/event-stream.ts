// Server-sent events: writes what an operation streams, with a sign of life where it is silent.
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { EventStream, ServerSentEvent } from '../event-stream.ts'
import type { Clock } from '../ports.ts'
import { watchReader, writeStream } from './stream.ts'

/** A comment this often keeps proxies from closing a stream that is silent. */
const heartbeat_ms = 15_000

export async function sendEventStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { open }: EventStream,
  clock: Clock,
): Promise<unknown> {
  // The one answer after which an `EventSource` does not come again.
  if (!open) return reply.code(204).send()
  const gone = watchReader(reply)
  const pieces = (response: ServerResponse) => format(open(gone), beat(response, clock))
  return writeStream({ request, reply, clock, gone, content_type: 'text/event-stream; charset=utf-8', pieces })
}

/** Whoever reads sees a stream that breaks off, and resumes. */
async function* format(events: AsyncIterable<ServerSentEvent>, stopBeating: () => void): AsyncGenerator<string> {
  try {
    for await (const event of events) yield formatEvent(event)
  } finally {
    stopBeating()
  }
}

function beat(response: ServerResponse, clock: Clock): () => void {
  let stop = clock.after(heartbeat_ms, next)
  function next(): void {
    // What waits already keeps the connection alive as well.
    if (response.writableLength === 0) response.write(':\n\n')
    stop = clock.after(heartbeat_ms, next)
  }
  return () => stop()
}

function formatEvent(event: ServerSentEvent): string {
  if ('retry_ms' in event) return `retry: ${event.retry_ms}\n\n`
  const id = event.id === undefined ? '' : `id: ${event.id}\n`
  // JSON has no line break outside of its escapes.
  return `${id}event: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`
}
