// Decides the buckets of a range of time. Pure: the time is an argument.

export type BucketUnit = 'hour' | 'day'

export interface Range {
  bucket: BucketUnit
  /** Milliseconds since the epoch, at the edges of buckets; `to` is exclusive. */
  from: number
  to: number
  /** The start of each bucket. */
  starts: number[]
}

export const bucket_ms: Record<BucketUnit, number> = { hour: 3_600_000, day: 86_400_000 }

/** The length of a range without a start. */
const default_range_ms = 7 * bucket_ms.day
/** Up to this length the default buckets are hours. */
const hourly_range_ms = 3 * bucket_ms.day
/** A month of hours, and a year of days. */
const max_buckets: Record<BucketUnit, number> = { hour: 31 * 24, day: 366 }

export interface RangeInput {
  from?: string | undefined
  to?: string | undefined
  bucket?: BucketUnit | undefined
}

/** The latest timestamp; the last day has no edge after it. */
const first_ms = Date.parse('0001-01-01T00:00:00Z')
const last_ms = Date.parse('9999-12-31T00:00:00Z')
const clamp = (ms: number) => Math.min(last_ms, Math.max(first_ms, ms))

/** Widens the range to whole buckets, or returns its fault. */
export function chooseRange(input: RangeInput, now_ms: number): Range | { path: string; message: string } {
  const to = clamp(input.to === undefined ? now_ms : parseTime(input.to))
  const from = clamp(input.from === undefined ? to - default_range_ms : parseTime(input.from))
  if (from >= to) return { path: 'from', message: 'must be before to' }
  const bucket = input.bucket ?? (to - from <= hourly_range_ms ? 'hour' : 'day')
  const size = bucket_ms[bucket]
  const first = Math.floor(from / size)
  const count = Math.ceil(to / size) - first
  if (count > max_buckets[bucket]) {
    return { path: 'from', message: `must be at most ${max_buckets[bucket]} ${bucket}s before to` }
  }
  const starts = Array.from({ length: count }, (_none, index) => (first + index) * size)
  return { bucket, from: starts[0]!, to: (first + count) * size, starts }
}

/** Parses RFC 3339; a time without a zone is UTC. */
export function parseTime(text: string): number {
  const iso = text.replace(' ', 'T').replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
  return Date.parse(/(z|[+-]\d\d:\d\d)$/i.test(iso) ? iso : `${iso}Z`)
}
