// The rules of webhooks: which patterns match an event type, where an endpoint may be, and what follows from a try. Pure.
import { deliveredTypes, matchesEvent } from '@parley/contract'
import type { FieldFault } from '../../base/errors.ts'
import { spread } from '../../base/retry.ts'

/** A pattern that matches nothing is a mistake. */
export function checkPatterns(patterns: readonly string[], types: readonly string[] = deliveredTypes): FieldFault[] {
  return patterns.flatMap((pattern, index) =>
    types.some((type) => matchesEvent([pattern], type))
      ? []
      : [
          {
            path: `events.${index}`,
            message: `matches no event type; use one of ${types.join(', ')} or a pattern such as \`turn.*\``,
          },
        ],
  )
}

/** The checks that need no lookup; the address is checked at each try. */
export function checkUrl(text: string): FieldFault[] {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return [{ path: 'url', message: 'must be an http or https address' }]
  }
  if (url.username || url.password) return [{ path: 'url', message: 'must not contain a user name or password' }]
  return []
}

const [second, minute, hour] = [1000, 60_000, 3_600_000]

/** From each failed try to the next. */
const retry_delays_ms = [5 * second, 30 * second, 2 * minute, 10 * minute, hour, 4 * hour, 18 * hour]
export const max_tries = retry_delays_ms.length + 1

/** The largest random change of each delay, in both directions: recovering receivers do not get everything at once. */
const jitter = 0.1

/** The result of a try. */
export interface TryResult {
  /** Of the answer; null: there was none. */
  status: number | null
  /** Why it failed; null: it was accepted. */
  error: string | null
}

export type Verdict = { type: 'delivered' } | { type: 'retry'; after_ms: number } | { type: 'failed'; is_gone: boolean }

/** `tries_made`: before this one. `chance`: a number from 0 to 1. */
export function judgeTry({ status, error }: TryResult, tries_made: number, chance: number): Verdict {
  if (error === null) return { type: 'delivered' }
  if (status === 410) return { type: 'failed', is_gone: true }
  const delay_ms = retry_delays_ms[tries_made]
  if (delay_ms === undefined) return { type: 'failed', is_gone: false }
  return { type: 'retry', after_ms: spread(delay_ms, jitter, chance) }
}

export function isAccepted(status: number): boolean {
  return status >= 200 && status < 300
}
