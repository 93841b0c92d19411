// What is measured of turns as they are carried out.
import type { Counter } from '../telemetry/metrics.ts'

export const taken_over: Counter<'outcome'> = {
  name: 'parley_turns_taken_over_total',
  help: 'Turns of servers that are gone, or that nobody had started, which this server took over.',
  labels: ['outcome'],
  from_start: [{ outcome: 'started' }, { outcome: 'failed' }],
}

export const tool_calls: Counter<'outcome'> = {
  name: 'parley_tool_calls_total',
  help: 'Calls of tools that this server has made.',
  labels: ['outcome'],
  from_start: [{ outcome: 'ok' }, { outcome: 'failed' }],
}
