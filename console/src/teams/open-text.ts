// Whether a team is open, in words and by the clocks of its time zone. Pure.
import type { Team } from '@parley/contract'
import { teamTexts } from './texts.ts'

type Hours = Pick<Team, 'business_hours' | 'is_open' | 'changes_at'>

export function describeOpen({ business_hours, is_open, changes_at }: Hours, now: Date): string {
  const words = teamTexts.open
  if (business_hours === null) return words.always
  if (changes_at === null) return is_open ? words.now : words.closed
  const when = describeTime(new Date(changes_at), now, business_hours.time_zone)
  return is_open ? words.closes(when) : words.opens(when)
}

/** The time if it is today there; with the day within a week; otherwise the date. */
function describeTime(at: Date, now: Date, time_zone: string): string {
  const write = (options: Intl.DateTimeFormatOptions, date = at) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: time_zone, ...options }).format(date)
  const clock = write({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const day = { day: 'numeric', month: 'short', year: 'numeric' } as const
  if (write(day) === write(day, now)) return clock
  const week_ms = 6 * 86_400_000
  const name =
    at.getTime() - now.getTime() < week_ms ? write({ weekday: 'long' }) : write({ day: 'numeric', month: 'short' })
  return `${name} ${clock}`
}
