// Counts, times and ages for the operator, in Prometheus' text format. Without a reader for them nothing is measured.
import type { Counter as OpenCounter, Gauge as OpenGauge, Histogram as OpenHistogram, Registry } from 'prom-client'
import type { Clock } from '../base/ports.ts'

/** What is measured. Its name begins with `parley_` and ends with the unit, or `_total`. No id is ever a label. */
export interface Metric<Label extends string = string> {
  name: string
  help: string
  labels: readonly Label[]
}

export interface Histogram<Label extends string = string> extends Metric<Label> {
  /** Upper bounds, in the unit. */
  buckets: readonly number[]
}

export interface Counter<Label extends string = string> extends Metric<Label> {
  /** What is told as 0 until something is counted: an increase from nothing cannot be seen. */
  from_start?: readonly Labels<Label>[]
}

export type Labels<Label extends string> = Readonly<Record<Label, string>>

export interface Sample<Label extends string = string> {
  labels: Labels<Label>
  value: number
}

export interface Metrics {
  /** Names them to readers from now on, before anything is observed. */
  declare(...metrics: readonly (Histogram | Counter)[]): void
  observe<Label extends string>(histogram: Histogram<Label>, labels: Labels<Label>, value: number): void
  /** `by`: default 1. */
  count<Label extends string>(counter: Counter<Label>, labels: Labels<Label>, by?: number): void
  /** Of this server: `read` is called whenever somebody reads the metrics. */
  show<Label extends string>(gauge: Metric<Label>, read: () => readonly Sample<Label>[]): void
  /** Of all servers: `read` is called when somebody reads the metrics, and at most every 15 s. */
  watch<Key extends string>(
    gauges: Readonly<Record<Key, Metric>>,
    read: () => Promise<Record<Key, readonly Sample[]>>,
  ): void
  render(): Promise<string>
}

export const metrics_media_type = 'text/plain; version=0.0.4; charset=utf-8'

export const noMetrics: Metrics = {
  declare: () => {},
  observe: () => {},
  count: () => {},
  show: () => {},
  watch: () => {},
  render: () => Promise.resolve(''),
}

/** What all nodes share is read from the database no more often. */
const shared_ms = 15_000

export interface MetricsOptions {
  clock: Pick<Clock, 'monotonic'>
  /** A gauge could not be read. The other metrics are rendered. */
  onError: (error: Error) => void
}

export interface OpenMetrics extends Metrics {
  /** `shared`: with what all servers share, whose database may be closed at the end. */
  read(shared?: boolean): Promise<Registry>
}

export async function createMetrics({ clock, onError }: MetricsOptions): Promise<OpenMetrics> {
  // Loaded only where it is used.
  const { Counter, Gauge, Histogram, Registry } = await import('prom-client')
  const registry: Registry = new Registry()
  const registers = [registry]
  const opened = new Map<string, OpenHistogram | OpenCounter>()
  const refreshes: (() => void)[] = []
  const shared_refreshes: (() => Promise<void>)[] = []

  function openHistogram({ name, help, labels, buckets }: Histogram): OpenHistogram {
    const known = opened.get(name)
    if (known) return known as OpenHistogram
    const made = new Histogram({ ...{ name, help, labelNames: [...labels], buckets: [...buckets] }, registers })
    opened.set(name, made)
    return made
  }

  function openCounter({ name, help, labels, from_start = [] }: Counter): OpenCounter {
    const known = opened.get(name)
    if (known) return known as OpenCounter
    const made = new Counter({ name, help, labelNames: [...labels], registers })
    for (const each of from_start) made.inc(each, 0)
    opened.set(name, made)
    return made
  }

  function openGauge({ name, help, labels }: Metric): OpenGauge {
    const made = new Gauge({ name, help, labelNames: [...labels], registers })
    setAll(made, [])
    return made
  }

  async function read(shared = true): Promise<Registry> {
    for (const refresh of refreshes) refresh()
    if (shared) await Promise.all(shared_refreshes.map((refresh) => refresh()))
    return registry
  }

  return {
    declare: (...metrics) => {
      for (const one of metrics) if ('buckets' in one) openHistogram(one)
      for (const one of metrics) if (!('buckets' in one)) openCounter(one)
    },
    observe: (histogram, labels, value) => openHistogram(histogram).observe(labels, value),
    count: (counter, labels, by = 1) => openCounter(counter as Counter).inc(labels, by),
    show(metric, readNow) {
      const gauge = openGauge(metric)
      refreshes.push(() => setAll(gauge, readNow()))
    },
    watch(metrics, readShared) {
      const gauges = Object.entries<Metric>(metrics).map(([key, metric]) => [key, openGauge(metric)] as const)
      let read_at = -Infinity
      shared_refreshes.push(async () => {
        const now = clock.monotonic()
        if (now - read_at < shared_ms) return
        read_at = now
        try {
          const samples: Record<string, readonly Sample[]> = await readShared()
          for (const [key, gauge] of gauges) setAll(gauge, samples[key]!)
        } catch (error) {
          // Rather nothing than what is out of date.
          for (const [, gauge] of gauges) setAll(gauge, [])
          onError(error as Error)
        }
      })
    },
    read,
    render: async () => (await read()).metrics(),
  }
}

/** What has no sample any more is gone. The library tells 0 of a gauge without labels that nobody has set. */
function setAll(gauge: OpenGauge, samples: readonly Sample[]): void {
  gauge.reset()
  gauge.remove({})
  for (const { labels, value } of samples) gauge.set(labels, value)
}

const most_names = 100

/** Names that others choose, as labels: the first 100 as they are, every later one `other`. */
export function createNames(most = most_names): (name: string) => string {
  const known = new Set<string>()
  return (name) => {
    if (known.has(name)) return name
    if (known.size >= most) return 'other'
    known.add(name)
    return name
  }
}
