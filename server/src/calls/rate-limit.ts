// Requests a minute of credentials, users and organizations: token buckets in memory, so that every node counts for itself.
import type { LimitSubjects } from './access.ts'
import type { Limits } from '../config/limits.ts'
import type { Clock } from '../base/ports.ts'

/** The answer for one request, with what the `RateLimit-*` and `Retry-After` headers say: of several limits, the tightest. */
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
  /** Counts a request as so many of each subject, if all of them have room. A refused one costs none of them anything. */
  take(subjects: LimitSubjects, cost?: number): RateDecision
  /** Counts what a request turned out to cost beyond what was taken. What is more than there is left has to be waited for. */
  charge(subjects: LimitSubjects, cost: number): void
}

export type RequestLimits = Pick<
  Limits,
  'requests_per_minute' | 'requests_of_user_per_minute' | 'requests_of_organization_per_minute'
>

/** A limit of a user or an organization below that of a single credential would take back what the latter grants. */
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

/** What has to be waited for longest, or else what leaves the least; where they are equal, the first. */
function tighter(one: RateDecision, other: RateDecision): RateDecision {
  if (other.limit === 0) return one
  if (other.retry_after_seconds !== one.retry_after_seconds)
    return other.retry_after_seconds > one.retry_after_seconds ? other : one
  return other.remaining < one.remaining ? other : one
}

/** A bucket as it is now, before anything of it is taken. */
interface Level {
  hasRoom: boolean
  /** Takes, if all have room, and says how it stands then. */
  write(allowed: boolean): RateDecision
}

export interface Buckets {
  look(key: string, now: number, cost: number): Level
  /** Takes so much, whether there is room for it or not. */
  charge(key: string, now: number, cost: number): void
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
/** Nobody has to wait for longer than this takes, whatever was charged. */
const most_minutes_owed = 1

/**
 * A bucket that is full again is as good as none and is dropped. Beyond `max_buckets` the one that was not used for the
 * longest time goes, full or not: with more keys than that in one minute, some are let through too often, none too seldom.
 */
export function createBuckets(per_minute: number, max_buckets: number = most_buckets): Buckets {
  if (per_minute === 0) return { look: () => ({ hasRoom: true, write: () => unlimited }), charge: () => {} }
  // In the order of their last request, since a map keeps the order of insertion.
  const buckets = new Map<string, Bucket>()
  const capacity = per_minute * request_cost
  const secondsFor = (parts: number) => Math.ceil(parts / per_minute / 1000)

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
      // What costs more than there ever is takes all of it.
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
