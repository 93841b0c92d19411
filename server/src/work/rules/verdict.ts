// What follows from a run: the end, a pause, or giving up. Pure.
import type { Outcome } from '../port.ts'

/** The largest random change of each delay, in both directions: work that failed together does not return together. */
const jitter = 0.1

export type Verdict =
  | { type: 'done' }
  | { type: 'again'; at: string | null; in_ms: number }
  | { type: 'retry'; after_ms: number }
  | { type: 'give_up'; why: string }

export interface Tried {
  delays_ms: readonly number[]
  /** True: never given up. */
  is_endless: boolean
  /** Including this one. */
  tries: number
}

/** `chance`: a number from 0 to 1. */
export function judgeOutcome(next: Outcome['next'], tried: Tried, chance: number): Verdict {
  if (next === 'done') return { type: 'done' }
  if ('again_at' in next) return { type: 'again', at: next.again_at, in_ms: 0 }
  if ('again_in_ms' in next) return { type: 'again', at: null, in_ms: next.again_in_ms }
  const { delays_ms, is_endless, tries } = tried
  if (tries > delays_ms.length && !is_endless) return { type: 'give_up', why: next.retry }
  const delay_ms = delays_ms[Math.min(tries, delays_ms.length) - 1] ?? 0
  const after_ms = next.after_ms ?? Math.round(delay_ms * (1 + jitter * (2 * chance - 1)))
  return { type: 'retry', after_ms }
}

/** Whether a leased try is one too many: all tries before it were started, and the last one was lost with its node. */
export function isBeyondTries({ delays_ms, is_endless, tries }: Tried): boolean {
  return !is_endless && tries > delays_ms.length + 1
}
