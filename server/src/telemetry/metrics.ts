// Times and ages for the operator, in Prometheus' text format. Without a port for them nothing is measured.
import type { Histogram as OpenHistogram, Registry } from 'prom-client'
import type { Clock } from '../base/ports.ts'

/** What is measured. Its name begins with `parley_` and ends with the unit. No id is ever a label. */
export interface Metric<Label extends string = string> {
  name: string
  help: string
  labels: readonly Label[]
}

export interface Histogram<Label extends string = string> extends Metric<Label> {
  /** Upper bounds, in the unit. */
  buckets: readonly number[]
}

export type Labels<Label extends string> = Readonly<Record<Label, string>>

export interface Sample<Label extends string = string> {
  labels: Labels<Label>
  value: number
}

export interface Metrics {
  /** Names them to readers from now on, before anything is observed. */
  declare(...histograms: readonly Histogram[]): void
  observe<Label extends string>(histogram: Histogram<Label>, labels: Labels<Label>, value: number): void
  /** `read` is called when somebody reads the metrics, and at most every 15 s. */
  watch<Label extends string>(gauge: Metric<Label>, read: () => Promise<readonly Sample<Label>[]>): void
  render(): Promise<string>
}

export const metrics_media_type = 'text/plain; version=0.0.4; charset=utf-8'

export const noMetrics: Metrics = {
  declare: () => {},
  observe: () => {},
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

export async function createMetrics({ clock, onError }: MetricsOptions): Promise<Metrics> {
  // Loaded only where it is used.
  const { Gauge, Histogram, Registry } = await import('prom-client')
  const registry: Registry = new Registry()
  const histograms = new Map<string, OpenHistogram>()
  const refreshes: (() => Promise<void>)[] = []
  const open = ({ name, help, labels, buckets }: Histogram): OpenHistogram => {
    const known = histograms.get(name)
    if (known) return known
    const made = new Histogram({
      ...{ name, help, labelNames: [...labels], buckets: [...buckets] },
      registers: [registry],
    })
    histograms.set(name, made)
    return made
  }
  return {
    declare: (...declared) => declared.forEach(open),
    observe: (histogram, labels, value) => open(histogram).observe(labels, value),
    watch({ name, help, labels }, read) {
      const gauge = new Gauge({ name, help, labelNames: [...labels], registers: [registry] })
      let read_at = -Infinity
      refreshes.push(async () => {
        const now = clock.monotonic()
        if (now - read_at < shared_ms) return
        read_at = now
        try {
          const samples = await read()
          gauge.reset()
          for (const { labels, value } of samples) gauge.set(labels, value)
        } catch (error) {
          // Rather nothing than what is out of date.
          gauge.reset()
          onError(error as Error)
        }
      })
    },
    async render() {
      await Promise.all(refreshes.map((refresh) => refresh()))
      return registry.metrics()
    },
  }
}
