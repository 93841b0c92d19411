import { expect, test } from 'vitest'
import { forecastOf } from './forecast.ts'

const june = { period_start: '2026-06-01T00:00:00.000Z', period_end: '2026-07-01T00:00:00.000Z' }
const at = (day: number) => Date.UTC(2026, 5, day)

test('the rest of a period is as what has passed', () => {
  expect(forecastOf({ spent: 30, amount: 100, ...june }, at(16))).toEqual({ spent: 60, share: 0.6, reached_at: null })
  expect(forecastOf({ spent: 75, amount: 100, ...june }, at(16))).toEqual({
    ...{ spent: 150, share: 1.5, reached_at: '2026-06-21T00:00:00.000Z' },
  })
  expect(forecastOf({ spent: 0, amount: 100, ...june }, at(16))).toEqual({ spent: 0, share: 0, reached_at: null })
  // It is used up already.
  expect(forecastOf({ spent: 100, amount: 100, ...june }, at(16))?.reached_at).toBe(null)
})

test('without an end, and at the very beginning, nothing is foretold', () => {
  expect(forecastOf({ spent: 30, amount: 100, period_start: null, period_end: null }, at(16))).toBe(null)
  expect(forecastOf({ spent: 30, amount: 100, ...june }, at(1) + 3_600_000)).toBe(null)
})
