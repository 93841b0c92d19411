// Limits requests per minute of credentials, users and organizations, with token buckets in memory: each node counts for itself.
import type { LimitSubjects } from './access.ts'
import type { Limits } from '../config/limits.ts'
import type { Clock } from '../base/ports.ts'

/** The result for a request, with the values of the `RateLimit-*` and `Retry-After` headers, from the tightest of several limits. */
export interface RateDecision {
  allowed: boolean
  /** Requests per minute; 0: the limit is disabled and the other numbers have no meaning. */
  limit: number
  /** Requests that are possible immediately. */
  remaining: number
  /** Seconds until the whole limit is available again. */
  reset_seconds: number
  /** Seconds until the next request is permitted; 0 if this one was. */
  retry_after_seconds: number
}

export interface RateLimiter {
  /** Counts a request with its cost for each subject, if all of them permit it. A refused request costs nothing. */
  take(subjects: LimitSubjects, cost?: number): RateDecision
  /** Counts the additional cost of a request that is known only afterwards. It may exceed what is left; later requests then wait. */
  charge(subjects: LimitSubjects, cost: number): void
}

export type RequestLimits = Pick<
  Limits,
  'requests_per_minute' | 'requests_of_user_per_minute' | 'requests_of_organization_per_minute'
>

/** Keeps the limit of a user or organization at least at that of a single credential, which would otherwise have no effect. */
export function createRateLimiter(limits: RequestLimits, clock: Pick<Clock, 'monotonic'>): RateLimiter {
  const { requests_per_minute: least } = limits
  if (least === 0) return { take: () => unlimited, charge: () => {} }
  const atLeast = (per_minute: number) => (per_minute === 0 ? 0 : Math.max(per_minute, least))
  const credentials = createBuckets(least)
  const users = createBuckets(atLeast(limits.requests_of_user_per_minute))
  const organizations = createBuckets(atLeast(limits.requests_of_organization_per_minute))

  return {
    charge({ credential, user_id, organization_id }, cost) {
      const now = Math.floor(clock.monotonic())
      credentials.charge(credential, now, cost)
      if (user_id !== null) users.charge(user_id, now, cost)
      if (organization_id !== null) organizations.charge(organization_id, now, cost)
    },
    take({ credential, user_id, organization_id }, cost = 1) {
      const now = Math.floor(clock.monotonic())
      const levels = [credentials.look(credential, now, cost)]
      if (user_id !== null) levels.push(users.look(user_id, now, cost))
      if (organization_id !== null) levels.push(organizations.look(organization_id, now, cost))
      const allowed = levels.every((level) => level.hasRoom)
      return levels.map((level) => level.write(allowed)).reduce(tighter)
    },
  }
}

const unlimited: RateDecision = { allowed: true, limit: 0, remaining: 0, reset_seconds: 0, retry_after_seconds: 0 }

/** The result with the longest wait, or else with the least left; the first of equal ones. */
function tighter(one: RateDecision, other: RateDecision): RateDecision {
  if (other.limit === 0) return one
  if (other.retry_after_seconds !== one.retry_after_seconds)
    return other.retry_after_seconds > one.retry_after_seconds ? other : one
  return other.remaining < one.remaining ? other : one
}

/** The present state of a bucket, before anything is taken. */
interface Level {
  hasRoom: boolean
  /** Takes the cost if all buckets permit it, and returns their state. */
  write(allowed: boolean): RateDecision
}

export interface Buckets {
  look(key: string, now: number, cost: number): Level
  /** Takes the amount even if it exceeds what is left. */
  charge(key: string, now: number, cost: number): void
}

/**
 * What a key has used, in fractions of a request: one request is `request_cost`, and each millisecond gives back as many units as
 * there are requests per minute. These are whole numbers, so that a limit of 7 permits exactly 7.
 */
interface Bucket {
  used: number
  counted_at: number
}

const request_cost = 60_000
const most_buckets = 50_000
/** Bounds the wait, whatever was charged. */
const most_minutes_owed = 1

/**
 * A bucket that is full again is the same as no bucket and is dropped. Beyond `max_buckets` the least recently used one is dropped
 * even if it is not full: with more keys in one minute, some are permitted too much, but none too little.
 */
export function createBuckets(per_minute: number, max_buckets: number = most_buckets): Buckets {
  if (per_minute === 0) return { look: () => ({ hasRoom: true, write: () => unlimited }), charge: () => {} }
  // Ordered by last request, because a map keeps the order of insertion.
  const buckets = new Map<string, Bucket>()
  const capacity = per_minute * request_cost
  const secondsFor = (parts: number) => Math.ceil(parts / per_minute / 1000)

  function usedAt(bucket: Bucket, now: number): number {
    return Math.max(0, bucket.used - (now - bucket.counted_at) * per_minute)
  }

  /** Drops at most two, so that the map shrinks faster than it grows and no request pays for a complete sweep. */
  function dropIdle(now: number): void {
    let looked_at = 0
    for (const [key, bucket] of buckets) {
      if (++looked_at > 2 || (buckets.size <= max_buckets && usedAt(bucket, now) > 0)) return
      buckets.delete(key)
    }
  }

  function usedOf(key: string, now: number): number {
    const bucket = buckets.get(key)
    return bucket ? usedAt(bucket, now) : 0
  }

  function keep(key: string, used: number, now: number): void {
    buckets.delete(key)
    buckets.set(key, { used, counted_at: now })
    dropIdle(now)
  }

  return {
    charge(key, now, cost) {
      keep(key, Math.min(usedOf(key, now) + cost * request_cost, capacity * (1 + most_minutes_owed)), now)
    },
    look(key, now, cost) {
      const used_before = usedOf(key, now)
      // A cost above the capacity takes the whole capacity.
      const wanted = Math.min(cost * request_cost, capacity)
      const hasRoom = used_before + wanted <= capacity
      return {
        hasRoom,
        write(allowed) {
          const used = allowed ? used_before + wanted : used_before
          keep(key, used, now)
          return {
            allowed,
            limit: per_minute,
            remaining: Math.max(0, Math.floor((capacity - used) / request_cost)),
            reset_seconds: secondsFor(used),
            retry_after_seconds: hasRoom ? 0 : secondsFor(used + wanted - capacity),
          }
        },
      }
    },
  }
}
