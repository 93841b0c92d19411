import { expect, test } from 'vitest'
import { formatBucket, formatChange, formatTick } from './bucket-text.ts'

test('buckets are told in UTC', () => {
  expect(formatTick('2026-11-25T14:00:00.000000Z', 'hour')).toBe('14:00')
  expect(formatTick('2026-11-25T00:00:00.000000Z', 'hour')).toBe('Nov 25')
  expect(formatBucket('2026-11-25T00:00:00.000000Z', 'day')).toBe('Wed, Nov 25, 2026')
  expect(formatBucket('2026-11-25T14:00:00.000000Z', 'hour')).toBe('Wed, Nov 25, 2026, 14:00')
})

test('a change is told where there is something to compare with', () => {
  expect(formatChange(112, 100)).toBe('+12%')
  expect(formatChange(0, 4)).toBe('-100%')
  expect(formatChange(396, 5)).toBe('×79.2')
  expect(formatChange(3, 0)).toBe(null)
  expect(formatChange(null, 3)).toBe(null)
})
