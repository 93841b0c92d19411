// What is measured of the load of this server, and of what it refuses because of it.
import type { Counter, Histogram, Metric } from '../telemetry/metrics.ts'
import type { Refusable, WhyRefused } from './rules/load.ts'

const loads: readonly Refusable[] = ['bulk', 'normal']
const reasons: readonly WhyRefused[] = ['pressure', 'turns', 'share']

export const shed: Counter<'load' | 'reason'> = {
  name: 'parley_shed_total',
  help: 'Calls that were refused with 503 because the server has too much to do.',
  labels: ['load', 'reason'],
  from_start: loads.flatMap((load) => reasons.map((reason) => ({ load, reason }))),
}

export const loop_delay: Histogram<never> = {
  name: 'parley_event_loop_delay_seconds',
  help: 'Mean delay of the event loop, over each half second.',
  labels: [],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.15, 0.3, 1],
}

export const memory: Metric<never> = {
  name: 'parley_memory_bytes',
  help: 'Memory of the process that is resident.',
  labels: [],
}

export const running_turns: Metric<never> = {
  name: 'parley_turns_running',
  help: 'Turns that run on this server.',
  labels: [],
}
