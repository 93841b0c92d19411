// When a team is open, by the clocks of its time zone. Pure. A local time that a change of the clock leaves out is read one gap later; of
// one that comes twice, opening takes the first and closing the second.
import type { Weekday } from '@parley/contract'
import { weekdays } from '@parley/contract'
import { Temporal } from 'temporal-polyfill'
import { addSeconds } from '../../base/time.ts'

export interface OpenHours {
  time_zone: string
  /** `HH:MM`; `to` at or before `from` is on the next day. */
  weekly: { day: Weekday; from: string; to: string }[]
  /** Each replaces the windows that begin on its day; without `from` and `to` it is closed. */
  holidays: { date: string; from: string | null; to: string | null }[]
}

/** In milliseconds since 1970. `closes` is the first moment after it. */
interface Window {
  opens: number
  closes: number
}

/** Of the windows that begin within so many days, all are known until then. */
interface Known {
  windows: Window[]
  until: number
}

/** How many days ahead a change is looked for: most are near. */
const change_days = [10, 100]
const sum_days = [10, 100, 800]
const day_ms = 86_400_000

/** Null hours: always open. */
export function isOpenAt(hours: OpenHours | null, at: string): boolean {
  if (hours === null) return true
  const now = Date.parse(at)
  return readWindows(hours, now, 1).windows.some((window) => isWithin(window, now))
}

/** When it next opens or closes; null: not within 100 days. */
export function nextChange(hours: OpenHours | null, at: string): string | null {
  if (hours === null) return null
  const now = Date.parse(at)
  return firstKnown(hours, now, change_days, ({ windows }) => {
    const current = windows.find((window) => isWithin(window, now))
    return current?.closes ?? windows.find(({ opens }) => opens > now)?.opens ?? null
  })
}

/** When it next opens, if it is closed; null: it is open, or does not open within 100 days. */
export function nextOpening(hours: OpenHours | null, at: string): string | null {
  return isOpenAt(hours, at) ? null : nextChange(hours, at)
}

/** When so many open seconds have passed; for hours that never have as many, 800 days later. */
export function addOpenSeconds(hours: OpenHours | null, from: string, seconds: number): string {
  if (hours === null) return addSeconds(from, seconds)
  const start = Date.parse(from)
  const found = firstKnown(hours, start, sum_days, ({ windows }) => endOfSum(windows, start, seconds * 1000))
  return found ?? addSeconds(from, (sum_days.at(-1)! * day_ms) / 1000)
}

/** Whole open seconds between two moments. */
export function openSecondsBetween(hours: OpenHours | null, from: string, to: string): number {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  if (hours === null || end <= start) return Math.max(0, Math.floor((end - start) / 1000))
  const days = Math.min(sum_days.at(-1)!, Math.ceil((end - start) / day_ms) + 1)
  const open = readWindows(hours, start, days).windows.map(({ opens, closes }) =>
    Math.max(0, Math.min(closes, end) - Math.max(opens, start)),
  )
  return Math.floor(open.reduce((sum, each) => sum + each, 0) / 1000)
}

const isWithin = ({ opens, closes }: Window, now: number) => opens <= now && now < closes

function endOfSum(windows: Window[], start: number, wanted: number): number | null {
  let left = wanted
  for (const { opens, closes } of windows) {
    const begin = Math.max(opens, start)
    if (closes - begin >= left) return begin + left
    left -= Math.max(0, closes - begin)
  }
  return null
}

function firstKnown(
  hours: OpenHours,
  now: number,
  horizons: number[],
  find: (known: Known) => number | null,
): string | null {
  for (const days of horizons) {
    const known = readWindows(hours, now, days)
    const found = find(known)
    if (found !== null && found < known.until) return new Date(found).toISOString().replace('Z', '000Z')
  }
  return null
}

/** Those that end after a moment and begin within so many days; ones that touch are one. */
function readWindows(hours: OpenHours, now: number, days: number): Known {
  const { time_zone } = hours
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(time_zone).toPlainDate()
  // Windows of the days before can reach into today; a day that a change of the clock leaves out moves to the next.
  const found: Window[] = []
  for (let ahead = -3; ahead <= days + 1; ahead += 1) found.push(...windowsOf(hours, today.add({ days: ahead })))
  const until = instantOf(today.add({ days }), '00:00', time_zone, 'compatible')
  return { windows: joinTouching(found).filter(({ closes }) => closes > now), until }
}

function windowsOf({ time_zone, weekly, holidays }: OpenHours, date: Temporal.PlainDate): Window[] {
  const written = date.toString()
  const special = holidays.filter((holiday) => holiday.date === written)
  const given = special.length > 0 ? special : weekly.filter(({ day }) => day === weekdays[date.dayOfWeek - 1])
  return given.flatMap(({ from, to }) => {
    if (from === null || to === null) return []
    const last_day = to <= from ? date.add({ days: 1 }) : date
    const opens = instantOf(date, from, time_zone, 'compatible')
    const closes = instantOf(last_day, to, time_zone, 'later')
    return closes > opens ? [{ opens, closes }] : []
  })
}

/** `compatible`: after a gap the later, of two the first; `later`: the later of both. */
function instantOf(
  date: Temporal.PlainDate,
  time: string,
  time_zone: string,
  disambiguation: 'compatible' | 'later',
): number {
  const local = date.toPlainDateTime(Temporal.PlainTime.from(time))
  return local.toZonedDateTime(time_zone, { disambiguation }).epochMilliseconds
}

function joinTouching(windows: Window[]): Window[] {
  const joined: Window[] = []
  for (const window of windows.toSorted((one, other) => one.opens - other.opens)) {
    const last = joined.at(-1)
    if (last && window.opens <= last.closes) last.closes = Math.max(last.closes, window.closes)
    else joined.push({ ...window })
  }
  return joined
}

export function isTimeZone(name: string): boolean {
  try {
    // Offsets such as +01:00 know no summer time.
    return !/^[+-]/.test(name) && Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name) !== null
  } catch {
    return false
  }
}

export function isDate(written: string): boolean {
  try {
    return Temporal.PlainDate.from(written).toString() === written
  } catch {
    return false
  }
}
