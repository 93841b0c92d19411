// Waits grow within their bounds, and temporary errors are retried within theirs, in virtual time.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createVirtualTime } from '../../test/support/virtual-time.ts'
import { backoff, retry, sleep, spread } from './retry.ts'

describe('a wait', () => {
  const bounds = { first_ms: 250, longest_ms: 4000 }

  test('is doubled from the first to the longest', () => {
    const waits = [1, 2, 3, 4, 5, 6, 60].map((tries) => backoff(tries, bounds))
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000])
  })

  test('is between half of its ceiling and its ceiling if it is random', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (tries, chance) => {
        const ceiling = Math.min(4000, 250 * 2 ** (tries - 1))
        const delay = backoff(tries, { ...bounds, random: () => chance })
        expect(delay).toBeGreaterThanOrEqual(ceiling / 2)
        expect(delay).toBeLessThanOrEqual(ceiling)
      }),
    )
  })

  test('is spread in both directions', () => {
    expect([0, 0.5, 1].map((chance) => spread(1000, 0.1, chance))).toEqual([900, 1000, 1100])
  })
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
    const sleeping = sleep(clock, 100, new AbortController().signal)
    for (const call of clock.calls) call()
    await expect(sleeping).resolves.toBeUndefined()
  })

  test('ends with the reason of an abort, and stops the clock', async () => {
    const clock = createClock()
    const controller = new AbortController()
    const reason = new Error('superseded')
    const sleeping = sleep(clock, 100, controller.signal)
    controller.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
    expect(clock.calls.size).toBe(0)
    await expect(sleep(clock, 100, controller.signal)).rejects.toBe(reason)
    expect(clock.calls.size).toBe(0)
  })
})

describe('what is tried again', () => {
  class Passing extends Error {}
  const mayPass = (error: unknown) => error instanceof Passing

  /** Fails a number of times, each after 100 ms. */
  function failing(times: number, error: Error = new Passing()) {
    const time = createVirtualTime()
    let tries = 0
    const attempt = async () => {
      await time.sleep(100)
      if ((tries += 1) <= times) throw error
      return tries
    }
    return { time, attempt, triesOf: () => tries }
  }

  test('is retried until it succeeds, with a wait before each retry', async () => {
    const { time, attempt } = failing(2)
    expect(await time.run(retry(time, { wait_ms: 250, mayPass, bound: { tries: 3 } }, attempt))).toBe(3)
    expect(time.now()).toBe(3 * 100 + 2 * 250)
  })

  test('ends with the last error after the last attempt', async () => {
    const { time, attempt, triesOf } = failing(10)
    const outcome = retry(time, { wait_ms: 250, mayPass, bound: { tries: 3 } }, attempt)
    await expect(time.run(outcome)).rejects.toBeInstanceOf(Passing)
    expect(triesOf()).toBe(3)
  })

  test('ends with the first error after its time limit', async () => {
    const { time, attempt, triesOf } = failing(100)
    const outcome = retry(time, { wait_ms: 250, mayPass, bound: { patience_ms: 1000 } }, attempt)
    await expect(time.run(outcome)).rejects.toBeInstanceOf(Passing)
    expect(triesOf()).toBe(4)
    expect(time.now()).toBe(4 * 100 + 3 * 250)
  })

  test('is not retried after a permanent error', async () => {
    const { time, attempt, triesOf } = failing(1, new Error('a defect'))
    const outcome = retry(time, { wait_ms: 250, mayPass, bound: { tries: 3 } }, attempt)
    await expect(time.run(outcome)).rejects.toThrow('a defect')
    expect(triesOf()).toBe(1)
  })
})
