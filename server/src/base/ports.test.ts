import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { isUuid, systemPorts } from './ports.ts'

test('a process measures how late its event loop is, since it was last asked, and its memory', async () => {
  let looks = 0
  using gauges = systemPorts.openGauges(() => void (looks += 1))
  await delay(30)
  gauges.loopDelay()
  const until = performance.now() + 400
  while (performance.now() < until);
  await delay(30)
  // One look was 380 ms late; a few others may have been in time.
  expect(gauges.loopDelay()).toBeGreaterThan(20)
  await expect.poll(() => looks).toBeGreaterThan(0)
  const { used, limit } = gauges.memory()
  expect(used).toBeGreaterThan(10_000_000)
  if (limit !== null) expect(limit).toBeGreaterThan(used)
})

describe('ids', () => {
  afterEach(() => void vi.useRealTimers())

  const timeOf = (id: string) => Number.parseInt(id.replace('-', '').slice(0, 12), 16)
  const descents = (ids: string[]) => ids.filter((id, index) => index > 0 && id <= ids[index - 1]!)

  test('rise within a millisecond, and begin with it', () => {
    const begun_at = Date.now()
    const ids = Array.from({ length: 20_000 }, () => systemPorts.newId())
    expect(descents(ids)).toEqual([])
    expect(new Set(ids.map(timeOf)).size).toBeLessThan(ids.length / 10)
    expect(timeOf(ids[0]!)).toBeGreaterThanOrEqual(begun_at)
    expect(timeOf(ids.at(-1)!)).toBeLessThanOrEqual(Date.now())
  })

  test('rise while the clock stands or is set back, however far', () => {
    const step = fc.record({ back_ms: fc.nat({ max: 100_000_000 }), count: fc.integer({ min: 1, max: 50 }) })
    vi.useFakeTimers({ toFake: ['Date'] })
    const now = Date.now()
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 20 }), (steps) => {
        const ids = steps.flatMap(({ back_ms, count }) => {
          vi.setSystemTime(now - back_ms)
          return Array.from({ length: count }, () => systemPorts.newId())
        })
        expect(descents(ids)).toEqual([])
      }),
    )
  })

  test('are of version 7, and what outsiders cannot know differs in each', () => {
    const ids = Array.from({ length: 2000 }, () => systemPorts.newId())
    for (const id of ids) {
      expect(isUuid(id)).toBe(true)
      expect(id).toMatch(/^.{14}7.{4}[89ab]/)
    }
    const tails = new Set(ids.map((id) => id.slice(-10)))
    expect(tails.size).toBe(ids.length)
    // No bit of the last forty is always the same.
    const bits = [...tails].map((tail) => BigInt(`0x${tail}`))
    expect(bits.reduce((all, one) => all | one, 0n)).toBe(2n ** 40n - 1n)
    expect(bits.reduce((all, one) => all & one)).toBe(0n)
  })
})
