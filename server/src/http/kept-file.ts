// A file in memory, shared by all requests and sent in pieces, so that a client that does not read occupies only one piece.
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { accepts } from './accept.ts'

const piece_bytes = 65_536

export type SendFile = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

/** `headers` can allow more caching than asking each time whether it has changed. */
export function keepFile(plain: Buffer, headers: Record<string, string>): SendFile {
  const etag = `W/"${createHash('sha256').update(plain).digest('base64url')}"`
  let zipped: Promise<Buffer> | undefined
  return async (request, reply) => {
    reply.headers({ 'cache-control': 'no-cache', ...headers, etag, vary: 'accept-encoding' })
    if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send()
    const isZipped = accepts(request.headers['accept-encoding'], 'gzip')
    const bytes = isZipped ? await (zipped ??= promisify(gzip)(plain)) : plain
    if (isZipped) reply.header('content-encoding', 'gzip')
    return reply.header('content-length', bytes.length).send(Readable.from(cut(bytes)))
  }
}

function* cut(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += piece_bytes) yield bytes.subarray(start, start + piece_bytes)
}
