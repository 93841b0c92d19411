// A collector of OpenTelemetry: OTLP over HTTP in JSON, as its specification has it. Refuses what is not.
import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

export interface ReceivedSpan {
  name: string
  trace: string
  id: string
  /** Null: it begins its trace. */
  parent: string | null
  /** `internal`, `server` or `client`. */
  kind: string
  is_error: boolean
  attributes: Record<string, unknown>
  linked: string[]
  ms: number
}

export interface ReceivedMetric {
  name: string
  unit: string
  kind: 'sum' | 'gauge' | 'histogram'
  points: { attributes: Record<string, unknown>; value: number; buckets?: number[]; bounds?: number[] }[]
}

export interface OtlpReceiver extends AsyncDisposable {
  /** To be set as OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string
  readonly spans: ReceivedSpan[]
  /** The latest of each name. */
  readonly metrics: Map<string, ReceivedMetric>
  /** Of each request. */
  readonly headers: IncomingHttpHeaders[]
  /** What every span says of its origin. */
  readonly resource: Record<string, unknown>
  /** Everything that was received, as it was. */
  text: string
  /** Of its answers: 200, or what the test sets. */
  status: number
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const receiver: OtlpReceiver = {
    ...{ url: '', spans: [], metrics: new Map(), headers: [], resource: {}, text: '', status: 200 },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  const server = createServer(async (request, response) => {
    const body = await readBody(request)
    receiver.headers.push(request.headers)
    if (receiver.status === 200) take(receiver, request, body)
    response.writeHead(receiver.status, { 'content-type': 'application/json' }).end('{}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return Object.assign(receiver, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const whole = Buffer.concat(chunks)
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(whole) : whole).toString()
}

function take(receiver: OtlpReceiver, { method, url, headers }: IncomingMessage, body: string): void {
  if (method !== 'POST' || headers['content-type'] !== 'application/json') throw new Error(`not OTLP: ${method} ${url}`)
  receiver.text += body
  const sent = JSON.parse(body) as { resourceSpans?: OpenResource[]; resourceMetrics?: OpenResource[] }
  if (url === '/v1/traces') {
    for (const { resource, scopeSpans = [] } of sent.resourceSpans!) {
      Object.assign(receiver.resource, attributesOf(resource.attributes))
      receiver.spans.push(...scopeSpans.flatMap(({ spans }) => spans.map(spanOf)))
    }
  } else if (url === '/v1/metrics') {
    for (const { scopeMetrics = [] } of sent.resourceMetrics!) {
      for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics))
        receiver.metrics.set(metric.name, metricOf(metric))
    }
  } else throw new Error(`not a path of OTLP: ${url}`)
}

interface OpenAttribute {
  key: string
  value: Record<string, unknown>
}

interface OpenResource {
  resource: { attributes: OpenAttribute[] }
  scopeSpans?: { spans: OpenSpan[] }[]
  scopeMetrics?: { metrics: OpenMetric[] }[]
}

interface OpenSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: OpenAttribute[]
  links: { spanId: string }[]
  status: { code?: number }
}

interface OpenPoint {
  attributes: OpenAttribute[]
  asDouble?: number
  sum?: number
  count?: string | number
  bucketCounts?: (string | number)[]
  explicitBounds?: number[]
}

interface OpenMetric {
  name: string
  unit: string
  sum?: { dataPoints: OpenPoint[]; isMonotonic: boolean; aggregationTemporality: number }
  gauge?: { dataPoints: OpenPoint[] }
  histogram?: { dataPoints: OpenPoint[]; aggregationTemporality: number }
}

function valueOf(value: Record<string, unknown>): unknown {
  const [[kind, own]] = Object.entries(value) as [[string, unknown]]
  if (kind === 'intValue') return Number(own)
  if (kind === 'arrayValue') return (own as { values: Record<string, unknown>[] }).values.map(valueOf)
  return own
}

const attributesOf = (attributes: OpenAttribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]))

function spanOf(span: OpenSpan): ReceivedSpan {
  if (!/^[\da-f]{32}$/.test(span.traceId) || !/^[\da-f]{16}$/.test(span.spanId)) throw new Error('a span without ids')
  return {
    name: span.name,
    trace: span.traceId,
    id: span.spanId,
    parent: span.parentSpanId || null,
    kind: ['unspecified', 'internal', 'server', 'client'][span.kind]!,
    is_error: span.status.code === 2,
    attributes: attributesOf(span.attributes),
    linked: span.links.map(({ spanId }) => spanId),
    ms: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
  }
}

function metricOf({ name, unit, sum, gauge, histogram }: OpenMetric): ReceivedMetric {
  const cumulative = 2
  for (const one of [sum, histogram]) {
    if (one && one.aggregationTemporality !== cumulative) throw new Error(`${name} does not count from its start`)
  }
  if (sum && !sum.isMonotonic) throw new Error(`${name} may fall`)
  const points = (sum ?? gauge ?? histogram)!.dataPoints.map((point) => ({
    attributes: attributesOf(point.attributes),
    value: point.asDouble ?? Number(point.count),
    ...(point.bucketCounts ? { buckets: point.bucketCounts.map(Number), bounds: point.explicitBounds! } : {}),
  }))
  return { name, unit, points, kind: sum ? 'sum' : gauge ? 'gauge' : 'histogram' }
}
