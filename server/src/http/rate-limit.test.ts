import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRateLimiter } from './rate-limit.ts'

function createClock() {
  const clock = { ms: 1_000_000, monotonic: () => clock.ms }
  return clock
}

/** The same limit, counted in fractions of a request and with a bucket for ever. */
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

describe('rate limit', () => {
  it('answers as the naive model does', () => {
    const requests = fc.array(
      fc.record({ key: fc.constantFrom('a', 'b', 'c'), wait: fc.oneof(fc.constant(0), fc.nat(30_000)) }),
      {
        maxLength: 200,
      },
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), requests, (per_minute, list) => {
        const clock = createClock()
        const limiter = createRateLimiter(per_minute, clock)
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

  it('never lets more through, in any stretch of time, than the limit and what came back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.nat(2000), { maxLength: 300 }), (per_minute, waits) => {
        const clock = createClock()
        const limiter = createRateLimiter(per_minute, clock)
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

  it('tells truly how long to wait', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(5000), (per_minute, offset) => {
        const clock = createClock()
        const limiter = createRateLimiter(per_minute, clock)
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

  it('keeps the keys apart', () => {
    const limiter = createRateLimiter(1, createClock())
    expect(limiter.take('a').allowed).toBe(true)
    expect(limiter.take('a').allowed).toBe(false)
    expect(limiter.take('b').allowed).toBe(true)
  })

  it('is switched off by 0', () => {
    const limiter = createRateLimiter(0, createClock())
    for (let count = 0; count < 100; count++) expect(limiter.take('a')).toMatchObject({ allowed: true, limit: 0 })
  })

  it('remembers the busiest when there are too many keys', () => {
    const clock = createClock()
    const limiter = createRateLimiter(1, clock, 3)
    for (const key of ['a', 'b', 'c']) expect(limiter.take(key).allowed).toBe(true)
    expect(limiter.take('a').allowed).toBe(false)
    expect(limiter.take('d').allowed).toBe(true)
    // 'b' was not used for the longest time and is forgotten; to count it anew, 'c' is.
    expect(limiter.take('a').allowed).toBe(false)
    expect(limiter.take('b').allowed).toBe(true)
    expect(limiter.take('d').allowed).toBe(false)
  })
})
