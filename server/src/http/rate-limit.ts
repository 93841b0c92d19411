// Requests a minute for each credential: token buckets in memory, so that every node counts for itself.
import type { Clock } from '../ports.ts'

/** The answer for one request, with what the `RateLimit-*` and `Retry-After` headers say. */
export interface RateDecision {
  allowed: boolean
  /** Requests a minute; 0: the limit is switched off and the other numbers mean nothing. */
  limit: number
  /** Requests that could follow at once. */
  remaining: number
  /** Until the whole limit could be used at once again. */
  reset_seconds: number
  /** Until the next request is allowed; 0 when this one was. */
  retry_after_seconds: number
}

export interface RateLimiter {
  /** Counts one request of `key`. A refused one costs nothing. */
  take(key: string): RateDecision
}

/**
 * What a key has used, in parts of a request: one request is `request_cost`, and each millisecond gives back as many parts
 * as there are requests a minute. Whole numbers, so that a limit of 7 lets exactly 7 through.
 */
interface Bucket {
  used: number
  counted_at: number
}

const request_cost = 60_000
const most_buckets = 50_000

/**
 * A bucket that is full again is as good as none and is dropped. Beyond `max_buckets` the one that was not used for the
 * longest time goes, full or not: with more keys than that in one minute, some are let through too often, none too seldom.
 */
export function createRateLimiter(
  per_minute: number,
  clock: Pick<Clock, 'monotonic'>,
  max_buckets: number = most_buckets,
): RateLimiter {
  // In the order of their last request, since a map keeps the order of insertion.
  const buckets = new Map<string, Bucket>()
  const capacity = per_minute * request_cost

  function usedAt(bucket: Bucket, now: number): number {
    return Math.max(0, bucket.used - (now - bucket.counted_at) * per_minute)
  }

  /** Two at most, so that the map shrinks faster than it grows and no request pays for a sweep. */
  function dropIdle(now: number): void {
    let looked_at = 0
    for (const [key, bucket] of buckets) {
      if (++looked_at > 2 || (buckets.size <= max_buckets && usedAt(bucket, now) > 0)) return
      buckets.delete(key)
    }
  }

  return {
    take(key) {
      if (per_minute === 0) return { allowed: true, limit: 0, remaining: 0, reset_seconds: 0, retry_after_seconds: 0 }
      const now = Math.floor(clock.monotonic())
      const bucket = buckets.get(key)
      const used_before = bucket ? usedAt(bucket, now) : 0
      const allowed = used_before + request_cost <= capacity
      const used = allowed ? used_before + request_cost : used_before
      buckets.delete(key)
      buckets.set(key, { used, counted_at: now })
      dropIdle(now)
      const secondsFor = (parts: number) => Math.ceil(parts / per_minute / 1000)
      return {
        allowed,
        limit: per_minute,
        remaining: Math.floor((capacity - used) / request_cost),
        reset_seconds: secondsFor(used),
        retry_after_seconds: allowed ? 0 : secondsFor(used + request_cost - capacity),
      }
    },
  }
}
