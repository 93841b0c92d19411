// What the operator is told beside the log: metrics on a port of their own, and traces and metrics for a collector. What nobody asks for
// is neither loaded nor measured.
import type { Logger } from 'pino'
import type { Ports } from './base/ports.ts'
import type { Config } from './config/config.ts'
import { listenForMetrics } from './http/metrics-listener.ts'
import { type Metrics, type OpenMetrics, createMetrics, noMetrics } from './telemetry/metrics.ts'
import { createTraceHosts } from './telemetry/trace-hosts.ts'
import { type Traces, noTraces } from './telemetry/traces.ts'

export interface Telemetry {
  metrics: Metrics
  /** Where metrics are read, if they have a port. */
  metrics_url: string | null
  traces: Traces
}

interface Parts {
  config: Config
  log: Logger
  ports: Ports
  node_id: string
}

export async function provideTelemetry(parts: Parts, stack: AsyncDisposableStack): Promise<Telemetry> {
  const { config, log, ports } = parts
  const { metrics_port, telemetry } = config
  const { otlp_endpoint } = telemetry
  if (metrics_port === undefined && otlp_endpoint === undefined) {
    return { metrics: noMetrics, metrics_url: null, traces: noTraces }
  }
  const onError = (error: Error) => log.warn({ err: error }, 'could not read metrics')
  const metrics = await createMetrics({ clock: ports.clock, onError })
  const traces = otlp_endpoint === undefined ? noTraces : await sendTraces(parts, otlp_endpoint, metrics, stack)
  const metrics_url = metrics_port === undefined ? null : await listen(parts, metrics_port, metrics, stack)
  return { metrics, metrics_url, traces }
}

async function listen({ config, log }: Parts, port: number, metrics: Metrics, stack: AsyncDisposableStack) {
  const onError = (error: Error) => log.warn({ err: error }, 'could not answer a reader of metrics')
  const { url } = stack.use(await listenForMetrics({ metrics, port, token: config.metrics_token, onError }))
  log.info({ url }, 'metrics can be read')
  return url
}

async function sendTraces(
  { config, log, ports, node_id }: Parts,
  otlp_endpoint: string,
  metrics: OpenMetrics,
  stack: AsyncDisposableStack,
): Promise<Traces> {
  const { openOtlp } = await import('./telemetry/otlp.ts')
  const { clock } = ports
  return stack.use(
    openOtlp({
      config: { ...config.telemetry, otlp_endpoint },
      ...{ node_id, clock, metrics },
      isTraced: createTraceHosts(config.telemetry.trace_hosts),
      onError: (error) =>
        log.warn({ reason: error.message }, 'could not send metrics to the collector; trying again in a minute'),
    }),
  )
}
