import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBuckets, createRateLimiter } from './rate-limit.ts'

function createClock() {
  const clock = { ms: 1_000_000, monotonic: () => clock.ms }
  return clock
}

/** For one kind of subject, one request at a time. */
function createLimiter(per_minute: number, clock: ReturnType<typeof createClock>, max_buckets?: number) {
  const buckets = createBuckets(per_minute, max_buckets)
  return {
    take(key: string) {
      const level = buckets.look(key, Math.floor(clock.monotonic()), 1)
      return level.write(level.hasRoom)
    },
  }
}

/** The same limit, counted in fractions of a request and with permanent buckets. */
function createModel(per_minute: number) {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return (key: string, now: number) => {
    const { tokens, at } = buckets.get(key) ?? { tokens: per_minute, at: now }
    const filled = Math.min(per_minute, tokens + ((now - at) * per_minute) / 60_000)
    const allowed = filled > 1 - 1e-9
    const left = allowed ? filled - 1 : filled
    buckets.set(key, { tokens: left, at: now })
    return { allowed, left }
  }
}

describe('an additional charge', () => {
  const subjects = { credential: 'a', user_id: 'u', organization_id: 'o' }
  const limits = {
    requests_per_minute: 60,
    requests_of_user_per_minute: 120,
    requests_of_organization_per_minute: 600,
  }

  it('delays all its subjects, by at most a minute', () => {
    const clock = createClock()
    const limiter = createRateLimiter(limits, clock)
    expect(limiter.take(subjects).remaining).toBe(59)
    limiter.charge(subjects, 69)
    const refused = limiter.take(subjects)
    expect([refused.allowed, refused.remaining, refused.retry_after_seconds]).toEqual([false, 0, 11])
    expect(limiter.take({ ...subjects, credential: 'b' }).remaining).toBe(49)
    limiter.charge(subjects, 100_000)
    expect(limiter.take(subjects).retry_after_seconds).toBe(61)
    clock.ms += 61_000
    expect(limiter.take(subjects).allowed).toBe(true)
  })

  it('has no effect if the limit is disabled', () => {
    const limiter = createRateLimiter({ ...limits, requests_per_minute: 0 }, createClock())
    limiter.charge(subjects, 1000)
    expect(limiter.take(subjects).allowed).toBe(true)
  })
})

describe('rate limit', () => {
  it('gives the same results as a naive model', () => {
    const requests = fc.array(
      fc.record({ key: fc.constantFrom('a', 'b', 'c'), wait: fc.oneof(fc.constant(0), fc.nat(30_000)) }),
      {
        maxLength: 200,
      },
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), requests, (per_minute, list) => {
        const clock = createClock()
        const limiter = createLimiter(per_minute, clock)
        const model = createModel(per_minute)
        for (const { key, wait } of list) {
          clock.ms += wait
          const decision = limiter.take(key)
          const expected = model(key, clock.ms)
          expect(decision.allowed).toBe(expected.allowed)
          expect(decision.remaining).toBe(Math.floor(expected.left + 1e-6))
          expect(decision.limit).toBe(per_minute)
        }
      }),
    )
  })

  it('never permits more in any period than the limit and what was refilled', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.nat(2000), { maxLength: 300 }), (per_minute, waits) => {
        const clock = createClock()
        const limiter = createLimiter(per_minute, clock)
        const let_through: number[] = []
        for (const wait of waits) {
          clock.ms += wait
          if (limiter.take('a').allowed) let_through.push(clock.ms)
        }
        for (const [index, from] of let_through.entries()) {
          const until = let_through.at(-1) ?? from
          const most = per_minute + ((until - from) * per_minute) / 60_000
          expect(let_through.length - index).toBeLessThanOrEqual(Math.floor(most + 1e-9))
        }
      }),
    )
  })

  it('reports the exact wait', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(5000), (per_minute, offset) => {
        const clock = createClock()
        const limiter = createLimiter(per_minute, clock)
        for (let count = 0; count < per_minute; count++) expect(limiter.take('a').allowed).toBe(true)
        clock.ms += offset % 10
        const refused = limiter.take('a')
        if (refused.allowed) return
        expect(refused).toMatchObject({ remaining: 0, limit: per_minute })
        expect(refused.retry_after_seconds).toBeGreaterThanOrEqual(1)
        clock.ms += refused.retry_after_seconds * 1000
        const next = limiter.take('a')
        expect(next.allowed).toBe(true)
        clock.ms += next.reset_seconds * 1000
        expect(limiter.take('a').remaining).toBe(per_minute - 1)
      }),
      { numRuns: 30 },
    )
  })

  it('separates keys', () => {
    const limiter = createLimiter(1, createClock())
    expect(limiter.take('a').allowed).toBe(true)
    expect(limiter.take('a').allowed).toBe(false)
    expect(limiter.take('b').allowed).toBe(true)
  })

  it('is disabled by 0', () => {
    const limiter = createLimiter(0, createClock())
    for (let count = 0; count < 100; count++) expect(limiter.take('a')).toMatchObject({ allowed: true, limit: 0 })
  })

  it('remembers the most recently used keys if there are too many', () => {
    const clock = createClock()
    const limiter = createLimiter(1, clock, 3)
    for (const key of ['a', 'b', 'c']) expect(limiter.take(key).allowed).toBe(true)
    expect(limiter.take('a').allowed).toBe(false)
    expect(limiter.take('d').allowed).toBe(true)
    // 'b' is the least recently used and is dropped; counting it again drops 'c'.
    expect(limiter.take('a').allowed).toBe(false)
    expect(limiter.take('b').allowed).toBe(true)
    expect(limiter.take('d').allowed).toBe(false)
  })
})

describe('rate limits of a credential, its user and its organization', () => {
  const limits = {
    requests_per_minute: 10,
    requests_of_user_per_minute: 15,
    requests_of_organization_per_minute: 20,
  }
  const subjects = (credential: string, user_id: string | null = 'u', organization_id: string | null = 'o') => ({
    credential,
    user_id,
    organization_id,
  })
  const takeMany = (limiter: ReturnType<typeof createRateLimiter>, times: number, of: ReturnType<typeof subjects>) =>
    Array.from({ length: times }, () => limiter.take(of)).filter((decision) => decision.allowed).length

  it('all must permit the request', () => {
    const limiter = createRateLimiter(limits, createClock())
    expect(takeMany(limiter, 12, subjects('a'))).toBe(10)
    expect(takeMany(limiter, 12, subjects('b'))).toBe(5)
    expect(takeMany(limiter, 12, subjects('c', 'v'))).toBe(5)
    expect(takeMany(limiter, 12, subjects('d', null, 'p'))).toBe(10)
    expect(takeMany(limiter, 12, subjects('e', 'w', null))).toBe(10)
  })

  it('a refusal takes nothing from any of them', () => {
    const limiter = createRateLimiter(limits, createClock())
    expect(takeMany(limiter, 10, subjects('a'))).toBe(10)
    // Refused by the credential alone, so neither the user nor the organization is charged.
    expect(takeMany(limiter, 50, subjects('a'))).toBe(0)
    expect(takeMany(limiter, 50, subjects('b'))).toBe(5)
    // Refused by the user, so the credential is not charged either.
    expect(limiter.take(subjects('b', 'v')).remaining).toBe(4)
  })

  it('the headers report the tightest', () => {
    const limiter = createRateLimiter(limits, createClock())
    expect(limiter.take(subjects('a'))).toMatchObject({ limit: 10, remaining: 9 })
    takeMany(limiter, 9, subjects('a'))
    expect(limiter.take(subjects('b'))).toMatchObject({ allowed: true, limit: 15, remaining: 4 })
    takeMany(limiter, 4, subjects('b'))
    expect(limiter.take(subjects('b'))).toMatchObject({
      allowed: false,
      limit: 15,
      remaining: 0,
      retry_after_seconds: 4,
    })
    expect(limiter.take(subjects('c', 'v'))).toMatchObject({ allowed: true, limit: 20, remaining: 4 })
  })

  it('a call can count as several requests; one that exceeds the capacity takes all of it', () => {
    const limiter = createRateLimiter(limits, createClock())
    expect(limiter.take(subjects('a'), 4)).toMatchObject({ allowed: true, remaining: 6 })
    expect(limiter.take(subjects('a'), 7)).toMatchObject({ allowed: false, remaining: 6 })
    expect(limiter.take(subjects('a'), 6)).toMatchObject({ allowed: true, remaining: 0 })
    expect(limiter.take(subjects('b', 'v', 'p'), 1000)).toMatchObject({ allowed: true, remaining: 0 })
  })

  it('none is below that of a credential, and each is disabled by 0', () => {
    const raised = createRateLimiter({ ...limits, requests_per_minute: 30 }, createClock())
    expect(takeMany(raised, 50, subjects('a'))).toBe(30)
    const users = { ...limits, requests_of_user_per_minute: 0, requests_of_organization_per_minute: 0 }
    const without = createRateLimiter(users, createClock())
    for (const credential of ['a', 'b', 'c']) expect(takeMany(without, 12, subjects(credential))).toBe(10)
    const off = createRateLimiter({ ...limits, requests_per_minute: 0 }, createClock())
    expect(takeMany(off, 100, subjects('a'))).toBe(100)
  })
})
