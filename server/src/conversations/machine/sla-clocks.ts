// The times that a team promises: each clock runs in open hours, stands while the conversation is snoozed, and ends met or breached. Pure.
import { type SlaTarget, slaTargets } from '@parley/contract'
import type { HandlingRecord, SlaClockRecord, TeamRules } from './handling.ts'
import { addOpenSeconds, openSecondsBetween } from './open-hours.ts'

export type Clocks = NonNullable<HandlingRecord['sla']>

/** What has happened to the conversation since the clocks were last set. */
export interface ClockEvents {
  /** A person was asked for; the clocks of an earlier time are gone. */
  isRequested: boolean
  /** A person has answered. */
  isAnswered: boolean
  /** The end user waits for an answer from now on. */
  isAsked: boolean
  /** It was returned, or has ended. */
  isOver: boolean
  /** It was snoozed or woken. */
  snooze: 'begins' | 'ends' | null
}

type Rules = Pick<TeamRules, 'sla' | 'hours'>

export function moveClocks(before: Clocks, rules: Rules, events: ClockEvents, now: string): Clocks {
  let clocks = before
  if (events.isRequested) clocks = start({}, rules, ['first_response', 'resolution'], now)
  if (events.isAnswered) clocks = meet(clocks, ['first_response', 'next_response'])
  if (events.isAsked && clocks.first_response?.state !== 'running') {
    clocks = start(clocks, rules, ['next_response'], now)
  }
  // What nobody answered in time is neither met nor breached.
  if (events.isOver) clocks = drop(meet(clocks, ['resolution']))
  if (events.snooze === 'begins') clocks = mapRunning(clocks, (clock) => stop(clock, rules, now))
  if (events.snooze === 'ends') clocks = mapRunning(clocks, (clock) => goOn(clock, rules, now))
  return clocks
}

function start(clocks: Clocks, rules: Rules, targets: SlaTarget[], now: string): Clocks {
  const { sla, hours } = rules
  const started = targets.flatMap((target): [SlaTarget, SlaClockRecord][] => {
    const seconds = sla[`${target}_seconds`]
    if (seconds === null) return []
    const before = seconds - sla.warn_before_seconds
    const warn_at = before > 0 ? addOpenSeconds(hours, now, before) : null
    return [[target, { state: 'running', due_at: addOpenSeconds(hours, now, seconds), warn_at }]]
  })
  return { ...clocks, ...Object.fromEntries(started) }
}

function meet(clocks: Clocks, targets: SlaTarget[]): Clocks {
  return mapRunning(clocks, (clock, target) => (targets.includes(target) ? { ...ended(clock), state: 'met' } : clock))
}

function drop(clocks: Clocks): Clocks {
  return Object.fromEntries(Object.entries(clocks).filter(([, { state }]) => state !== 'running'))
}

const ended = ({ due_at }: SlaClockRecord) => ({ due_at })

function mapRunning(clocks: Clocks, map: (clock: SlaClockRecord, target: SlaTarget) => SlaClockRecord): Clocks {
  const mapped = slaTargets.flatMap((target) => {
    const clock = clocks[target]
    if (!clock) return []
    return [[target, clock.state === 'running' ? map(clock, target) : clock] as const]
  })
  return Object.fromEntries(mapped)
}

function stop(clock: SlaClockRecord, { hours }: Rules, now: string): SlaClockRecord {
  const { warn_at = null } = clock
  const left = { due: openSecondsBetween(hours, now, clock.due_at), warn: null as number | null }
  if (warn_at !== null) left.warn = openSecondsBetween(hours, now, warn_at)
  return { ...clock, left }
}

function goOn({ left, ...clock }: SlaClockRecord, { hours }: Rules, now: string): SlaClockRecord {
  if (!left) return clock
  const warn_at = left.warn === null ? null : addOpenSeconds(hours, now, left.warn)
  return { ...clock, due_at: addOpenSeconds(hours, now, left.due), warn_at }
}

/** When the next warning or breach is due; null: none ever. */
export function nextClock(clocks: Clocks | null): string | null {
  const times = runningOf(clocks).flatMap(([, { warn_at, due_at }]) => [warn_at ?? due_at])
  return times.toSorted()[0] ?? null
}

export interface DueClock {
  target: SlaTarget
  what: 'warning' | 'breached'
  due_at: string
}

/** What is due now, in the order of the targets, and the clocks after it. */
export function ringClocks(clocks: Clocks | null, now: string): { due: DueClock[]; clocks: Clocks } {
  const due: DueClock[] = []
  const rung = mapRunning(clocks ?? {}, (clock, target) => {
    const { due_at, warn_at = null, left } = clock
    if (left) return clock
    if (due_at <= now) {
      due.push({ target, what: 'breached', due_at })
      return { state: 'breached', due_at }
    }
    if (warn_at === null || warn_at > now) return clock
    due.push({ target, what: 'warning', due_at })
    return { ...clock, warn_at: null }
  })
  return { due, clocks: rung }
}

function runningOf(clocks: Clocks | null): [string, SlaClockRecord][] {
  return Object.entries(clocks ?? {}).filter(([, { state, left }]) => state === 'running' && !left)
}
