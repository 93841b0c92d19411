// What is measured of webhook deliveries.
import type { Counter } from '../telemetry/metrics.ts'
import type { Verdict } from './rules/deliveries.ts'

const outcomes: readonly Verdict['type'][] = ['delivered', 'retry', 'failed']

export const deliveries: Counter<'outcome'> = {
  name: 'parley_deliveries_total',
  help: 'Tries of webhook deliveries that this server has made.',
  labels: ['outcome'],
  from_start: outcomes.map((outcome) => ({ outcome })),
}
