// A file as a download, written at the reader's pace; no browser shows it as a page of this server.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FileStream } from '../calls/event-stream.ts'
import { describeDownload } from './rules/content-disposition.ts'
import { type StreamCore, readFirst, watchReader, writeOnlyHead, writeStream } from './stream.ts'

export async function sendFileStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { open, name, media_type, bytes }: FileStream,
  core: StreamCore,
): Promise<unknown> {
  const headers = {
    'content-type': media_type,
    ...(bytes === null ? {} : { 'content-length': String(bytes) }),
    'cache-control': 'no-store',
    'content-disposition': describeDownload(name),
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  }
  if (request.method === 'HEAD') return writeOnlyHead({ reply, headers })
  const gone = watchReader(reply)
  const pieces = await readFirst(open(gone), gone)
  if (pieces === null) return reply.hijack()
  return writeStream({ request, reply, core, gone, headers, pieces })
}
