// What the page of usage shows, read from its address: a time range, a group and the size of buckets. Pure.
import { type UsageGroup, usageBuckets, usageGroups } from '@parley/contract'

/** The month to date unless the address says otherwise. */
export const presets = ['month', 'last-month', '7d', '30d', '90d'] as const
export type Preset = (typeof presets)[number]
export type Bucket = (typeof usageBuckets)[number]

export interface View {
  range?: Preset
  /** A custom range. */
  from?: string
  to?: string
  group?: UsageGroup
  bucket?: Bucket
}

export interface Times {
  from: string
  to: string
}

const [hour_ms, day_ms] = [3_600_000, 86_400_000]
/** Of a report. */
export const most_days = 366

/** Reads an address, and leaves out what the server would refuse. */
export function readView(search: Record<string, unknown>): View {
  const group = usageGroups.find((name) => name === search['group'])
  const bucket = usageBuckets.find((name) => name === search['bucket'])
  const rest = { ...(group ? { group } : {}), ...(bucket ? { bucket } : {}) }
  const [from, to] = [readTime(search['from']), readTime(search['to'])]
  if (from !== null && to !== null && from < to && to - from <= most_days * day_ms) {
    return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), ...rest }
  }
  const range = presets.find((preset) => preset === search['range'])
  return { ...(range && range !== 'month' ? { range } : {}), ...rest }
}

function readTime(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? null : ms
}

export const presetOf = ({ range, from }: View): Preset | 'own' => (from === undefined ? (range ?? 'month') : 'own')

const lastDays: Partial<Record<Preset, number>> = { '7d': 7, '30d': 30, '90d': 90 }

/** In UTC, as the server counts. The last day of a preset is the current one, up to the next whole hour. */
export function timesOf(view: View, now_ms: number): Times {
  const preset = presetOf(view)
  if (preset === 'own') return { from: view.from!, to: view.to! }
  const now = new Date(now_ms)
  const monthAt = (offset: number) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1)
  const text = (from: number, to: number) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
  if (preset === 'last-month') return text(monthAt(-1), monthAt(0))
  const to = (Math.floor(now_ms / hour_ms) + 1) * hour_ms
  if (preset === 'month') return text(monthAt(0), to)
  return text((Math.floor(now_ms / day_ms) + 1 - lastDays[preset]!) * day_ms, to)
}

const lengthOf = ({ from, to }: Times) => Date.parse(to) - Date.parse(from)

/** Which buckets make a chart of a range that can be read. */
export const bucketsFor = (times: Times): Bucket[] =>
  usageBuckets.filter((bucket) => bucket === 'day' || lengthOf(times) <= 31 * day_ms === (bucket === 'hour'))

export function bucketOf({ bucket }: View, times: Times): Bucket {
  if (bucket && bucketsFor(times).includes(bucket)) return bucket
  return lengthOf(times) <= 2 * day_ms ? 'hour' : 'day'
}

/** The beginning of the bucket that a moment is in. */
export function bucketStart(at: string | number, bucket: Bucket): number {
  const date = new Date(at)
  if (bucket === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
  const size = bucket === 'hour' ? hour_ms : day_ms
  return Math.floor(date.getTime() / size) * size
}

/** The beginnings of all buckets of a range. */
export function bucketStarts({ from, to }: Times, bucket: Bucket): number[] {
  const starts: number[] = []
  for (let at = bucketStart(from, bucket); at < Date.parse(to); at = nextStart(at, bucket)) starts.push(at)
  return starts
}

function nextStart(at: number, bucket: Bucket): number {
  const date = new Date(at)
  if (bucket === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
  return at + (bucket === 'hour' ? hour_ms : day_ms)
}
