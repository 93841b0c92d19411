import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toDuration, toSeconds } from './duration.ts'

test.each([
  [45, { count: '45', unit: 'seconds' }],
  [90, { count: '90', unit: 'seconds' }],
  [1800, { count: '30', unit: 'minutes' }],
  [7200, { count: '2', unit: 'hours' }],
  [86_400, { count: '1', unit: 'days' }],
  [null, { count: '', unit: 'minutes' }],
] as const)('%s seconds are %o', (seconds, duration) => {
  expect(toDuration(seconds)).toEqual(duration)
})

test('what is shown means what was stored', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 31_536_000 }), (seconds) => toSeconds(toDuration(seconds)) === seconds),
  )
})

test.each(['1.5', '-1', 'x', '1e3', '9999999999'])('%s is no number of a unit', (count) => {
  expect(toSeconds({ count, unit: 'minutes' })).toBeNaN()
})
