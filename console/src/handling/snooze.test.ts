import { expect, test } from 'vitest'
import { isSnoozable, snoozeUntil } from './snooze.ts'

const now = new Date(2026, 0, 31, 16, 20, 30)

test('each choice is a time ahead, by the calendar of the browser', () => {
  expect(snoozeUntil('hour', now)).toEqual(new Date(2026, 0, 31, 17, 20, 30))
  expect(snoozeUntil('three_hours', now)).toEqual(new Date(2026, 0, 31, 19, 20, 30))
  expect(snoozeUntil('tomorrow', now)).toEqual(new Date(2026, 1, 1, 9, 0, 0))
  expect(snoozeUntil('week', now)).toEqual(new Date(2026, 1, 7, 16, 20, 30))
})

test('it is at least a minute and at most a year ahead', () => {
  const after = (seconds: number) => isSnoozable(new Date(now.getTime() + seconds * 1000), now)
  expect([59, 60, 31_536_000, 31_536_001].map(after)).toEqual([false, true, true, false])
  expect(isSnoozable(new Date(Number.NaN), now)).toBe(false)
})
