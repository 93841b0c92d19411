// What is measured of event streams.
import type { Metric } from '../telemetry/metrics.ts'

export const streams: Metric<never> = {
  name: 'parley_streams',
  help: 'Event streams that are open on this server.',
  labels: [],
}
