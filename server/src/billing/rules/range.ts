// The range of a report: month to date unless the caller says otherwise, in whole hours. Pure: the time is an argument.
import { bucket_ms, parseTime } from '../../statistics/rules/range.ts'

export interface UsageRange {
  /** RFC 3339 at whole hours; `to` is exclusive. */
  from: string
  to: string
  /** Each day that the range touches, such as 2026-01-31. */
  days: string[]
}

const most_ms = 366 * bucket_ms.day

/** Or what is wrong with it. */
export function chooseUsageRange(
  input: { from?: string | undefined; to?: string | undefined },
  now_ms: number,
): UsageRange | { path: string; message: string } {
  const to = input.to === undefined ? now_ms : parseTime(input.to)
  // The month of a range that ends with a month is that month.
  const last = new Date(to - 1)
  const from = input.from === undefined ? Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), 1) : parseTime(input.from)
  if (to <= from) return { path: 'to', message: 'must be after from' }
  if (to - from > most_ms) return { path: 'to', message: 'must be at most 366 days after from' }
  const first = Math.floor(from / bucket_ms.hour) * bucket_ms.hour
  const end = Math.ceil(to / bucket_ms.hour) * bucket_ms.hour
  const first_day = Math.floor(first / bucket_ms.day)
  const count = Math.ceil(end / bucket_ms.day) - first_day
  const days = Array.from({ length: count }, (_none, index) => dayOf((first_day + index) * bucket_ms.day))
  return { from: new Date(first).toISOString(), to: new Date(end).toISOString(), days }
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)
