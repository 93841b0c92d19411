// The sums of usage as the API shows them. Pure.
import type { UsageCounts } from '@parley/contract'
import type { Counters } from '../../statistics/rules/counters.ts'

export interface SummedUsage {
  input: number
  cached_input: number
  output: number
  runs: number
  runs_ok: number
  runs_failed: number
}

const minutes = (seconds: number) => Math.round((seconds / 60) * 100) / 100

export function presentCounts(
  counters: Counters,
  usage: SummedUsage | undefined,
  cost: UsageCounts['cost'],
): UsageCounts {
  const of = (name: string) => counters[`usage.${name}`] ?? 0
  const seconds = of('voice_seconds') + of('chat_seconds')
  return {
    voice_minutes: minutes(of('voice_seconds')),
    chat_minutes: minutes(of('chat_seconds')),
    total_calls: of('conversations'),
    voice_calls: of('voice'),
    chat_calls: of('chat'),
    inbound_calls: of('inbound'),
    outbound_calls: of('outbound'),
    workflow_runs_total: usage?.runs ?? 0,
    workflow_runs_success: usage?.runs_ok ?? 0,
    workflow_runs_failed: usage?.runs_failed ?? 0,
    average_duration: of('timed') === 0 ? null : Math.round((seconds / of('timed')) * 10) / 10,
    tokens: { input: usage?.input ?? 0, cached_input: usage?.cached_input ?? 0, output: usage?.output ?? 0 },
    cost,
  }
}
