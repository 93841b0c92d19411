// What is measured of leased work.
import type { Counter } from '../telemetry/metrics.ts'

export const jobs: Counter<'kind' | 'outcome'> = {
  name: 'parley_jobs_total',
  help: 'Runs of jobs on this server: done, to be done again, to be tried again, given up, or lost to another server.',
  labels: ['kind', 'outcome'],
}
