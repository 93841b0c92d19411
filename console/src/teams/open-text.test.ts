import type { Team } from '@parley/contract'
import { expect, test } from 'vitest'
import { describeOpen } from './open-text.ts'

const hours = { time_zone: 'Europe/Berlin', weekly: [], holidays: [] } as Team['business_hours']
const now = new Date('2026-07-03T10:00:00Z')
const say = (is_open: boolean, changes_at: string | null, business_hours = hours) =>
  describeOpen({ business_hours, is_open, changes_at }, now)

test('whether a team is open is said by its own clocks', () => {
  expect(say(true, '2026-07-03T16:00:00Z')).toBe('Open now, closes 18:00')
  // In Berlin it is tomorrow by then.
  expect(say(true, '2026-07-03T22:30:00Z')).toBe('Open now, closes Saturday 00:30')
  expect(say(false, '2026-07-06T07:00:00Z')).toBe('Closed now, opens Monday 09:00')
  expect(say(false, '2026-08-03T07:00:00Z')).toBe('Closed now, opens 3 Aug 09:00')
  expect(say(false, null)).toBe('Closed')
  expect(say(true, null)).toBe('Open now')
  expect(say(true, null, null)).toBe('Always open')
})
