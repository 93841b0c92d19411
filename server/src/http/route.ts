// An operation as a route: authenticate → limit → authorize → validate → invoke → serialize.
import type { Operation, OperationId } from '@parley/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { PublicContext } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import { EventStream, TextStream } from '../calls/event-stream.ts'
import type { Checked, Origin } from '../calls/call.ts'
import type { Principal } from '../calls/principal.ts'
import { acceptsEventStream } from './accept.ts'
import { type Admission, type IsStillAdmitted, admit, chargeForAnswer, chargeForBody } from './admission.ts'
import { createEdge } from './cookies.ts'
import { sendEventStream } from './event-stream.ts'
import { createInputReader } from './input.ts'
import { sendTextStream } from './text-stream.ts'

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null
    /** Bytes of the body that were read. */
    body_bytes: number
    /** Bytes of a streamed response. */
    streamed_bytes: number
  }
}

export function registerOperation(
  server: FastifyInstance,
  core: Core,
  admission: Admission,
  operation: Operation & { id: OperationId },
): void {
  const readInput = createInputReader(operation)
  const { status, schema } = operation.success
  server.route({
    method: operation.method,
    url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    schema: { response: schema ? { [status]: schema } : {} },
    config: { operation_id: operation.id },
    // Before the body is read, so that callers without permission get no further.
    onRequest: async (request, reply) => {
      request.principal = await admit(admission, operation, request, reply)
    },
    onResponse: async (request, reply) =>
      chargeForAnswer(admission, operation, request, Number(reply.getHeader('content-length') ?? 0)),
    handler: async (request, reply) => {
      chargeForBody(admission, operation, request, reply)
      const { idempotency_key, ...input } = readInput(request)
      const key = typeof idempotency_key === 'string' ? idempotency_key : null
      const call = core.invoke(
        operation.id,
        request.principal,
        input as Checked<never>,
        originOf(core, request, reply, key),
      )
      // Frees the body, which is no longer needed: the call may wait for minutes.
      request.body = undefined
      const { output } = await call
      if (output instanceof EventStream || output instanceof TextStream) {
        const isStillAdmitted = admission.readmission(operation, request)
        return sendStream(request, reply, output, { core, isStillAdmitted }).finally(() =>
          chargeForAnswer(admission, operation, request, request.streamed_bytes),
        )
      }
      return reply.code(status).send(output)
    },
  })
}

function sendStream(
  request: FastifyRequest,
  reply: FastifyReply,
  output: EventStream | TextStream,
  keeping: { core: Core; isStillAdmitted: IsStillAdmitted },
): Promise<unknown> {
  return output instanceof EventStream
    ? sendEventStream(request, reply, output, keeping)
    : sendTextStream(request, reply, output, keeping.core)
}

function originOf({ config }: Core, request: FastifyRequest, reply: FastifyReply, key: string | null): Origin {
  const { method, body } = request
  const { conversation_id = null } = request.params as { conversation_id?: string }
  const path = request.url.split('?', 1)[0]!
  return {
    via: 'http',
    request_id: request.id,
    log: request.log as PublicContext['log'],
    accepts_stream: acceptsEventStream(request.headers.accept),
    key: key === null ? null : { value: key, method, path, body, conversation_id },
    edge: createEdge(request, reply, config.sign_in),
  }
}
