// When this server refuses calls because it has too much to do, and which first. Pure: measurements and counts go in.
import type { OperationLoad } from '@parley/contract'

/** What was measured since the last look. */
export interface Measured {
  /** Mean delay of the event loop. */
  loop_delay_ms: number
  /** The longest wait for a connection. */
  connection_wait_ms: number
  /** The part of the memory limit that is used, 0 to 1; null: there is no limit. */
  memory_used: number | null
}

/** From which values on lists and the like are refused; 0: never. */
export interface Thresholds {
  loop_delay_ms: number
  connection_wait_ms: number
}

/** The part of the memory limit that must be left: 85 % of it may be used. */
const least_memory_left = 0.15
/** At this many times a threshold, creating and sending is refused too. */
const normal_factor = 2
/** A refusal ends when everything has been below this part of its threshold for so long. */
const calm_part = 0.5
const calm_ms = 1000

/**
 * The worst of the values, as a multiple of its threshold. Memory counts by what is left of it: twice the threshold is half as much left,
 * since no process can use twice 85 %, and half of it is twice as much left, since few use less than 42 %.
 */
export function pressureOf({ loop_delay_ms, connection_wait_ms, memory_used }: Measured, most: Thresholds): number {
  const of = (value: number, threshold: number) => (threshold === 0 ? 0 : value / threshold)
  const memory = memory_used === null ? 0 : least_memory_left / Math.max(1 - memory_used, 0.001)
  return Math.max(of(loop_delay_ms, most.loop_delay_ms), of(connection_wait_ms, most.connection_wait_ms), memory)
}

export type Refusable = Exclude<OperationLoad, 'critical'>

/** Of an organization whose uses of the database wait behind each other: the same thresholds, for its own calls. */
export function ownPressureOf(connection_wait_ms: number, most: Thresholds): number {
  return pressureOf({ loop_delay_ms: 0, connection_wait_ms, memory_used: null }, most)
}

/** Whether calls of a class are refused because of what was measured, and for how long everything has been calm. */
export interface Pressed {
  is_refused: boolean
  calm_ms: number
}

export type Pressure = Readonly<Record<Refusable, Pressed>>

const at_ease: Pressed = { is_refused: false, calm_ms: 0 }
export const noPressure: Pressure = { bulk: at_ease, normal: at_ease }

const factors = { bulk: 1, normal: normal_factor } as const satisfies Record<Refusable, number>

/** After another look, `passed_ms` after the last one. */
export function afterLook(before: Pressure, pressure: number, passed_ms: number): Pressure {
  const next = (load: Refusable): Pressed => {
    const own = pressure / factors[load]
    if (own > 1) return { is_refused: true, calm_ms: 0 }
    if (!before[load].is_refused) return at_ease
    const calm = own < calm_part ? before[load].calm_ms + passed_ms : 0
    return calm >= calm_ms ? at_ease : { is_refused: true, calm_ms: calm }
  }
  return { bulk: next('bulk'), normal: next('normal') }
}

export const isAtEase = ({ bulk, normal }: Pressure) => !bulk.is_refused && !normal.is_refused

/** The worse of both. */
export function worse(a: Pressure, b: Pressure): Pressure {
  const of = (load: Refusable) => (a[load].is_refused ? a[load] : b[load])
  return { bulk: of('bulk'), normal: of('normal') }
}

/** The turns that run here, or will in a moment. */
export interface Occupied {
  turns: number
  /** How many organizations have some, with the one that calls. */
  owners: number
  /** Those of the organization that calls; null: it is not known yet. */
  own: number | null
}

export type WhyRefused = 'pressure' | 'turns' | 'share'

/** Above it nobody's call is admitted: until there, organizations get what is left of their share. */
const most_times_full = 2

/**
 * Null: the call is admitted. Organizations with more than an equal share of the running turns are refused before all others, and those
 * below it have their share even where the others fill the server.
 */
export function whyRefused(
  load: OperationLoad,
  { bulk, normal }: Pressure,
  { turns, owners, own }: Occupied,
  most_turns: number,
): WhyRefused | null {
  if (load === 'critical') return null
  if (normal.is_refused || (load === 'bulk' && bulk.is_refused)) return 'pressure'
  if (bulk.is_refused && own !== null && own > turns / owners) return 'share'
  if (turns < most_turns) return null
  if (turns >= most_turns * most_times_full) return 'turns'
  return own === null || own < most_turns / owners ? null : 'turns'
}

/** Whether turns that nobody waits for stay where they are. */
export const holdsTurns = ({ normal }: Pressure, turns: number, most_turns: number) =>
  normal.is_refused || turns >= most_turns

const longest_retry_seconds = 5

/** 1 to 5, so that those who were refused do not come back all at once. `random`: from 0 to 1. */
export const retryAfter = (random: number) =>
  1 + Math.min(longest_retry_seconds - 1, Math.floor(random * longest_retry_seconds))
