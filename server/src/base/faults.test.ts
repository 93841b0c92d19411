import { describe, expect, test } from 'vitest'
import { joinPath, limitFaults } from './faults.ts'

describe('joinPath', () => {
  test.each<[string, (string | number)[], string]>([
    ['the whole', [], ''],
    ['names and indexes', ['a', 0, 'b'], 'a.0.b'],
    ['a name of 64 characters', ['a'.repeat(64), 1], `${'a'.repeat(64)}.1`],
    ['a longer name', ['x', 'a'.repeat(65), 1], `x.${'a'.repeat(64)}….1`],
    ['16 levels', Array.from({ length: 16 }, () => 'a'), 'a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a'],
    ['more levels', Array.from({ length: 17 }, () => 'a'), 'a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.…'],
  ])('%s', (_name, segments, path) => {
    expect(joinPath(segments)).toBe(path)
  })

  test('is limited', () => {
    expect(joinPath(Array.from({ length: 1000 }, () => 'a'.repeat(1000)))).toHaveLength(257)
  })
})

describe('limitFaults', () => {
  const faults = (count: number, text = 'm') =>
    Array.from({ length: count }, (_, path) => ({ path: `${path}`, message: text }))

  test('lists the first hundred, in order', () => {
    expect(limitFaults(faults(3))).toEqual(faults(3))
    expect(limitFaults(faults(101))).toEqual(faults(100))
  })

  test('truncates long texts', () => {
    const [fault] = limitFaults([{ path: 'p'.repeat(1000), message: 'm'.repeat(10_000) }])
    expect([fault!.path.length, fault!.message.length]).toEqual([257, 2001])
  })

  test('is limited in bytes, whatever the characters', () => {
    const kept = limitFaults(faults(100, '\u0001'.repeat(2000)))
    expect(kept.length).toBeGreaterThan(1)
    expect(JSON.stringify(kept).length).toBeLessThan(64 * 1024)
  })

  test('lists that share a budget each keep one fault once it is used up', () => {
    const budget = { bytes: 100 }
    const kept = [1, 2, 3].map(() => limitFaults(faults(10), budget).length)
    expect(kept).toEqual([3, 1, 1])
  })
})
