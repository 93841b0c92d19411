// A request as a span: from its headers to the end of its answer.
import type { Operation } from '@parley/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Span, Traces } from '../telemetry/traces.ts'

/** Part of the caller's trace, if they name one. */
export function beginSpan(traces: Traces, operation: Operation, request: FastifyRequest, reply: FastifyReply): Span {
  const { traceparent } = request.headers
  const span = traces.begin(operation.id, {
    kind: 'server',
    parent: { traceparent: Array.isArray(traceparent) ? traceparent[0] : traceparent },
    attributes: {
      'http.request.method': operation.method,
      'http.route': operation.path,
      'parley.request.id': request.id,
    },
  })
  reply.raw.once('close', () => {
    const { principal, error_code, is_stream } = request
    const { statusCode, headersSent, writableFinished } = reply.raw
    span.set({
      'http.response.status_code': headersSent ? statusCode : undefined,
      'parley.organization.id': principal && 'access' in principal ? principal.access.organization_id : undefined,
    })
    // A reader leaves a stream when they have read enough.
    if (!writableFinished && !is_stream) span.fail('disconnected')
    else if (statusCode >= 500) span.fail(error_code ?? String(statusCode))
    span.end()
  })
  return span
}
