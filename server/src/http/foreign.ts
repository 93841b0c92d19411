// Requests of programs that know nothing of this server: their bodies are read as they are, whatever their type says.
import type { Operation } from '@parley/contract'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ForeignRequest } from '../calls/call.ts'
import type { CallRequest } from './call-request.ts'

/** Routes that take them read any body as bytes. */
export async function acceptForeign<Each extends Operation>(
  server: FastifyInstance,
  operations: readonly Each[],
  register: (within: FastifyInstance, operation: Each) => void,
): Promise<void> {
  await server.register(async (within) => {
    within.removeAllContentTypeParsers()
    within.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
      request.body_bytes = body.length
      return body
    })
    for (const operation of operations) if (operation.foreign) register(within, operation)
  })
}

export function foreignRequestOf({ method, headers, url, body }: CallRequest): ForeignRequest {
  const named = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  )
  const start = url.indexOf('?')
  return {
    method,
    headers: Object.fromEntries(named),
    query: start < 0 ? '' : url.slice(start + 1),
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  }
}
