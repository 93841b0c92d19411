// Carries out an operation for a request: charge → read → invoke. Every transport that takes requests goes this way (P1).
import type { Operation, OperationId } from '@parley/contract'
import type { FastifyRequest } from 'fastify'
import type { Answered, Checked, ForeignRequest, Origin } from '../calls/call.ts'
import type { Core } from '../calls/core.ts'
import { acceptsEventStream } from './accept.ts'
import { type Admission, chargeForAnswer, chargeForBody, requestOriginOf } from './admission.ts'
import type { CallReply, CallRequest } from './call-request.ts'
import { createEdge } from './cookies.ts'
import { foreignRequestOf } from './foreign.ts'
import { type InputReader, createInputReader } from './input.ts'

export type AnyOperation = Operation & { id: OperationId }

export interface Carrying {
  core: Core
  admission: Admission
}

export type Via = 'http' | 'mcp'

/** One for each operation and transport. */
export interface Carrier {
  readonly reader: InputReader
  /** Of a request that is admitted. */
  call(request: CallRequest, reply: CallReply): Promise<Answered<never>>
  originOf(request: CallRequest, reply: CallReply, sent: Sent): Origin
  /** For what was answered. */
  charge(request: CallRequest, bytes: number): void
}

interface Sent {
  key: unknown
  body: unknown
  foreign: ForeignRequest | null
}

export function createCarrier({ core, admission }: Carrying, operation: AnyOperation, via: Via): Carrier {
  const reader = createInputReader(operation)
  const originOf = (request: CallRequest, reply: CallReply, { key, body, foreign }: Sent): Origin => {
    const { method } = request
    const { conversation_id = null } = request.params as { conversation_id?: string }
    const path = request.url.split('?', 1)[0]!
    const from = requestOriginOf(admission, request)
    return {
      via,
      request_id: request.id,
      log: request.log as Origin['log'],
      accepts_stream: acceptsEventStream(request.headers.accept),
      key: typeof key === 'string' ? { value: key, method, path, body, conversation_id } : null,
      edge: createEdge(request, reply, { ...core.config.sign_in, foreign, from }),
      depth: readDepth(request.headers['parley-depth']),
    }
  }
  return {
    reader,
    originOf,
    charge: (request, bytes) => chargeForAnswer(admission, operation, request, bytes),
    call(request, reply) {
      chargeForBody(admission, operation, request, reply)
      const { idempotency_key, ...input } = reader.read(request)
      const foreign = operation.foreign ? foreignRequestOf(request) : null
      const origin = originOf(request, reply, { key: idempotency_key, body: request.body, foreign })
      const answered = core.invoke(operation.id, request.principal, input as Checked<never>, origin)
      // Frees the body, which is no longer needed: the call may wait for minutes.
      request.body = undefined
      return answered as Promise<Answered<never>>
    },
  }
}

/** As requests of workflows and tools say it. */
function readDepth(header: FastifyRequest['headers'][string]): number {
  return typeof header === 'string' && /^\d{1,4}$/.test(header) ? Number(header) : 0
}
