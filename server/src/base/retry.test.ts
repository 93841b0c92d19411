import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { backoffDelay, createSleep } from './retry.ts'

test('a wait is between half of its ceiling and its ceiling, and at most 4 s', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
      const ceiling = Math.min(4000, 250 * 2 ** (attempt - 1))
      const delay = backoffDelay(attempt, () => chance)
      expect(delay).toBeGreaterThanOrEqual(ceiling / 2)
      expect(delay).toBeLessThanOrEqual(ceiling)
    }),
  )
})

describe('the sleep of a clock', () => {
  function createClock() {
    const calls = new Set<() => void>()
    return {
      calls,
      after(_ms: number, call: () => void) {
        calls.add(call)
        return () => calls.delete(call)
      },
    }
  }

  test('ends when the clock calls back', async () => {
    const clock = createClock()
    const sleep = createSleep(clock)(100, new AbortController().signal)
    for (const call of clock.calls) call()
    await expect(sleep).resolves.toBeUndefined()
  })

  test('ends with the reason of an abort, and stops the clock', async () => {
    const clock = createClock()
    const controller = new AbortController()
    const reason = new Error('superseded')
    const sleep = createSleep(clock)(100, controller.signal)
    controller.abort(reason)
    await expect(sleep).rejects.toBe(reason)
    expect(clock.calls.size).toBe(0)
    await expect(createSleep(clock)(100, controller.signal)).rejects.toBe(reason)
    expect(clock.calls.size).toBe(0)
  })
})
