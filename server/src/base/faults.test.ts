import { describe, expect, test } from 'vitest'
import { joinPath, tellFaults } from './faults.ts'

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

  test('has an end', () => {
    expect(joinPath(Array.from({ length: 1000 }, () => 'a'.repeat(1000)))).toHaveLength(257)
  })
})

describe('tellFaults', () => {
  const faults = (count: number, text = 'm') =>
    Array.from({ length: count }, (_, path) => ({ path: `${path}`, message: text }))

  test('tells a hundred, in their order', () => {
    expect(tellFaults(faults(3))).toEqual(faults(3))
    expect(tellFaults(faults(101))).toEqual(faults(100))
  })

  test('cuts off what is long', () => {
    const [fault] = tellFaults([{ path: 'p'.repeat(1000), message: 'm'.repeat(10_000) }])
    expect([fault!.path.length, fault!.message.length]).toEqual([257, 2001])
  })

  test('has room for so many bytes, whatever characters they are', () => {
    const told = tellFaults(faults(100, '\u0001'.repeat(2000)))
    expect(told.length).toBeGreaterThan(1)
    expect(JSON.stringify(told).length).toBeLessThan(64 * 1024)
  })

  test('lists that share a room are told of once more each where it is full', () => {
    const room = { bytes: 100 }
    const told = [1, 2, 3].map(() => tellFaults(faults(10), room).length)
    expect(told).toEqual([3, 1, 1])
  })
})
