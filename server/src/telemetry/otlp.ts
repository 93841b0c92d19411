// Sends spans, and the figures of `metrics.ts`, to a collector of OpenTelemetry. Loaded only where there is one.
import { AsyncLocalStorage } from 'node:async_hooks'
import { ROOT_CONTEXT, type Span as OpenSpan, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Clock } from '../base/ports.ts'
import { version } from '../base/version.ts'
import type { TelemetryConfig } from '../config/telemetry.ts'
import type { Counter, OpenMetrics } from './metrics.ts'
import { describeMetrics } from './otlp-metrics.ts'
import { type SpanQueue, createSpanQueue } from './span-queue.ts'
import type { Span, SpanOptions, Traces } from './traces.ts'

const spans_dropped: Counter<never> = {
  name: 'parley_spans_dropped_total',
  help: 'Spans that were not sent to the collector, because too many waited or it did not take them.',
  labels: [],
}

/** Between two reports of metrics. */
const metrics_ms = 60_000
/** With its tries. */
const export_timeout_ms = 5000
/** How long a server that stops waits for the collector. */
const last_ms = 2000
/** Of an attribute: captured content is cut off there. */
const most_characters = 32_768

export interface OtlpOptions {
  config: TelemetryConfig & { otlp_endpoint: string }
  node_id: string
  clock: Clock
  metrics: OpenMetrics
  /** Whether requests to this address carry the trace. */
  isTraced: (url: URL) => boolean
  onError: (error: Error) => void
}

export function openOtlp(options: OtlpOptions): Traces & AsyncDisposable {
  const { config, node_id, clock, metrics, isTraced } = options
  const resource = resourceFromAttributes({
    'service.name': config.service_name,
    'service.version': version,
    'service.instance.id': node_id,
  })
  const send = { headers: { ...config.otlp_headers }, timeoutMillis: export_timeout_ms }
  const exporter = new OTLPTraceExporter({ ...send, url: `${config.otlp_endpoint}/v1/traces` })
  metrics.declare(spans_dropped)
  const queue = createSpanQueue<ReadableSpan>({
    clock,
    send: (spans) => exported((done) => exporter.export(spans, done)),
    onDropped: (count) => metrics.count(spans_dropped, {}, count),
  })
  const reports = reportMetrics(
    options,
    resource,
    new OTLPMetricExporter({ ...send, url: `${config.otlp_endpoint}/v1/metrics` }),
  )
  const tracer = createTracer(resource, queue)
  const current = new AsyncLocalStorage<OpenSpan | undefined>()
  return {
    isOn: true,
    captures_content: config.captures_content,
    begin: (name, spanOptions = {}) => new OwnSpan(beginSpan(tracer, current.getStore(), name, spanOptions)),
    within: (span, work) => current.run((span as OwnSpan).open, work),
    outside: (work) => current.run(undefined, work),
    traceparentFor(url) {
      const span = current.getStore()
      return span && isTraced(url) ? formatTraceparent(span) : null
    },
    async [Symbol.asyncDispose]() {
      const sendLast = async () => {
        await Promise.all([queue.close(), reports.stop()])
        await Promise.all([exporter.shutdown(), reports.close()])
      }
      await within(clock, last_ms, sendLast())
    },
  }
}

type Resource = ReturnType<typeof resourceFromAttributes>

function createTracer(resource: Resource, queue: SpanQueue<ReadableSpan>) {
  const processor = {
    onStart: () => {},
    onEnd: (span: ReadableSpan) => queue.add(span),
    forceFlush: () => queue.flush(),
    shutdown: () => Promise.resolve(),
  }
  const spanLimits = { attributeValueLengthLimit: most_characters }
  return new TracerProvider({ resource, spanProcessors: [processor], spanLimits }).getTracer('parley', version)
}

type Tracer = ReturnType<typeof createTracer>

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT }

function beginSpan(
  tracer: Tracer,
  around: OpenSpan | undefined,
  name: string,
  { kind, attributes = {}, parent }: SpanOptions,
): OpenSpan {
  const given = typeof parent === 'object' ? parseTraceparent(parent.traceparent) : null
  const outer = given ? trace.setSpanContext(ROOT_CONTEXT, given) : ROOT_CONTEXT
  const inside = parent === undefined && around ? trace.setSpan(ROOT_CONTEXT, around) : outer
  // What follows from something is told of it, without being a part of it.
  const links = parent === 'none' && around ? [{ context: around.spanContext() }] : []
  return tracer.startSpan(
    name,
    { kind: kind ? kinds[kind] : SpanKind.INTERNAL, attributes: toOwn(attributes), links },
    inside,
  )
}

const toOwn = (attributes: SpanOptions['attributes']) => attributes as Record<string, string>

class OwnSpan implements Span {
  readonly open: OpenSpan

  constructor(open: OpenSpan) {
    this.open = open
  }

  set(attributes: NonNullable<SpanOptions['attributes']>): void {
    this.open.setAttributes(toOwn(attributes))
  }

  fail(why: string): void {
    this.open.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', why)
  }

  end(): void {
    this.open.end()
  }
}

function formatTraceparent(span: OpenSpan): string {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`
}

/** Null: it is missing or not valid. What another program wants to have kept is kept: sampling is the collector's. */
export function parseTraceparent(header: string | undefined) {
  const [, traceId, spanId] =
    /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-[\da-f]{2}(?:-|$)/.exec(header ?? '') ?? []
  return traceId && spanId ? { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true } : null
}

function reportMetrics({ metrics, clock, onError }: OtlpOptions, resource: Resource, exporter: OTLPMetricExporter) {
  const begun_ms = clock.now()
  let isStopped = false
  const report = async (shared: boolean): Promise<void> => {
    try {
      const found = await (await metrics.read(shared)).getMetricsAsJSON()
      const described: ResourceMetrics = { resource, ...describeMetrics(found, begun_ms, clock.now()) }
      await exported((done) => exporter.export(described, done))
    } catch (error) {
      onError(error as Error)
    }
  }
  const reportLater = () =>
    clock.after(metrics_ms, () => {
      void report(true)
      if (!isStopped) stopTimer = reportLater()
    })
  let stopTimer = reportLater()
  return {
    stop() {
      isStopped = true
      stopTimer()
      return report(false)
    },
    close: () => exporter.shutdown(),
  }
}

function exported(begin: (done: (result: { code: number; error?: Error }) => void) => void): Promise<void> {
  return new Promise((resolve, reject) =>
    begin(({ code, error }) => (code === 0 ? resolve() : reject(error ?? new Error('the collector took nothing')))),
  )
}

function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = clock.after(ms, resolve)
  return Promise.race([promise, work.catch(() => {})]).finally(stop)
}
