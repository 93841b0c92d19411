// Plain text that is sent as it is written; an error before the first piece becomes a normal error response.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Core } from '../calls/core.ts'
import type { TextStream } from '../calls/event-stream.ts'
import { watchReader, writeStream } from './stream.ts'

export async function sendTextStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { open }: TextStream,
  core: Pick<Core, 'ports' | 'node'>,
): Promise<unknown> {
  const gone = watchReader(reply)
  const rest = open(gone)[Symbol.asyncIterator]()
  const first = await rest.next().catch((error: unknown) => {
    if (!gone.aborted) throw error
    return null
  })
  // The client has disconnected, so there is nothing to report.
  if (first === null) return reply.hijack()
  const pieces = () => join(first, rest)
  return writeStream({ request, reply, core, gone, content_type: 'text/plain; charset=utf-8', pieces })
}

async function* join(first: IteratorResult<string>, rest: AsyncIterator<string>): AsyncGenerator<string> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}
