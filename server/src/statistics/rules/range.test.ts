// A range is widened to whole buckets, and limited.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Range, type RangeInput, bucket_ms, chooseRange } from './range.ts'

const now = Date.parse('2026-03-10T09:30:00Z')
const chosen = (input: RangeInput) => chooseRange(input, now) as Range
const at = (ms: number) => new Date(ms).toISOString()

test.each<[string, RangeInput, [string, string, string]]>([
  ['a week of days until now', {}, ['day', '2026-03-03', '2026-03-11']],
  ['hours for a short one', { from: '2026-03-10T00:10:00Z' }, ['hour', '2026-03-10T00', '2026-03-10T10']],
  ['three days are short', { from: '2026-03-07T09:30:00Z' }, ['hour', '2026-03-07T09', '2026-03-10T10']],
  ['days for a longer one', { from: '2026-03-07T09:29:00Z' }, ['day', '2026-03-07', '2026-03-11']],
  [
    'whole hours stay',
    { from: '2026-03-10T08:00', to: '2026-03-10 09:00' },
    ['hour', '2026-03-10T08', '2026-03-10T09'],
  ],
  [
    'other zones',
    { from: '2026-03-10T10:00+0130', to: '2026-03-10T10:00Z' },
    ['hour', '2026-03-10T08', '2026-03-10T10'],
  ],
  ['what is asked for', { from: '2026-03-10T08:00Z', bucket: 'day' }, ['day', '2026-03-10', '2026-03-11']],
  ['the first day there is', { to: '0001-01-01T12:00Z' }, ['hour', '0001-01-01T00', '0001-01-01T12']],
])('%s', (_name, input, [bucket, from, to]) => {
  const range = chosen(input)
  expect([range.bucket, at(range.from).slice(0, from.length), at(range.to).slice(0, to.length)]).toEqual([
    bucket,
    from,
    to,
  ])
})

test.each<[string, RangeInput]>([
  ['nothing', { from: '2026-03-10T08:00Z', to: '2026-03-10T08:00Z' }],
  ['the wrong way round', { from: '2026-03-10T08:00Z', to: '2026-03-09T08:00Z' }],
  ['too many days', { from: '2025-03-09T00:00Z', to: '2026-03-11T00:00Z' }],
  ['too many hours', { from: '2026-02-01T00:00Z', bucket: 'hour' }],
  ['all of time', { from: '0001-01-01T00:00Z', to: '9999-12-31T23:59Z' }],
  ['the last day there is', { from: '9999-12-31T12:00Z', to: '9999-12-31T13:00Z' }],
])('refuses %s', (_name, input) => {
  expect(chooseRange(input, now)).toMatchObject({ path: 'from', message: expect.stringContaining('must') })
})

test('buckets are contiguous and cover the whole range', () => {
  const time = fc.integer({ min: now - 400 * bucket_ms.day, max: now })
  fc.assert(
    fc.property(time, time, fc.constantFrom('hour', 'day', undefined), (one, two, bucket) => {
      const [from, to] = [Math.min(one, two), Math.max(one, two) + 1]
      const range = chooseRange({ from: at(from), to: at(to), bucket }, now)
      fc.pre(!('message' in range))
      const size = bucket_ms[range.bucket]
      expect(range.starts.every((start, index) => start === range.from + index * size)).toBe(true)
      expect(range.from <= from && from < range.from + size).toBe(true)
      expect(range.to - size < to && to <= range.to).toBe(true)
      expect(range.starts.at(-1)! + size).toBe(range.to)
    }),
  )
})
