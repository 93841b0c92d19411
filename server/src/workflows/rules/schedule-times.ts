// When a schedule fires, by the local clock of its time zone. Pure. A time that a change of the clock leaves out fires at the end of the
// gap; one that comes twice fires the first time. A schedule with `*` or steps in the hour counts real time through both.
import { type Cron, type MissedRule, nextLocalTime, readCron } from '@parley/contract'
import { Temporal } from 'temporal-polyfill'

export interface Schedule {
  cron: string
  timezone: string
}

const minute_ms = 60_000
const hour_ms = 3_600_000
/** Two changes of a clock are further apart. */
const quiet_ms = 7 * 86_400_000

/** What is wrong with the five fields; null: nothing. */
export const findCronFault = (cron: string): string | null => readCron(cron).fault

export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** The first time after a moment. Null: not within eight years. The schedule must be valid. */
export function nextTime(schedule: Schedule, after: string): string | null {
  const next = createClock(schedule)(Date.parse(after))
  return next === null ? null : toText(next)
}

export function nextTimes(schedule: Schedule, after: string, count: number): string[] {
  return listTimes(createClock(schedule), Date.parse(after), Infinity, count).map(toText)
}

/** How many missed times are made up for at most. */
const max_missed = 100

/** Which of the times after `since`, up to `until`, are made up for: none, the latest, or the latest hundred. In order. */
export function missedTimes(schedule: Schedule, since: string, until: string, rule: MissedRule): string[] {
  if (rule === 'skip') return []
  const most = rule === 'once' ? 1 : max_missed
  const [first, last] = [Date.parse(since), Date.parse(until)]
  const next = createClock(schedule)
  // Looks back further and further, so that a schedule of minutes is not followed through weeks.
  for (let hours = 2; ; hours *= 2) {
    const from = Math.max(first, last - hours * hour_ms)
    const times = listTimes(next, from, last, Infinity)
    if (times.length >= most || from === first) return times.slice(-most).map(toText)
  }
}

type NextTime = (after: number) => number | null

function listTimes(next: NextTime, after: number, until: number, most: number): number[] {
  const times: number[] = []
  for (let time = next(after); time !== null && time <= until && times.length < most; time = next(time))
    times.push(time)
  return times
}

const toText = (time: number) => new Date(time).toISOString()

function createClock({ cron: text, timezone }: Schedule): NextTime {
  const { cron, fault } = readCron(text)
  if (cron === null) throw new Error(`a stored schedule ${fault}`)
  return (after) => (cron.runs_through ? nextThrough(cron, timezone, after) : nextOnce(cron, timezone, after))
}

const zonedAt = (timezone: string, time: number) =>
  Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(timezone)

const offsetAt = (timezone: string, time: number) => zonedAt(timezone, time).offsetNanoseconds / 1e6

const nextMinute = (time: number) => (Math.floor(time / minute_ms) + 1) * minute_ms

/** Each local time once. A clock that was set back names times that have been; they are passed over. */
function nextOnce(cron: Cron, timezone: string, after: number): number | null {
  let local = nextLocalTime(cron, nextMinute(after + offsetAt(timezone, after)))
  while (local !== null) {
    const time = firstMoment(timezone, local)
    if (time > after) return time
    local = nextLocalTime(cron, local + minute_ms)
  }
  return null
}

/** The first moment at which the clock shows a time, or, if it never does, the one at which it leaps over it. */
function firstMoment(timezone: string, local: number): number {
  const shown = zonedAt('UTC', local).toPlainDateTime()
  const zoned = shown.toZonedDateTime(timezone, { disambiguation: 'earlier' })
  if (zoned.toPlainDateTime().equals(shown)) return zoned.epochMilliseconds
  return zoned.getTimeZoneTransition('next')!.epochMilliseconds
}

/** Every moment at which the clock shows a time, from one change of the clock to the next. */
function nextThrough(cron: Cron, timezone: string, after: number): number | null {
  for (let start = nextMinute(after); ;) {
    const offset = offsetAt(timezone, start)
    const local = nextLocalTime(cron, start + offset)
    if (local === null) return null
    const change = nextChange(timezone, start, local - offset)
    if (change === null) return local - offset
    start = change
  }
}

/** The first change of the clock after a moment, up to another. */
function nextChange(timezone: string, after: number, until: number): number | null {
  const isSoon = until - after < quiet_ms
  if (isSoon && offsetAt(timezone, after) === offsetAt(timezone, until)) return null
  const change = zonedAt(timezone, after).getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity
  return change <= until ? change : null
}
