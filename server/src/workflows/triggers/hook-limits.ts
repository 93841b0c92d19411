// What limits the requests of webhooks on this server: how many come to a URL, how many a sender may guess, and that equal ones wait for
// each other in memory and not in the database.
import { AppError } from '../../base/errors.ts'
import type { Clock } from '../../base/ports.ts'
import { networkOf } from '../../calls/attempts.ts'
import { type Buckets, createBuckets } from '../../calls/rate-limit.ts'

export interface HookLimits {
  readonly body_bytes: number
  /** Counts a request to the URL of a trigger. Throws `rate_limited`. */
  requireUrl(trigger_id: string): void
  /** Counts a request to a URL that nothing has. Throws `rate_limited`. */
  requireStranger(address: string): void
  /** One after the other for each key; null: at once. */
  inTurn<T>(key: string | null, work: () => Promise<T>): Promise<T>
}

export interface HookBounds {
  body_bytes: number
  requests_per_minute: number
  /** From one network, to URLs that nothing has. */
  misses_per_minute: number
}

export function createHookLimits(clock: Pick<Clock, 'monotonic'>, bounds: HookBounds): HookLimits {
  const urls = createBuckets(bounds.requests_per_minute)
  const strangers = createBuckets(bounds.misses_per_minute)
  const running = new Map<string, Promise<unknown>>()

  function take(buckets: Buckets, key: string): void {
    const level = buckets.look(key, Math.floor(clock.monotonic()), 1)
    const taken = level.write(level.hasRoom)
    if (!taken.allowed) throw new AppError('rate_limited', undefined, {}, { retry_after: taken.retry_after_seconds })
  }

  return {
    body_bytes: bounds.body_bytes,
    requireUrl: (trigger_id) => take(urls, trigger_id),
    requireStranger: (address) => take(strangers, networkOf(address)),
    async inTurn(key, work) {
      if (key === null) return work()
      const before = running.get(key) ?? Promise.resolve()
      const mine = before.then(work, work)
      // The next one waits for it, however it ends.
      const over = mine.catch(() => {})
      running.set(key, over)
      try {
        return await mine
      } finally {
        if (running.get(key) === over) running.delete(key)
      }
    },
  }
}
