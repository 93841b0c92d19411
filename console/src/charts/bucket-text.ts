// Time buckets and numbers in a readable form. Buckets are in UTC. Pure.
const zone = { timeZone: 'UTC' } as const
const hour = new Intl.DateTimeFormat('en', { ...zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const day = new Intl.DateTimeFormat('en', { ...zone, day: 'numeric', month: 'short' })
const fullDay = new Intl.DateTimeFormat('en', {
  ...zone,
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
})
const month = new Intl.DateTimeFormat('en', { ...zone, month: 'short', year: 'numeric' })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' })
const share = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })

export type BucketUnit = 'hour' | 'day' | 'month'

/** Short enough for an axis. The first hour of a day shows its date. */
export function formatTick(starts_at: string, unit: BucketUnit): string {
  const date = new Date(starts_at)
  if (unit === 'month') return month.format(date)
  return unit === 'day' || date.getUTCHours() === 0 ? day.format(date) : hour.format(date)
}

export function formatBucket(starts_at: string, unit: BucketUnit): string {
  const date = new Date(starts_at)
  if (unit === 'month') return month.format(date)
  return unit === 'day' ? fullDay.format(date) : `${fullDay.format(date)}, ${hour.format(date)}`
}

/** As in 1.2K, for an axis. */
export const formatCompact = (value: number) => compact.format(value)
export const formatShare = (value: number) => share.format(value)

/** As in +12% or ×20; null if the previous value was zero. */
export function formatChange(now: number | null, before: number | null): string | null {
  if (now === null || before === null || before === 0) return null
  return now >= 10 * before ? `×${compact.format(now / before)}` : percent.format((now - before) / before)
}
