// The settings of a team: what a caller gives, completed by the defaults, and what is wrong with it. Pure.
import { type Input, type Team, teamDefaults } from '@parley/contract'
import type { FieldFault } from '../../base/faults.ts'
import type { TeamRules } from '../../conversations/machine/handling.ts'
import { type OpenHours, isDate, isTimeZone } from '../../conversations/machine/open-hours.ts'
import { checkTemplate } from '../../templates/templates.ts'

/** What is stored as one value. */
export type TeamSettings = Pick<
  Team,
  'external' | 'shown_name' | 'assignment' | 'gone' | 'idle' | 'wait' | 'sla' | 'outside_hours'
> & { business_hours: OpenHoursWithNames | null }

type OpenHoursWithNames = Omit<OpenHours, 'holidays'> & {
  holidays: (OpenHours['holidays'][number] & { name: string })[]
}

type Given = Partial<Input<'updateTeam'>>

const noTargets = { first_response_seconds: null, next_response_seconds: null, resolution_seconds: null }

export const defaultSettings: TeamSettings = {
  external: teamDefaults.external,
  shown_name: teamDefaults.shown_name,
  assignment: { ...teamDefaults.assignment },
  gone: { ...teamDefaults.gone },
  idle: { ...teamDefaults.idle, end_message: null },
  wait: { ...teamDefaults.wait, end_message: null },
  sla: { ...noTargets, ...teamDefaults.sla },
  business_hours: null,
  outside_hours: { ...teamDefaults.outside_hours },
}

/** Those that may be null when they are given; a null of any other means its default. */
const mayBeNull = new Set(['end_after_seconds', 'end_message', 'message'])

/** An object that is given replaces the stored one; null stands for the defaults. */
function completed<Settings extends object>(defaults: Settings, given: object | null): Settings {
  const known = Object.entries(given ?? {}).filter(
    ([name, value]) => name in defaults && (value !== null || mayBeNull.has(name)),
  )
  return { ...defaults, ...Object.fromEntries(known.filter(([, value]) => value !== undefined)) }
}

const objects = ['assignment', 'gone', 'idle', 'wait', 'sla', 'outside_hours'] as const

export function changeSettings(before: TeamSettings, given: Given): TeamSettings {
  const changed = objects.flatMap((name) =>
    given[name] === undefined ? [] : [[name, completed<object>(defaultSettings[name], given[name])] as const],
  )
  const { external, shown_name, business_hours } = given
  return {
    ...before,
    ...(external == null ? {} : { external }),
    ...(shown_name == null ? {} : { shown_name }),
    ...Object.fromEntries(changed),
    ...(business_hours === undefined ? {} : { business_hours: business_hours && hoursOf(business_hours) }),
  }
}

function hoursOf({ time_zone, weekly, holidays }: NonNullable<Given['business_hours']>): OpenHoursWithNames {
  return {
    time_zone,
    weekly: weekly.map(({ day, from, to }) => ({ day, from, to })),
    holidays: (holidays ?? []).map(({ date, name, from, to }) => ({ date, name, from: from ?? null, to: to ?? null })),
  }
}

export function findTeamFaults(given: Given, settings: TeamSettings, member_count: number): FieldFault[] {
  const faults: FieldFault[] = []
  if (settings.external && member_count > 0) {
    faults.push({ path: 'members', message: 'must be empty, because another desk answers' })
  }
  if (given.business_hours) faults.push(...findFaultsOfHours(given.business_hours))
  return [...faults, ...findFaultsOfTemplates(given)]
}

function findFaultsOfTemplates({ wait, idle, outside_hours }: Given): FieldFault[] {
  const templates = {
    'wait.message': wait?.message,
    'wait.end_message': wait?.end_message,
    'idle.end_message': idle?.end_message,
    'outside_hours.message': outside_hours?.message,
  }
  return Object.entries(templates).flatMap(([path, text]) => {
    const fault = text == null ? null : checkTemplate(text)
    return fault === null ? [] : [{ path, message: `is not a template: ${fault}` }]
  })
}

function findFaultsOfHours({ time_zone, holidays }: NonNullable<Given['business_hours']>): FieldFault[] {
  const faults: FieldFault[] = []
  if (!isTimeZone(time_zone)) {
    faults.push({ path: 'business_hours.time_zone', message: 'is not a time zone such as Europe/Berlin' })
  }
  for (const [index, { date, from, to }] of (holidays ?? []).entries()) {
    const path = `business_hours.holidays.${index}`
    if (!isDate(date)) faults.push({ path: `${path}.date`, message: 'is not a day' })
    if ((from == null) !== (to == null)) faults.push({ path, message: 'must have both from and to, or neither' })
  }
  return faults
}

/** How it is asked for a wait that begins now. */
export interface AskedTeam {
  id: string
  key: string
  name: string
  settings: TeamSettings
}

/** What a wait keeps of its team. Hours count only for targets; holidays that are over are left out. */
export function rulesOfTeam({ id, key, name, settings }: AskedTeam, now: string): TeamRules {
  const { shown_name, assignment, gone, idle, wait, sla, business_hours } = settings
  const hasTargets = Object.keys(noTargets).some((target) => sla[target as keyof typeof noTargets] !== null)
  return {
    team: { id, key, name },
    shown_name,
    accept_seconds: assignment.accept_seconds,
    ...{ gone, idle, sla },
    wait: { fallback: wait.fallback, end_message: wait.end_message },
    hours: hasTargets ? business_hours && hoursFrom(business_hours, now) : null,
  }
}

function hoursFrom({ time_zone, weekly, holidays }: OpenHoursWithNames, now: string): OpenHours {
  // A night can begin the day before, and every zone is within a day of UTC.
  const first = new Date(Date.parse(now) - 3 * 86_400_000).toISOString().slice(0, 10)
  const coming = holidays.filter(({ date }) => date >= first)
  return { time_zone, weekly, holidays: coming.map(({ date, from, to }) => ({ date, from, to })) }
}
