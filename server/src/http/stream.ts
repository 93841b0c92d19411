// A response that is written while it is produced, at the reader's pace.
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Core } from '../calls/core.ts'

/** How long the head waits for the first piece, so that both fit into one packet. */
const head_ms = 20

/** Aborts when the reader has disconnected. */
export function watchReader(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  if (reply.raw.destroyed) gone.abort()
  reply.raw.on('close', () => gone.abort())
  return gone.signal
}

export interface Streamed {
  request: FastifyRequest
  reply: FastifyReply
  core: Pick<Core, 'ports' | 'node'>
  gone: AbortSignal
  headers: Record<string, string>
  /** Called when the head has been written. */
  pieces: (response: ServerResponse) => AsyncIterable<string | Uint8Array>
}

export async function writeStream({ request, reply, core, gone, headers, pieces }: Streamed): Promise<unknown> {
  const { clock } = core.ports
  reply.hijack()
  const response = reply.raw
  response.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    ...headers,
  })
  const startedAt = clock.monotonic()
  const stopTimer = clock.after(head_ms, () => response.flushHeaders())
  try {
    for await (const piece of pieces(response)) {
      if (gone.aborted || response.writableEnded) return
      request.streamed_bytes += Buffer.byteLength(piece)
      if (!response.write(piece)) await drained(response, gone)
    }
    response.end()
    // A server that shuts down waits for every connection that is kept alive.
    if (core.node.isDraining) response.socket?.destroySoon()
  } catch (error) {
    if (!gone.aborted) request.log.error({ err: error }, 'a stream failed')
    response.destroy()
  } finally {
    stopTimer()
    const { method, routeOptions } = request
    const ms = Math.round(clock.monotonic() - startedAt)
    request.log.info({ method, route: routeOptions.url, status: 200, ms, is_stream: true }, 'request')
  }
  return reply
}

/**
 * Null: the client has disconnected, so there is nothing to report. An error before the first piece is thrown, and becomes a normal
 * error response.
 */
export async function readFirst<Piece>(
  open: AsyncIterable<Piece>,
  gone: AbortSignal,
): Promise<(() => AsyncIterable<Piece>) | null> {
  const rest = open[Symbol.asyncIterator]()
  const first = await rest.next().catch((error: unknown) => {
    if (!gone.aborted) throw error
    return null
  })
  return first && (() => join(first, rest))
}

async function* join<Piece>(first: IteratorResult<Piece>, rest: AsyncIterator<Piece>): AsyncGenerator<Piece> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

/** A reader that stops reading is disconnected (connection.ts). */
async function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  if (gone.aborted || response.destroyed) return
  const { promise, resolve } = Promise.withResolvers<void>()
  response.once('drain', resolve)
  gone.addEventListener('abort', () => resolve(), { once: true })
  await promise
}
