import { expect, test } from 'vitest'
import { formatMilliseconds, formatMoment, formatSeconds } from './format.ts'

test.each([
  [0, '0s'],
  [59, '59s'],
  [60, '1m 00s'],
  [3599, '59m 59s'],
  [3600, '1h 00m'],
  [172_800, '2d 0h'],
])('%i seconds are %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text))

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1800, '1.8 s'],
  [72_000, '1m 12s'],
])('%i milliseconds are %s', (ms, text) => expect(formatMilliseconds(ms)).toBe(text))

test('a moment is as long as it has to be', () => {
  const now = new Date(2026, 5, 15, 12)
  const at = (...parts: [number, number, number, number]) => formatMoment(new Date(...parts).toISOString(), now)
  expect(at(2026, 5, 15, 9)).toBe('09:00')
  expect(at(2026, 5, 14, 9)).toBe('Jun 14, 09:00')
  expect(at(2025, 5, 14, 9)).toBe('Jun 14, 2025')
})
