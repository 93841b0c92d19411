// Notes each answer once, when it is over: a line of the log, and a count. A stream is over too when its reader leaves.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Metrics } from '../telemetry/metrics.ts'
import { rate_limited, requests } from './metrics.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether its answer is written while it is produced, and notes itself. */
    is_stream: boolean
  }
}

/** Those that are not streams. */
export function noteAnswers(server: FastifyInstance, { metrics }: { metrics: Metrics }): void {
  metrics.declare(requests, rate_limited)
  server.decorateRequest('is_stream', false)
  server.addHook('onResponse', async (request, reply) => {
    if (!request.is_stream) noteAnswer(metrics, request, { status: reply.statusCode, ms: reply.elapsedTime })
  })
}

export function noteAnswer(
  metrics: Pick<Metrics, 'count'>,
  request: FastifyRequest,
  { status, ms }: { status: number; ms: number },
): void {
  const { method, routeOptions, error_code, is_stream } = request
  const { operation_id } = routeOptions.config as { operation_id?: string }
  if (operation_id !== undefined) metrics.count(requests, { operation: operation_id, status: String(status) })
  if (error_code === 'rate_limited') metrics.count(rate_limited, {})
  const level = error_code === 'overloaded' ? 'debug' : 'info'
  const more = is_stream ? { is_stream } : {}
  request.log[level]({ method, route: routeOptions.url, status, ms: Math.round(ms), ...more }, 'request')
}
