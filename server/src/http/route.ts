// An operation as a route: authenticate → limit → authorize → validate → invoke → serialize.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Core } from '../calls/core.ts'
import { EventStream, FileStream, ForeignAnswer, TextStream } from '../calls/event-stream.ts'
import type { Principal } from '../calls/principal.ts'
import { type Admission, type IsStillAdmitted, admit, chargeForFile } from './admission.ts'
import { type AnyOperation, createCarrier } from './carry-out.ts'
import type { Connections } from './connections.ts'
import { beginSpan } from './span.ts'
import { type Span, noSpan } from '../telemetry/traces.ts'
import { sendEventStream } from './event-stream.ts'
import { sendFileStream } from './file-stream.ts'
import { beginLargeBody, beginLargeAnswer } from './large.ts'
import { compileSerializer } from './serializer.ts'
import { sendTextStream } from './text-stream.ts'
import { type Uploads, refuseEncodedBody } from './uploads.ts'

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null
    /** Bytes of the body that were read. */
    body_bytes: number
    /** Bytes of a streamed response. */
    streamed_bytes: number
    span: Span
  }
}

export interface RouteOptions {
  core: Core
  admission: Admission
  uploads: Uploads
  connections: Pick<Connections, 'askForBody'>
}

/** Nobody is known yet, and nothing that is asked for is long. */
const sign_in_bytes = 16_384

export function registerOperation(
  server: FastifyInstance,
  { core, admission, uploads, connections }: RouteOptions,
  operation: AnyOperation,
): void {
  const { reader, call, originOf, charge } = createCarrier({ core, admission }, operation, 'http')
  const { status, schema } = operation.success
  server.route({
    method: operation.foreign ? [...operation.foreign.methods] : operation.method,
    url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    schema: { response: schema ? { [status]: schema } : {} },
    serializerCompiler: compileSerializer,
    config: { operation_id: operation.id },
    ...(operation.sign_in ? { bodyLimit: Math.min(sign_in_bytes, core.config.limits.body_bytes) } : {}),
    // Before the body is read, so that callers without permission get no further.
    onRequest: async (request, reply) => {
      request.span = core.traces.isOn ? beginSpan(core.traces, operation, request, reply) : noSpan
      request.principal = await admit(admission, operation, request, reply)
      if (operation.foreign || operation.upload || takesPlainBody(operation)) refuseEncodedBody(request)
      if (request.headers.expect !== undefined) connections.askForBody(request.raw, reply.raw)
    },
    onResponse: async (request, reply) => charge(request, Number(reply.getHeader('content-length') ?? 0)),
    handler: (request, reply) => core.traces.within(request.span, () => answer(request, reply)),
  })

  async function answer(request: FastifyRequest, reply: FastifyReply) {
    await beginLargeBody(core.pieces, request)
    const { output } = await (uploads.isUpload(request, operation) ? callWithFile : call)(request, reply)
    if (output instanceof ForeignAnswer) return reply.code(output.status).send(output.body)
    if (output instanceof EventStream || output instanceof TextStream || output instanceof FileStream) {
      const isStillAdmitted = admission.readmission(operation, request)
      const sent = sendStream(request, reply, output, { core, isStillAdmitted })
      return sent.finally(() => charge(request, request.streamed_bytes))
    }
    await beginLargeAnswer(core.pieces, request, output)
    return reply.code(status).send(output)
  }

  /** The file is stored before the call, which keeps it or not. Its key stands for the file's bytes. */
  async function callWithFile(request: FastifyRequest, reply: FastifyReply) {
    const { idempotency_key, ...head } = reader.readHead(request)
    const upload = await uploads.receive(request, operation)
    let isKept = false
    try {
      const { file } = upload
      chargeForFile(admission, request.principal!, file.blob.bytes)
      const input = { ...head, ...reader.readMetadata(upload.metadata), file }
      const { name, media_type, blob } = file
      const body = {
        file: { name, media_type, sha256: blob.sha256.toString('hex') },
        metadata: upload.metadata ?? null,
      }
      const origin = originOf(request, reply, { key: idempotency_key, body, foreign: null })
      const answered = await core.invoke(operation.id, request.principal, input as never, origin)
      isKept = !answered.replayed
      return answered
    } finally {
      if (!isKept) await uploads.discard(request, upload)
    }
  }
}

/** Elsewhere compatible clients may send the header beside a body that has none. */
const takesPlainBody = ({ body, path }: AnyOperation) => body !== undefined && path.startsWith('/knowledge-base/')

function sendStream(
  request: FastifyRequest,
  reply: FastifyReply,
  output: EventStream | TextStream | FileStream,
  keeping: { core: Core; isStillAdmitted: IsStillAdmitted },
): Promise<unknown> {
  if (output instanceof EventStream) return sendEventStream(request, reply, output, keeping)
  if (output instanceof FileStream) return sendFileStream(request, reply, output, keeping.core)
  return sendTextStream(request, reply, output, keeping.core)
}
