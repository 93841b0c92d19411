// The counters of statistics: numbers by name that are added up over time and agents, and the figures derived from the sums. Pure.
import { type StatisticsCounts, type TurnMetrics, endReasons, turnOutcomes } from '@parley/contract'

/**
 * By name: `conversations`, `user_messages`, `ended`, `duration` (seconds), `end.<reason>`, `turn.<outcome>`, `input_tokens`,
 * `output_tokens`; for measured turns `measured`, `model_ms`, `tools_ms`, `total_ms`, `first_text.<bin>`, `total.<bin>`; for
 * conversations that were deleted later `deleted`, `deleted_user_messages`, `deleted_duration`.
 */
export type Counters = Readonly<Record<string, number>>

/** Eight bins per doubling, so the middle of a bin is within 4.5 % of every value in it. */
const bins_in_doubling = 8

/** The bin of a duration in milliseconds; a duration of 0 is in the first one. */
export function binOf(ms: number): number {
  return Math.round(bins_in_doubling * Math.log2(Math.max(1, ms)))
}

function msOfBin(bin: number): number {
  return Math.round(2 ** (bin / bins_in_doubling))
}

export function addCounters(all: Iterable<Counters>): Counters {
  const sums = new Map<string, number>()
  for (const counters of all)
    for (const [name, number] of Object.entries(counters)) sums.set(name, (sums.get(name) ?? 0) + number)
  return Object.fromEntries(sums)
}

/** The measurements of a turn's reply. */
export function countMetrics({ ttft_ms, llm_ms, tools_ms, total_ms }: TurnMetrics): Counters {
  return {
    measured: 1,
    model_ms: llm_ms,
    tools_ms,
    total_ms,
    ...(ttft_ms === null ? {} : { [`first_text.${binOf(ttft_ms)}`]: 1 }),
    [`total.${binOf(total_ms)}`]: 1,
  }
}

/** The value that this share of all values does not exceed, to within a bin; null if there are no values. */
export function percentile(counters: Counters, name: string, share: number): number | null {
  const bins = Object.entries(counters)
    .filter(([key]) => key.startsWith(`${name}.`))
    .map(([key, number]) => ({ bin: Number(key.slice(name.length + 1)), number }))
    .toSorted((a, b) => a.bin - b.bin)
  const rank = Math.ceil(share * bins.reduce((sum, { number }) => sum + number, 0))
  let below = 0
  for (const { bin, number } of bins) {
    below += number
    if (below >= rank) return msOfBin(bin)
  }
  return null
}

/** Failed and cancelled turns by outcome, which excludes those that are complete. */
const failures = ['model_error', 'timed_out', 'step_limit', 'attempts_exhausted', 'budget_exceeded'] as const
const cancellations = ['conversation_ended', 'cancelled_by_caller', 'superseded', 'taken_over'] as const

export function presentCounts(counters: Counters): StatisticsCounts {
  const of = (name: string) => counters[name] ?? 0
  const sum = (outcomes: readonly string[]) => outcomes.reduce((total, outcome) => total + of(`turn.${outcome}`), 0)
  return {
    conversations: of('conversations'),
    user_messages: of('user_messages'),
    replies: of('turn.reply'),
    failed_turns: sum(failures),
    cancelled_turns: sum(cancellations),
    outcomes: pick(counters, 'turn', turnOutcomes),
    ended: of('ended'),
    end_reasons: pick(counters, 'end', endReasons),
    average_duration: of('ended') === 0 ? null : roundTo(of('duration') / of('ended'), 10),
    input_tokens: of('input_tokens'),
    output_tokens: of('output_tokens'),
    latency: of('measured') === 0 ? null : presentLatency(counters),
  }
}

function pick<Name extends string>(counters: Counters, prefix: string, names: readonly Name[]) {
  const entries = names.flatMap((name) => {
    const number = counters[`${prefix}.${name}`] ?? 0
    return number === 0 ? [] : [[name, number] as const]
  })
  return Object.fromEntries(entries) as Partial<Record<Name, number>>
}

function presentLatency(counters: Counters): NonNullable<StatisticsCounts['latency']> {
  const total_ms = counters['total_ms'] ?? 0
  const shareOf = (name: string) => (total_ms === 0 ? null : roundTo((counters[name] ?? 0) / total_ms, 1000))
  return {
    turns: counters['measured'] ?? 0,
    first_text: presentPercentiles(counters, 'first_text'),
    total: presentPercentiles(counters, 'total'),
    model_share: shareOf('model_ms'),
    tools_share: shareOf('tools_ms'),
  }
}

function presentPercentiles(counters: Counters, name: string) {
  const p50_ms = percentile(counters, name, 0.5)
  const p95_ms = percentile(counters, name, 0.95)
  return p50_ms === null || p95_ms === null ? null : { p50_ms, p95_ms }
}

function roundTo(value: number, parts: number): number {
  return Math.round(value * parts) / parts
}

/** The counters that `presentAgentTotals` reads. */
export const total_names = [
  'conversations',
  'user_messages',
  'ended',
  'duration',
  'deleted',
  'deleted_user_messages',
  'deleted_duration',
] as const

/** The totals that `getAgent` returns, which exclude deleted conversations. */
export function presentAgentTotals(counters: Counters) {
  const of = (name: string) => counters[name] ?? 0
  const ended = of('ended') - of('deleted')
  return {
    conversations: of('conversations') - of('deleted'),
    active_conversations: of('conversations') - of('ended'),
    user_turns: of('user_messages') - of('deleted_user_messages'),
    average_duration: ended === 0 ? null : roundTo((of('duration') - of('deleted_duration')) / ended, 10),
  }
}
