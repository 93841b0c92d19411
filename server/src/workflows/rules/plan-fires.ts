// Which times of a schedule start an execution now, which are skipped, and when it is due next. Pure.
import type { MissedRule } from '@parley/contract'
import { type Schedule, nextTime, missedTimes } from './schedule-times.ts'

/** A schedule is no finer than a minute. A time that is later than that has been missed: no server ran. */
const on_time_ms = 60_000
/** Of the times that are not made up for, so many leave a fire; one more stands for those before. */
const most_skipped = 100

export interface DueSchedule {
  schedule: Schedule
  missed: MissedRule
  /** The first time that has not been judged. */
  next_at: string
}

export interface PlannedTime {
  scheduled_at: string
  /** No server ran when it was due. */
  is_missed: boolean
  starts: boolean
}

export interface FirePlan {
  /** In order. */
  times: PlannedTime[]
  /** More times were skipped before the first of them. */
  has_earlier: boolean
  /** Null: never again. */
  next_at: string | null
}

export function planFires({ schedule, missed, next_at }: DueSchedule, now: string): FirePlan {
  if (Date.parse(next_at) > Date.parse(now)) return { times: [], has_earlier: false, next_at }
  const since = new Date(Date.parse(next_at) - 1).toISOString()
  const due = missedTimes(schedule, since, now, 'all')
  const from = due.length < most_skipped ? due : due.slice(-most_skipped)
  const times = from.map((scheduled_at): PlannedTime => {
    const is_missed = Date.parse(now) - Date.parse(scheduled_at) > on_time_ms
    const isLast = scheduled_at === from.at(-1)
    return { scheduled_at, is_missed, starts: missed === 'all' || (missed === 'once' ? isLast : !is_missed) }
  })
  const [first] = times
  return {
    times,
    has_earlier: first !== undefined && Date.parse(first.scheduled_at) > Date.parse(next_at),
    next_at: nextTime(schedule, now),
  }
}
