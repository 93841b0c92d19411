// When the current period of a budget began, and when the next one does, in its time zone. Pure.
import type { BudgetPeriod } from '@parley/contract'

/** Null: it has no periods, or there is no such time zone. */
export const periodStart = (period: BudgetPeriod, time_zone: string, now_ms: number) =>
  boundary(period, time_zone, now_ms, 0)

/** When the next one begins. */
export const nextStart = (period: BudgetPeriod, time_zone: string, now_ms: number) =>
  boundary(period, time_zone, now_ms, 1)

function boundary(period: BudgetPeriod, time_zone: string, now_ms: number, later: 0 | 1): number | null {
  if (period === 'total') return null
  try {
    const today = wallClock(now_ms, time_zone)
    const [year, month, date] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()]
    if (period === 'month') return instantOf(Date.UTC(year, month + later, 1), time_zone)
    // A week begins on Monday.
    const back = period === 'week' ? (today.getUTCDay() + 6) % 7 : 0
    return instantOf(Date.UTC(year, month, date - back + later * (period === 'week' ? 7 : 1)), time_zone)
  } catch {
    return null
  }
}

/** What a clock in the zone shows, as if it were UTC. Throws if there is no such zone. */
function wallClock(at_ms: number, timeZone: string): Date {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' },
  })
  const parts = Object.fromEntries(format.formatToParts(at_ms).map(({ type, value }) => [type, Number(value)]))
  const { year, month, day, hour, minute, second } = parts
  return new Date(Date.UTC(year!, month! - 1, day, hour, minute, second))
}

/** When clocks in the zone show this. A first guess may be on the other side of a change of the clocks. */
function instantOf(wall_ms: number, time_zone: string): number {
  const offsetAt = (at: number) => wallClock(at, time_zone).getTime() - at
  const guess = wall_ms - offsetAt(wall_ms)
  return wall_ms - offsetAt(guess)
}
