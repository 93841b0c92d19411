import fc from 'fast-check'
import { expect, test } from 'vitest'
import { storedBytes } from '../../base/json-size.ts'
import type { JsonValue } from '../../base/json.ts'
import { fitOutput, max_output_bytes, max_turn_output_bytes, roomAfter, takeRoom } from './output-size.ts'

test('cuts long texts off at the same length and keeps the rest', () => {
  const value = { status: 200, short: 'abc', one: 'x'.repeat(1000), two: ['y'.repeat(5000)] }
  const fitted = fitOutput(value, 500) as typeof value
  expect(fitted).toMatchObject({ status: 200, short: 'abc' })
  expect(fitted.one).toMatch(/^x+ … \(cut off\)$/)
  expect(storedBytes(fitted.two[0]!)).toBe(storedBytes(fitted.one))
  expect(storedBytes(fitted)).toBeGreaterThan(480)
})

test('cuts off a value without long texts as JSON text', () => {
  expect(
    fitOutput(
      Array.from({ length: 1000 }, () => 1234),
      100,
    ),
  ).toMatch(/^\[1234,1234.* … \(cut off\)$/)
})

test('any value fits and can be stored', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 4 }),
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 40, max: 4000 }),
      (json, text, max) => {
        const fitted = fitOutput([json, text.repeat(300), '"'.repeat(max)] as JsonValue, max)
        expect(storedBytes(fitted)).toBeLessThanOrEqual(max)
        expect(JSON.stringify(fitted).isWellFormed()).toBe(true)
      },
    ),
  )
})

test('the results of a turn are limited over all attempts, and a part of each result is always kept', () => {
  const output = 'x'.repeat(400_000)
  const room = roomAfter([{ type: 'function_call_output', output: 'y'.repeat(1_000_000) }])
  let bytes = 1_000_000
  for (let call = 0; call < 20; call += 1) {
    const size = storedBytes(takeRoom(room, output))
    expect(size).toBeLessThanOrEqual(max_output_bytes + 1024)
    expect(size).toBeGreaterThan(900)
    bytes += size
  }
  expect(bytes).toBeGreaterThan(max_turn_output_bytes)
  expect(bytes).toBeLessThan(max_turn_output_bytes + 20_000)
})
