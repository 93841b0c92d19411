// Server-sent events: writes what an operation streams, at the reader's pace. A reader that takes too long is cut off.
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../ports.ts'

/** `data` becomes JSON; `retry_ms` asks the reader to come again, after so long, when the stream ends. */
export type ServerSentEvent = { event: string; data: unknown; id?: number } | { retry_ms: number }

/** What an operation answers in place of a body. */
export class EventStream {
  /** `gone` aborts when the reader is no longer there. Null: there is nothing to come, ever. */
  readonly open: ((gone: AbortSignal) => AsyncIterable<ServerSentEvent>) | null

  constructor(open: EventStream['open']) {
    this.open = open
  }
}

/** A comment this often keeps proxies from closing a stream that is silent. */
const heartbeat_ms = 15_000
/** How long a reader may take for what it has been sent so far. */
const slow_ms = 30_000

export async function sendEventStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { open }: EventStream,
  clock: Clock,
): Promise<unknown> {
  // The one answer after which an `EventSource` does not come again.
  if (!open) return reply.code(204).send()
  reply.hijack()
  const response = reply.raw
  response.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    // A server that stops waits for every connection that is kept.
    connection: 'close',
  })
  response.flushHeaders()
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const stopBeating = beat(response, clock)
  const startedAt = clock.monotonic()
  try {
    for await (const event of open(gone.signal)) {
      if (gone.signal.aborted) return
      if (!response.write(format(event))) await drained(response, gone.signal, clock)
    }
    response.end()
  } catch (error) {
    // Whoever reads sees the stream break off, and resumes.
    request.log.error({ err: error }, 'a stream broke off')
    response.destroy()
  } finally {
    stopBeating()
    const { method, routeOptions } = request
    const ms = Math.round(clock.monotonic() - startedAt)
    request.log.info({ method, route: routeOptions.url, status: 200, ms, is_stream: true }, 'request')
  }
  return reply
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

async function drained(response: ServerResponse, gone: AbortSignal, clock: Clock): Promise<void> {
  if (gone.aborted || response.destroyed) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = clock.after(slow_ms, () => response.destroy())
  response.once('drain', resolve)
  gone.addEventListener('abort', () => resolve(), { once: true })
  await promise
  stop()
}

function format(event: ServerSentEvent): string {
  if ('retry_ms' in event) return `retry: ${event.retry_ms}\n\n`
  const id = event.id === undefined ? '' : `id: ${event.id}\n`
  // JSON has no line break outside of its escapes.
  return `${id}event: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`
}
