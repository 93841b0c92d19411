// What is measured of calls, whatever room answers them.
import type { Counter } from '../telemetry/metrics.ts'

export const keys_replayed: Counter<never> = {
  name: 'parley_keys_replayed_total',
  help: 'Calls that got the answer of an earlier call with the same idempotency key.',
  labels: [],
}
