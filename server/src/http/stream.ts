// A response that is written while it is produced, at the reader's pace.
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Core } from '../calls/core.ts'
import { noteAnswer } from './note-answer.ts'

/** How long the head waits for the first piece, so that both fit into one packet. */
const head_ms = 20

/** Aborts when the reader has disconnected. */
export function watchReader(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  if (reply.raw.destroyed) gone.abort()
  reply.raw.on('close', () => gone.abort())
  return gone.signal
}

export type StreamCore = Pick<Core, 'ports' | 'node' | 'metrics'>

export interface Streamed {
  request: FastifyRequest
  reply: FastifyReply
  core: StreamCore
  gone: AbortSignal
  headers: Record<string, string>
  /** Called when the head has been written. */
  pieces: (response: ServerResponse) => AsyncIterable<string | Uint8Array>
}

/** To a HEAD request, whose reader gets no body: nothing is opened for it. */
export function writeOnlyHead(head: Pick<Streamed, 'reply' | 'headers'>): FastifyReply {
  writeHead(head).end()
  return head.reply
}

function writeHead({ reply, headers }: Pick<Streamed, 'reply' | 'headers'>): ServerResponse {
  reply.hijack()
  return reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    ...headers,
  })
}

export async function writeStream({ request, reply, core, gone, headers, pieces }: Streamed): Promise<unknown> {
  const { clock } = core.ports
  request.is_stream = true
  const response = writeHead({ reply, headers })
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
    noteAnswer(core.metrics, request, { status: 200, ms: clock.monotonic() - startedAt })
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
  const proceed = () => resolve()
  response.once('drain', proceed)
  gone.addEventListener('abort', proceed)
  await promise
  gone.removeEventListener('abort', proceed)
}
