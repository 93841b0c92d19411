// Reads a schedule of five fields, and finds the next local time that it names, on a calendar without time zones. Pure.

export interface Cron {
  /** In order. */
  minutes: readonly number[]
  hours: readonly number[]
  days: ReadonlySet<number>
  months: ReadonlySet<number>
  /** 0 to 6, from Sunday. */
  weekdays: ReadonlySet<number>
  /** Whether a day of the month and a day of the week are both set, so that either is enough. */
  is_either_day: boolean
  /** With `*` or steps in the hour, it counts real time where clocks change; else each local time is meant once. */
  runs_through: boolean
}

export type ReadCron = { cron: Cron; fault: null } | { cron: null; fault: string }

interface Field {
  noun: string
  least: number
  most: number
  /** The first stands for `least`. */
  names?: readonly string[]
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

const fields: readonly Field[] = [
  { noun: 'minute', least: 0, most: 59 },
  { noun: 'hour', least: 0, most: 23 },
  { noun: 'day of the month', least: 1, most: 31 },
  { noun: 'month', least: 1, most: 12, names: monthNames },
  { noun: 'day of the week', least: 0, most: 7, names: weekdayNames },
]

const longest_months = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

export function readCron(text: string): ReadCron {
  const parts = text.trim().split(/\s+/)
  if (parts.length !== fields.length || text.trim() === '')
    return refuse('must have five fields, such as `0 9 * * 1-5`')
  const sets: ReadonlySet<number>[] = []
  for (const [index, field] of fields.entries()) {
    const set = readField(parts[index]!, field)
    if (typeof set === 'string') return refuse(set)
    sets.push(set)
  }
  const [minutes, hours, days, months, weekdays] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ]
  if (weekdays.delete(7)) weekdays.add(0)
  const [, hour, day, , weekday] = parts as [string, string, string, string, string]
  const cron: Cron = {
    minutes: inOrder(minutes),
    hours: inOrder(hours),
    days,
    months,
    weekdays,
    is_either_day: day !== '*' && weekday !== '*',
    runs_through: /[*/]/.test(hour),
  }
  const isPossible =
    cron.is_either_day || [...months].some((month) => [...days].some((d) => d <= longest_months[month]!))
  return isPossible ? { cron, fault: null } : refuse('names a day that none of its months has')
}

const refuse = (fault: string): ReadCron => ({ cron: null, fault })
const inOrder = (set: ReadonlySet<number>) => [...set].sort((a, b) => a - b)

const range = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d{1,4}))?$/

/** The values of a field, or what is wrong with it. */
function readField(text: string, field: Field): Set<number> | string {
  const values = new Set<number>()
  const what = `has \`${text.slice(0, 50)}\` as the ${field.noun}`
  for (const part of text.split(',')) {
    const [, star, first, last, steps] = range.exec(part) ?? []
    if (star === undefined && first === undefined)
      return `${what}, which cannot be read; use \`*\`, 1, 1-5, */5 or a list`
    const from = star ? field.least : readValue(first!, field)
    const to = star || (last === undefined && steps !== undefined) ? lastOf(field) : readValue(last ?? first!, field)
    if (from === null || to === null) return `${what}; it is from ${field.least} to ${field.most}`
    if (from > to) return `${what}, whose range ends before it begins`
    const step = Number(steps ?? 1)
    if (step === 0) return `${what}, whose steps are 0`
    for (let value = from; value <= to; value += step) values.add(value)
  }
  return values
}

/** Without a second Sunday. */
const lastOf = ({ most }: Field) => (most === 7 ? 6 : most)

function readValue(text: string, { least, most, names = [] }: Field): number | null {
  const named = names.indexOf(text.toLowerCase())
  if (named >= 0) return named + least
  const value = /^\d{1,2}$/.test(text) ? Number(text) : NaN
  return value >= least && value <= most ? value : null
}

const minute_ms = 60_000
const day_ms = 86_400_000
/** From one 29 February to the next there are up to 8 years. */
const max_days = 8 * 366 + 31

/** The first time that the schedule names, at or after `local`: both are clock times as if they were of UTC. */
export function nextLocalTime(cron: Cron, local: number): number | null {
  let day = Math.floor(local / day_ms) * day_ms
  const minute = Math.ceil((local - day) / minute_ms)
  const onFirst = hasDay(cron, new Date(day)) ? timeOfDay(cron, minute) : null
  if (onFirst !== null) return day + onFirst * minute_ms
  const last = day + max_days * day_ms
  for (day += day_ms; day <= last; day = nextDay(cron, day)) {
    if (hasDay(cron, new Date(day))) return day + timeOfDay(cron, 0)! * minute_ms
  }
  return null
}

/** The next day, or the first of the next month if this one has none. */
function nextDay({ months }: Cron, day: number): number {
  const date = new Date(day)
  if (months.has(date.getUTCMonth() + 1)) return day + day_ms
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
}

function hasDay({ days, months, weekdays, is_either_day }: Cron, date: Date): boolean {
  if (!months.has(date.getUTCMonth() + 1)) return false
  const [ofMonth, ofWeek] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())]
  return is_either_day ? ofMonth || ofWeek : ofMonth && ofWeek
}

/** The first minute of a day that it names, at or after one. */
function timeOfDay({ hours, minutes }: Cron, from: number): number | null {
  for (const hour of hours) {
    if (hour * 60 + 59 < from) continue
    const minute = minutes.find((each) => hour * 60 + each >= from)
    if (minute !== undefined) return hour * 60 + minute
  }
  return null
}
