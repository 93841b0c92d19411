import { expect, test } from 'vitest'
import { bucketOf, bucketStarts, bucketsFor, readView, timesOf } from './view.ts'

const now = Date.parse('2026-11-25T18:20:00Z')

test('an address names a range, a group and a bucket; what the server would refuse is left out', () => {
  expect(readView({ range: '30d', group: 'model', bucket: 'hour', other: 'x' })).toEqual({
    ...{ range: '30d', group: 'model', bucket: 'hour' },
  })
  expect(readView({ range: 'month', group: 'colour', bucket: 'week' })).toEqual({})
  expect(readView({ from: '2024-01-01T00:00Z', to: '2026-01-01T00:00Z' })).toEqual({})
  expect(readView({ from: '2026-02-01T00:00Z', to: '2026-01-01T00:00Z', range: '7d' })).toEqual({ range: '7d' })
})

test('presets begin in UTC, and end with the hour that it is', () => {
  const to = '2026-11-25T19:00:00.000Z'
  expect(timesOf({}, now)).toEqual({ from: '2026-11-01T00:00:00.000Z', to })
  expect(timesOf({ range: '7d' }, now)).toEqual({ from: '2026-11-19T00:00:00.000Z', to })
  expect(timesOf({ range: 'last-month' }, Date.parse('2026-01-31T23:59:00Z'))).toEqual({
    ...{ from: '2025-12-01T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z' },
  })
})

test('buckets are those that can be read; another one in the address is as if there was none', () => {
  const year = { from: '2026-01-01T00:00:00Z', to: '2026-12-31T00:00:00Z' }
  expect(bucketsFor(year)).toEqual(['day', 'month'])
  expect(bucketOf({ bucket: 'hour' }, year)).toBe('day')
  expect(bucketStarts(year, 'month')).toHaveLength(12)
  const night = { from: '2026-02-28T20:30:00Z', to: '2026-03-01T02:00:00Z' }
  expect(bucketsFor(night)).toEqual(['hour', 'day'])
  expect(bucketOf({}, night)).toBe('hour')
  expect(bucketStarts(night, 'hour')).toHaveLength(6)
  expect(bucketStarts(night, 'day').map((at) => new Date(at).toISOString())).toEqual([
    '2026-02-28T00:00:00.000Z',
    '2026-03-01T00:00:00.000Z',
  ])
})
