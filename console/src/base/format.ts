// Times, durations and numbers in a readable form. Pure.
const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const clockWithSeconds = new Intl.DateTimeFormat('en', { timeStyle: 'medium', hourCycle: 'h23' })
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })
const dayWithYear = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' })
const full = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' })

/** Short enough for a column: the time if today, the day if this year, otherwise the date. */
export function formatMoment(timestamp: string, now: Date): string {
  const date = new Date(timestamp)
  if (date.toDateString() === now.toDateString()) return clock.format(date)
  return date.getFullYear() === now.getFullYear()
    ? `${day.format(date)}, ${clock.format(date)}`
    : dayWithYear.format(date)
}

export const formatClock = (timestamp: string) => clockWithSeconds.format(new Date(timestamp))
export const formatDay = (timestamp: string) => dayWithYear.format(new Date(timestamp))
export const formatFull = (timestamp: string) => full.format(new Date(timestamp))
export const formatNumber = (value: number) => value.toLocaleString('en')

/** Whole seconds, as in 42s, 3m 05s, 2h 10m. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m ${String(seconds % 60).padStart(2, '0')}s`
  const hours = Math.floor(minutes / 60)
  return hours < 48
    ? `${hours}h ${String(minutes % 60).padStart(2, '0')}m`
    : `${Math.floor(hours / 24)}d ${hours % 24}h`
}

/** As in 840 ms, 1.8 s, 1m 12s. */
export function formatMilliseconds(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : formatSeconds(Math.round(ms / 1000))
}

export function formatJson(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

/** A number with its noun, as in 1 day, 2 days. */
export function formatCount(count: number, one: string, many: string): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`
}
