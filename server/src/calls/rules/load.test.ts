import { describe, expect, test } from 'vitest'
import {
  type Occupied,
  type Pressure,
  afterLook,
  holdsTurns,
  isAtEase,
  noPressure,
  ownPressureOf,
  pressureOf,
  retryAfter,
  whyRefused,
  worse,
} from './load.ts'

const thresholds = { loop_delay_ms: 75, connection_wait_ms: 250 }
const calm = { loop_delay_ms: 1, connection_wait_ms: 0, memory_used: 0.3 }

/** After looks every half second. */
const after = (...pressures: number[]) =>
  pressures.reduce((state, pressure) => afterLook(state, pressure, 500), noPressure)
const refusedIn = ({ bulk, normal }: Pressure) => [bulk.is_refused, normal.is_refused]

test('each value counts as a multiple of its threshold, memory by what is left of it', () => {
  expect(pressureOf(calm, thresholds)).toBeLessThan(0.5)
  expect(pressureOf({ ...calm, loop_delay_ms: 150 }, thresholds)).toBe(2)
  expect(pressureOf({ ...calm, connection_wait_ms: 250 }, thresholds)).toBe(1)
  const withMemory = (memory_used: number | null) => pressureOf({ ...calm, memory_used }, thresholds)
  expect(withMemory(0.85)).toBeCloseTo(1)
  expect(withMemory(0.925)).toBeCloseTo(2)
  expect(withMemory(0.7)).toBeCloseTo(0.5)
  expect(withMemory(1.2)).toBeGreaterThan(2)
  expect(withMemory(null)).toBeLessThan(0.1)
})

test('a threshold of 0 is never reached', () => {
  expect(pressureOf({ ...calm, loop_delay_ms: 5000 }, { loop_delay_ms: 0, connection_wait_ms: 0 })).toBeLessThan(0.5)
})

test('an organization that waits behind itself has the same thresholds, whatever the server has to do', () => {
  expect(ownPressureOf(250, thresholds)).toBe(1)
  expect(ownPressureOf(600, thresholds)).toBeGreaterThan(2)
  expect(isAtEase(after(ownPressureOf(0, thresholds)))).toBe(true)
  expect(refusedIn(worse(after(1.5), after(3)))).toEqual([true, true])
  expect(refusedIn(worse(after(1.5), noPressure))).toEqual([true, false])
  expect(isAtEase(worse(noPressure, noPressure))).toBe(true)
})

test('lists are refused above the thresholds, creating and sending above twice that', () => {
  expect(refusedIn(after(1))).toEqual([false, false])
  expect(refusedIn(after(1.1))).toEqual([true, false])
  expect(refusedIn(after(2))).toEqual([true, false])
  expect(refusedIn(after(2.1))).toEqual([true, true])
})

test('each refusal ends when everything was below half of its threshold for a second', () => {
  expect(refusedIn(after(1.1, 0.6, 0.6, 0.6, 0.6))).toEqual([true, false])
  expect(refusedIn(after(1.1, 0.4))).toEqual([true, false])
  expect(refusedIn(after(1.1, 0.4, 0.6, 0.4))).toEqual([true, false])
  expect(refusedIn(after(1.1, 0.4, 0.4))).toEqual([false, false])
  expect(refusedIn(after(3, 0.9))).toEqual([true, true])
  expect(refusedIn(after(3, 0.9, 0.9))).toEqual([true, false])
})

describe('a call is admitted', () => {
  const most = 100
  const occupied = (turns: number, owners = 1, own: number | null = 0): Occupied => ({ turns, owners, own })
  const bulk = after(1.5)
  const normal = after(3)

  test('always, if it ends something or asks for health', () => {
    expect(whyRefused('critical', normal, occupied(500, 1, 500), most)).toBeNull()
  })

  test('unless its class is refused', () => {
    expect(whyRefused('normal', noPressure, occupied(50, 1, 50), most)).toBeNull()
    expect(whyRefused('bulk', noPressure, occupied(50, 1, 50), most)).toBeNull()
    expect(whyRefused('bulk', bulk, occupied(0), most)).toBe('pressure')
    expect(whyRefused('normal', bulk, occupied(0), most)).toBeNull()
    expect(whyRefused('normal', normal, occupied(0), most)).toBe('pressure')
  })

  test('unless as many turns run as may', () => {
    expect(whyRefused('normal', noPressure, occupied(99, 1, 99), most)).toBeNull()
    expect(whyRefused('normal', noPressure, occupied(100, 1, 100), most)).toBe('turns')
    expect(whyRefused('bulk', noPressure, occupied(100, 1, 100), most)).toBe('turns')
  })

  test('of an organization below its equal share, where others fill the server', () => {
    expect(whyRefused('normal', noPressure, occupied(100, 2, 0), most)).toBeNull()
    expect(whyRefused('normal', noPressure, occupied(149, 2, 49), most)).toBeNull()
    expect(whyRefused('normal', noPressure, occupied(150, 2, 50), most)).toBe('turns')
    expect(whyRefused('normal', noPressure, occupied(200, 9, 0), most)).toBe('turns')
  })

  test('while it is unknown whose it is, unless the server is full twice over', () => {
    expect(whyRefused('normal', noPressure, occupied(150, 2, null), most)).toBeNull()
    expect(whyRefused('normal', noPressure, occupied(200, 2, null), most)).toBe('turns')
  })

  test('under pressure unless its organization has more than an equal share', () => {
    expect(whyRefused('normal', bulk, occupied(60, 2, 50), most)).toBe('share')
    expect(whyRefused('normal', bulk, occupied(60, 2, 10), most)).toBeNull()
    expect(whyRefused('normal', bulk, occupied(60, 1, 60), most)).toBeNull()
    expect(whyRefused('normal', bulk, occupied(60, 2, null), most)).toBeNull()
  })
})

test('turns that nobody waits for stay where they are while the server is full or under pressure', () => {
  expect(holdsTurns(noPressure, 99, 100)).toBe(false)
  expect(holdsTurns(noPressure, 100, 100)).toBe(true)
  expect(holdsTurns(after(1.5), 1, 100)).toBe(false)
  expect(holdsTurns(after(3), 1, 100)).toBe(true)
})

test('those who were refused come back after one to five seconds', () => {
  const seconds = Array.from({ length: 100 }, (_none, n) => retryAfter(n / 100))
  expect([...new Set(seconds)].toSorted()).toEqual([1, 2, 3, 4, 5])
  expect(retryAfter(1)).toBe(5)
})
