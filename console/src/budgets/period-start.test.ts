import { expect, test } from 'vitest'
import { nextStart, periodStart } from './period-start.ts'

const startOf = (...[period, zone, now]: [Parameters<typeof periodStart>[0], string, string]) => {
  const start = periodStart(period, zone, Date.parse(now))
  return start === null ? null : new Date(start).toISOString()
}

test('periods begin at midnight of the zone, also across a change of the clocks', () => {
  expect(startOf('month', 'UTC', '2026-03-31T23:30:00Z')).toBe('2026-03-01T00:00:00.000Z')
  expect(startOf('month', 'Europe/Berlin', '2026-03-31T23:30:00Z')).toBe('2026-03-31T22:00:00.000Z')
  expect(startOf('month', 'Europe/Berlin', '2026-03-31T12:00:00Z')).toBe('2026-02-28T23:00:00.000Z')
  expect(startOf('day', 'Asia/Kolkata', '2026-05-05T18:45:00Z')).toBe('2026-05-05T18:30:00.000Z')
  // The day on which clocks go forward in Berlin.
  expect(startOf('day', 'Europe/Berlin', '2026-03-29T12:00:00Z')).toBe('2026-03-28T23:00:00.000Z')
})

test('the next one begins at midnight, too', () => {
  const now = Date.parse('2026-03-29T12:00:00Z')
  const next = (period: 'day' | 'week' | 'month') => new Date(nextStart(period, 'Europe/Berlin', now)!).toISOString()
  expect(next('day')).toBe('2026-03-29T22:00:00.000Z')
  expect(next('week')).toBe('2026-03-29T22:00:00.000Z')
  expect(next('month')).toBe('2026-03-31T22:00:00.000Z')
})

test('a week begins on Monday', () => {
  expect(startOf('week', 'UTC', '2026-03-01T12:00:00Z')).toBe('2026-02-23T00:00:00.000Z')
  expect(startOf('week', 'UTC', '2026-03-02T00:00:00Z')).toBe('2026-03-02T00:00:00.000Z')
})

test('one of no periods, or of no time zone, has no start', () => {
  expect(startOf('total', 'UTC', '2026-03-01T12:00:00Z')).toBe(null)
  expect(startOf('day', 'Europe/Nowhere', '2026-03-01T12:00:00Z')).toBe(null)
})
