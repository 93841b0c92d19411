// Plain text that is sent as it is written; an error before the first piece becomes a normal error response.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TextStream } from '../calls/event-stream.ts'
import { type StreamCore, readFirst, watchReader, writeOnlyHead, writeStream } from './stream.ts'

export async function sendTextStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { open }: TextStream,
  core: StreamCore,
): Promise<unknown> {
  const headers = { 'content-type': 'text/plain; charset=utf-8' }
  if (request.method === 'HEAD') return writeOnlyHead({ reply, headers })
  const gone = watchReader(reply)
  const pieces = await readFirst(open(gone), gone)
  if (pieces === null) return reply.hijack()
  return writeStream({ request, reply, core, gone, headers, pieces })
}
