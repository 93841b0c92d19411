// When the period of a budget begins and ends, by the clock of its time zone. Pure. A day begins at midnight, or where a change of the clock
// leaves that out, at the first moment of the day.
import type { BudgetPeriod } from '@parley/contract'
import { Temporal } from 'temporal-polyfill'

/** RFC 3339, or -infinity and infinity. */
export interface Period {
  starts_at: string
  ends_at: string
}

export interface Repeated {
  period: BudgetPeriod
  time_zone: string
}

export const always: Period = { starts_at: '-infinity', ends_at: 'infinity' }

const lengths = { day: { days: 1 }, week: { weeks: 1 }, month: { months: 1 } } as const

/** The one with this moment. */
export function periodAt({ period, time_zone }: Repeated, ms: number): Period {
  if (period === 'total') return always
  const day = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(time_zone).toPlainDate()
  const first =
    period === 'month' ? day.with({ day: 1 }) : period === 'week' ? day.subtract({ days: day.dayOfWeek - 1 }) : day
  return periodFrom(first, { period, time_zone })
}

function periodFrom(
  first: Temporal.PlainDate,
  { period, time_zone }: Repeated & { period: keyof typeof lengths },
): Period {
  const startOf = (date: Temporal.PlainDate) => date.toZonedDateTime(time_zone).startOfDay()
  const [starts_at, ends_at] = [startOf(first), startOf(first.add(lengths[period]))]
  // A zone may have left a whole day out: a period of no length is that of the next day.
  if (starts_at.epochMilliseconds === ends_at.epochMilliseconds)
    return periodFrom(first.add(lengths[period]), { period, time_zone })
  return { starts_at: textOf(starts_at), ends_at: textOf(ends_at) }
}

/** This one and the next. */
export function periodsFrom(rule: Repeated, ms: number): Period[] {
  const current = periodAt(rule, ms)
  return rule.period === 'total' ? [current] : [current, periodAt(rule, Date.parse(current.ends_at))]
}

const textOf = (time: Temporal.ZonedDateTime) => new Date(time.epochMilliseconds).toISOString()
