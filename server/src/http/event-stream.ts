// Server-sent events: writes what an operation streams, with a sign of life where it is silent, for as long as the caller may read.
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Core } from '../calls/core.ts'
import type { EventStream, ServerSentEvent } from '../calls/event-stream.ts'
import type { IsStillAdmitted } from './admission.ts'
import { watchReader, writeStream } from './stream.ts'

/** A comment this often keeps proxies from closing a stream that is silent. */
const heartbeat_ms = 15_000
/** Where nobody can say whether the caller may still read, he may for so long. */
const unconfirmed_ms = 60_000

interface Keeping {
  core: Pick<Core, 'ports' | 'node'>
  isStillAdmitted: IsStillAdmitted
}

export async function sendEventStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { open, held }: EventStream,
  keeping: Keeping,
): Promise<unknown> {
  using _held = held
  // The one answer after which an `EventSource` does not come again.
  if (!open) return reply.code(204).send()
  const { core } = keeping
  const gone = watchReader(reply)
  const pieces = (response: ServerResponse) => format(open(gone), beat(response, keeping))
  return await writeStream({ request, reply, core, gone, content_type: 'text/event-stream; charset=utf-8', pieces })
}

/** Whoever reads sees a stream that breaks off, and resumes. */
async function* format(events: AsyncIterable<ServerSentEvent>, stopBeating: () => void): AsyncGenerator<string> {
  try {
    for await (const event of events) yield formatEvent(event)
  } finally {
    stopBeating()
  }
}

function beat(response: ServerResponse, { core, isStillAdmitted }: Keeping): () => void {
  const { clock } = core.ports
  let isOver = false
  let confirmed_at = clock.monotonic()
  let stop = clock.after(heartbeat_ms, next)

  function next(): void {
    if (response.writableEnded) return
    // What waits already keeps the connection alive as well.
    if (response.writableLength === 0) response.write(':\n\n')
    stop = clock.after(heartbeat_ms, next)
    void confirm()
  }

  async function confirm(): Promise<void> {
    const isAdmitted = await isStillAdmitted().catch(() => null)
    if (isOver) return
    if (isAdmitted) confirmed_at = clock.monotonic()
    else if (isAdmitted === false || clock.monotonic() - confirmed_at >= unconfirmed_ms) close(response)
  }

  return () => {
    isOver = true
    stop()
  }
}

/** A reader that does not take what it was sent would keep an orderly end waiting. */
function close(response: ServerResponse): void {
  if (response.writableLength === 0) response.end()
  else response.destroy()
}

function formatEvent(event: ServerSentEvent): string {
  if ('retry_ms' in event) return `retry: ${event.retry_ms}\n\n`
  const id = event.id === undefined ? '' : `id: ${event.id}\n`
  // JSON has no line break outside of its escapes.
  return `${id}event: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`
}
