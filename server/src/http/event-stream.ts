// Server-sent events: writes an operation's stream, with comments during silence, for as long as the caller may read.
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Core } from '../calls/core.ts'
import type { EventStream, ServerSentEvent } from '../calls/event-stream.ts'
import { rightsKey } from '../live/shared.ts'
import type { IsStillAdmitted } from './admission.ts'
import { type StreamCore, watchReader, writeOnlyHead, writeStream } from './stream.ts'

/** The interval of comments that keep proxies from closing a silent stream. */
const heartbeat_ms = 15_000
/** How long the caller may go on reading while it cannot be checked whether they still may. */
const unconfirmed_ms = 60_000

interface Keeping {
  core: StreamCore & Pick<Core, 'live'>
  isStillAdmitted: IsStillAdmitted
}

export async function sendEventStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { open, held }: EventStream,
  keeping: Keeping,
): Promise<unknown> {
  using _held = held
  // The only response after which an `EventSource` does not reconnect.
  if (!open) return reply.code(204).send()
  const { core } = keeping
  const headers = { 'content-type': 'text/event-stream; charset=utf-8' }
  if (request.method === 'HEAD') return writeOnlyHead({ reply, headers })
  const gone = watchReader(reply)
  const pieces = (response: ServerResponse) => format(open(gone), beat(request, response, keeping))
  return await writeStream({ request, reply, core, gone, headers, pieces })
}

/** The reader sees a broken stream and resumes. */
async function* format(events: AsyncIterable<ServerSentEvent>, stopBeating: () => void): AsyncGenerator<string> {
  try {
    for await (const event of events) yield formatEvent(event)
  } finally {
    stopBeating()
  }
}

function beat({ principal }: FastifyRequest, response: ServerResponse, { core, isStillAdmitted }: Keeping): () => void {
  const { live, ports } = core
  const { clock } = ports
  let isOver = false
  let confirmed_at = clock.monotonic()
  let stop = clock.after(heartbeat_ms, next)

  function next(): void {
    if (response.writableEnded) return
    // Pending data keeps the connection alive too.
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

  const over = new AbortController()
  if (principal?.kind === 'member') void confirmEachChange(principal.access.organization_id)

  /** Of the rights of members, at once. */
  async function confirmEachChange(organization_id: string): Promise<void> {
    using changes = live.signals.listen(rightsKey(organization_id))
    while ((await changes.next({ signal: over.signal })).size > 0) await confirm()
  }

  return () => {
    isOver = true
    stop()
    over.abort()
  }
}

/** A reader that does not read would block an orderly end; what was only just written is with the socket a moment later. */
function close(response: ServerResponse): void {
  setImmediate(() => {
    if (response.writableLength === 0) response.end()
    else response.destroy()
  })
}

function formatEvent(event: ServerSentEvent): string {
  if ('retry_ms' in event) return `retry: ${event.retry_ms}\n\n`
  const id = event.id === undefined ? '' : `id: ${event.id}\n`
  // JSON has line breaks only as escapes.
  return `${id}event: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`
}
