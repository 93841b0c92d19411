// What happened in a widget over some days, added up. Pure.
import { type WidgetLimit, widgetLimits } from '@parley/contract'
import type { Output } from '@parley/sdk'

export type Day = Output<'getWebWidgetStatistics'>['data'][number]

export interface Totals {
  conversations: number
  messages: number
  tokens: number
  feedback: { count: number; average: number | null }
  /** Only limits that refused something, most first. */
  refusals: { limit: WidgetLimit; count: number }[]
}

export function totalsOf(days: readonly Day[]): Totals {
  const sum = (read: (day: Day) => number) => days.reduce((all, day) => all + read(day), 0)
  const rated = days.filter(({ feedback }) => feedback.average !== null)
  const count = rated.reduce((all, { feedback }) => all + feedback.count, 0)
  const score = rated.reduce((all, { feedback }) => all + feedback.average! * feedback.count, 0)
  const limits = Object.keys(widgetLimits) as WidgetLimit[]
  const refusals = limits.map((limit) => ({ limit, count: sum(({ refusals: of }) => of[limit] ?? 0) }))
  return {
    conversations: sum(({ conversations }) => conversations),
    messages: sum(({ messages }) => messages),
    tokens: sum(({ tokens }) => tokens),
    feedback: {
      count: sum(({ feedback }) => feedback.count),
      average: count === 0 ? null : Math.round((score / count) * 100) / 100,
    },
    refusals: refusals.filter((one) => one.count > 0).toSorted((a, b) => b.count - a.count),
  }
}

const day_ms = 86_400_000
const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10)

/** The UTC days until today, oldest first, also those on which nothing happened. */
export function daysUntil(now: Date, count: number): string[] {
  return Array.from({ length: count }, (_none, index) => dateOf(now.getTime() - (count - 1 - index) * day_ms))
}

export function valuesOf(dates: readonly string[], days: readonly Day[], read: (day: Day) => number): number[] {
  const found = new Map(days.map((day) => [day.date, read(day)]))
  return dates.map((date) => found.get(date) ?? 0)
}
