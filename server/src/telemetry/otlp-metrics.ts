// The figures of the metrics as OpenTelemetry tells them. Loaded only where there is a collector.
import { ValueType } from '@opentelemetry/api'
import { AggregationTemporality, DataPointType, type MetricData, type ScopeMetrics } from '@opentelemetry/sdk-metrics'
import type { MetricObjectWithValues, MetricValue } from 'prom-client'

type Found = MetricObjectWithValues<MetricValue<string>>
type Time = [seconds: number, nanoseconds: number]

/** Counts since the start of the process. */
export function describeMetrics(found: Found[], begun_ms: number, now_ms: number): { scopeMetrics: ScopeMetrics[] } {
  const times = { startTime: timeOf(begun_ms), endTime: timeOf(now_ms) }
  return { scopeMetrics: [{ scope: { name: 'parley' }, metrics: found.map((one) => describe(one, times)) }] }
}

interface Times {
  startTime: Time
  endTime: Time
}

const timeOf = (ms: number): Time => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)]

function describe(found: Found, times: Times): MetricData {
  const { name, help, type, values } = found
  const base = {
    descriptor: { name, description: help, unit: unitOf(name), valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }
  // The library's types say that it is a number; it is a word.
  const kind = String(type)
  if (kind === 'histogram')
    return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints: histogramsOf(values, times) }
  const dataPoints = values.map(({ labels, value }) => ({
    ...times,
    attributes: { ...labels } as Record<string, string>,
    value,
  }))
  if (kind === 'counter') return { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
  return { ...base, dataPointType: DataPointType.GAUGE, dataPoints }
}

function unitOf(name: string): string {
  if (name.endsWith('_seconds')) return 's'
  return name.endsWith('_bytes') ? 'By' : ''
}

/** Prometheus counts what is in a bucket or below; OpenTelemetry what is in it. */
function histogramsOf(values: Found['values'], times: Times) {
  const all = new Map<
    string,
    { labels: Record<string, string>; below: [bound: number, count: number][]; sum: number }
  >()
  for (const { labels, value, metricName } of values as (MetricValue<string> & { metricName?: string })[]) {
    const { le, ...own } = labels as Record<string, string | number>
    const key = JSON.stringify(own)
    const one = all.get(key) ?? { labels: own as Record<string, string>, below: [], sum: 0 }
    all.set(key, one)
    if (le !== undefined) one.below.push([le === '+Inf' ? Infinity : Number(le), value])
    else if (metricName?.endsWith('_sum')) one.sum = value
  }
  return [...all.values()].map(({ labels, below, sum }) => {
    const sorted = below.toSorted(([a], [b]) => a - b)
    const counts = sorted.map(([, count], index) => count - (sorted[index - 1]?.[1] ?? 0))
    const boundaries = sorted.map(([bound]) => bound).filter(Number.isFinite)
    const value = { buckets: { boundaries, counts }, sum, count: sorted.at(-1)?.[1] ?? 0 }
    return { ...times, attributes: labels, value }
  })
}
