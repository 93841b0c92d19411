// A team as its form has it, and what of it is sent. Pure.
import { type Team, type Weekday, handOffBounds } from '@parley/contract'
import { type Duration, toDuration, toSeconds } from './duration.ts'

export interface HolidayDraft {
  date: string
  name: string
  from: string
  to: string
}

export interface TeamDraft {
  name: string
  is_default: boolean
  external: boolean
  shown_name: Team['shown_name']
  members: readonly string[]
  mode: Team['assignment']['mode']
  capacity: string
  accept: Duration
  wait_max: Duration
  fallback: Team['wait']['fallback']
  wait_message: string
  wait_end_message: string
  has_hours: boolean
  time_zone: string
  weekly: readonly { day: Weekday; from: string; to: string }[]
  holidays: readonly HolidayDraft[]
  closed_action: Team['outside_hours']['action']
  closed_message: string
  closed_max_wait: Duration
  first_response: Duration
  next_response: Duration
  resolution: Duration
  warn_before: Duration
  offline: Duration
  unanswered: Duration
  idle_after: Duration
  idle_message: string
}

export function toDraft(team: Team): TeamDraft {
  const { assignment, wait, outside_hours, sla, gone, idle, business_hours } = team
  return {
    name: team.name,
    is_default: team.is_default,
    external: team.external,
    shown_name: team.shown_name,
    members: team.members,
    mode: assignment.mode,
    capacity: String(assignment.capacity),
    accept: toDuration(assignment.accept_seconds),
    wait_max: toDuration(wait.max_seconds),
    fallback: wait.fallback,
    wait_message: wait.message ?? '',
    wait_end_message: wait.end_message ?? '',
    has_hours: business_hours !== null,
    time_zone: business_hours?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    weekly: business_hours?.weekly ?? usual_week,
    holidays: (business_hours?.holidays ?? []).map(({ date, name, from, to }) => ({
      ...{ date, name, from: from ?? '', to: to ?? '' },
    })),
    closed_action: outside_hours.action,
    closed_message: outside_hours.message ?? '',
    closed_max_wait: toDuration(outside_hours.max_wait_seconds),
    first_response: toDuration(sla.first_response_seconds),
    next_response: toDuration(sla.next_response_seconds),
    resolution: toDuration(sla.resolution_seconds),
    warn_before: toDuration(sla.warn_before_seconds),
    offline: toDuration(gone.offline_seconds),
    unanswered: toDuration(gone.unanswered_seconds),
    idle_after: toDuration(idle.end_after_seconds),
    idle_message: idle.end_message ?? '',
  }
}

const usual_week = (['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const).map((day) => ({
  ...{ day, from: '09:00', to: '17:00' },
}))

const orNull = (text: string) => (text.trim() === '' ? null : text)

/** Everything but the key, so that what one form shows is what is stored. */
export function toChange(draft: TeamDraft) {
  const { accept, wait_max, closed_max_wait, warn_before, offline, unanswered } = draft
  return {
    name: draft.name.trim(),
    is_default: draft.is_default,
    external: draft.external,
    shown_name: draft.shown_name,
    members: draft.external ? [] : [...draft.members],
    assignment: { mode: draft.mode, capacity: Number(draft.capacity), accept_seconds: toSeconds(accept) },
    wait: {
      max_seconds: toSeconds(wait_max),
      fallback: draft.fallback,
      message: orNull(draft.wait_message),
      end_message: orNull(draft.wait_end_message),
    },
    business_hours: draft.has_hours
      ? {
          time_zone: draft.time_zone.trim(),
          weekly: [...draft.weekly],
          holidays: draft.holidays.map(({ date, name, from, to }) => ({
            date,
            name,
            from: orNull(from),
            to: orNull(to),
          })),
        }
      : null,
    outside_hours: {
      action: draft.closed_action,
      message: orNull(draft.closed_message),
      max_wait_seconds: toSeconds(closed_max_wait),
    },
    sla: {
      first_response_seconds: toSeconds(draft.first_response),
      next_response_seconds: toSeconds(draft.next_response),
      resolution_seconds: toSeconds(draft.resolution),
      warn_before_seconds: toSeconds(warn_before),
    },
    gone: { offline_seconds: toSeconds(offline), unanswered_seconds: toSeconds(unanswered) },
    idle: { end_after_seconds: toSeconds(draft.idle_after), end_message: orNull(draft.idle_message) },
  }
}

export type DraftField = keyof TeamDraft

interface Range {
  least: number
  most: number
}

const { seconds, wait_seconds, accept_seconds, capacity } = handOffBounds
/** `optional`: an empty field is no such time. */
const ranges: Partial<Record<DraftField, Range & { optional?: true }>> = {
  accept: accept_seconds,
  wait_max: wait_seconds,
  closed_max_wait: wait_seconds,
  warn_before: seconds,
  offline: seconds,
  unanswered: seconds,
  first_response: { ...seconds, optional: true },
  next_response: { ...seconds, optional: true },
  resolution: { ...seconds, optional: true },
  idle_after: { ...seconds, optional: true },
}

const clock = /^([01]\d|2[0-3]):[0-5]\d$/
const date = /^\d{4}-\d{2}-\d{2}$/

/** The fields that cannot be sent as they are. */
export function findFaults(draft: TeamDraft): DraftField[] {
  const faults = new Set<DraftField>()
  if (draft.name.trim() === '') faults.add('name')
  const most = Number(draft.capacity)
  if (!Number.isInteger(most) || most < capacity.least || most > capacity.most) faults.add('capacity')
  for (const [field, range] of Object.entries(ranges) as [DraftField, Range & { optional?: true }][]) {
    const value = toSeconds(draft[field] as Duration)
    if (value === null ? !range.optional : !(value >= range.least && value <= range.most)) faults.add(field)
  }
  if (!draft.has_hours) return [...faults]
  if (draft.time_zone.trim() === '') faults.add('time_zone')
  if (draft.weekly.some(({ from, to }) => !clock.test(from) || !clock.test(to))) faults.add('weekly')
  const areFit = draft.holidays.every(
    (one) =>
      date.test(one.date) &&
      one.name.trim() !== '' &&
      ((one.from === '' && one.to === '') || (clock.test(one.from) && clock.test(one.to))),
  )
  if (!areFit) faults.add('holidays')
  return [...faults]
}
