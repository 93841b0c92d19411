// What is measured of analyses.
import type { Counter } from '../telemetry/metrics.ts'

export const analyses: Counter<'outcome'> = {
  name: 'parley_analyses_total',
  help: 'Analyses of conversations that this server has ended.',
  labels: ['outcome'],
  from_start: [{ outcome: 'done' }, { outcome: 'failed' }, { outcome: 'skipped' }],
}
