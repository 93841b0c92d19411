import { expect, test } from 'vitest'
import { faultsOfSize, growthOfNumbers, storedBytes } from './json-size.ts'

test.each([
  [5e-324, 326],
  [-5e-324, 327],
  [1.797_693_134_862_315_7e308, 309],
  [1e21, 22],
  [1.5e-7, 10],
  [0.000_001, 8],
  [123.456, 7],
  [-0, 1],
  [Number.MAX_SAFE_INTEGER, 16],
  // JSON writes minus zero as 0.
  [Number.POSITIVE_INFINITY, 4],
])('%d takes %d bytes', (number, bytes) => {
  expect(storedBytes(number)).toBe(bytes)
})

test('a string that looks like a number is a string', () => {
  expect(storedBytes({ '1e-7': '5e-324' })).toBe('{"1e-7":"5e-324"}'.length)
})

test('every number counts, however deeply nested', () => {
  expect(growthOfNumbers([5e-324, { a: [5e-324, 'x', null, true], b: {} }])).toBe(2 * (326 - '5e-324'.length))
})

test('a fault mentions numbers only if they are the reason', () => {
  expect(faultsOfSize('field', undefined, 4)).toEqual([])
  expect(faultsOfSize('field', ['xx'], 5)).toEqual([{ path: 'field', message: 'must have at most 5 bytes as JSON' }])
  expect(faultsOfSize('field', [5e-324], 300)).toEqual([
    { path: 'field', message: 'must have at most 300 bytes as JSON, with numbers written out in full' },
  ])
})
