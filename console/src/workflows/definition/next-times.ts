// When a schedule that is being written comes due, by the clock of its time zone. The server alone knows what happens when clocks change.
import { nextLocalTime, readCron } from '@parley/contract'

const minute_ms = 60_000

/** As if they were of UTC, so that they are formatted without a zone. Empty: there is no such day, or the zone or the fields cannot be read. */
export function nextLocalTimes(cron: string, timezone: string, now: Date, count: number): Date[] {
  const read = readCron(cron)
  const local = localTime(timezone, now)
  if (read.cron === null || local === null) return []
  const times: Date[] = []
  let time = nextLocalTime(read.cron, local + minute_ms)
  while (time !== null && times.length < count) {
    times.push(new Date(time))
    time = nextLocalTime(read.cron, time + minute_ms)
  }
  return times
}

/** The whole minute that a clock in the zone shows. */
function localTime(timeZone: string, now: Date): number | null {
  try {
    const parts = new Intl.DateTimeFormat('en', {
      timeZone,
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', hourCycle: 'h23' },
    }).formatToParts(now)
    const of = (type: string) => Number(parts.find((part) => part.type === type)!.value)
    return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'))
  } catch {
    return null
  }
}

const format = new Intl.DateTimeFormat('en', {
  timeZone: 'UTC',
  ...{ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
})

export const formatLocal = (time: Date) => format.format(time)
