import { deliveredTypes } from '@parley/contract'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { checkPatterns, checkUrl, judgeTry, max_tries } from './deliveries.ts'

describe('patterns', () => {
  it('that match no event type are faults, each with its path', () => {
    expect(checkPatterns([...deliveredTypes, '*', 'tool_call.*', 'webhook.*'])).toEqual([])
    expect(checkPatterns(['turn.*', 'turns.*', '', '**']).map(({ path }) => path)).toEqual([
      'events.1',
      'events.2',
      'events.3',
    ])
  })
})

test.each([
  ['https://receiver.test/hook?a=1', 0],
  ['http://10.0.0.1:9/', 0], // refused when it is called, unless private addresses are allowed
  ['receiver.test/hook', 1],
  ['javascript:alert(1)', 1],
  ['https://name@receiver.test/', 1],
  ['', 1],
])('an endpoint at %j: %i faults', (url, count) => expect(checkUrl(url).length).toBe(count))

describe('after a try', () => {
  const failed = { status: 500, error: 'Answered 500' }

  it('each delay is close to the schedule for any random value', () => {
    const delays_ms = [5000, 30_000, 120_000, 600_000, 3_600_000, 14_400_000, 64_800_000]
    expect(delays_ms.length).toBe(max_tries - 1)
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: max_tries - 2 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (made, chance) => {
          const verdict = judgeTry(failed, made, chance)
          expect(verdict.type).toBe('retry')
          const ratio = (verdict as { after_ms: number }).after_ms / delays_ms[made]!
          expect(ratio).toBeGreaterThanOrEqual(0.89)
          expect(ratio).toBeLessThanOrEqual(1.11)
        },
      ),
    )
    const of = (chance: number) => judgeTry(failed, 0, chance)
    expect(of(0)).not.toEqual(of(1))
  })

  it('the eighth failure is final, 410 is final at once, and a success counts at any time', () => {
    expect(judgeTry(failed, max_tries - 1, 0.5)).toEqual({ type: 'failed', is_gone: false })
    expect(judgeTry(failed, max_tries, 0.5)).toEqual({ type: 'failed', is_gone: false })
    expect(judgeTry({ status: 410, error: 'Answered 410' }, 0, 0.5)).toEqual({ type: 'failed', is_gone: true })
    for (let made = 0; made < max_tries; made += 1) {
      expect(judgeTry({ status: 200, error: null }, made, 0.5)).toEqual({ type: 'delivered' })
    }
  })
})
