import { describe, expect, test } from 'vitest'
import { readCron } from '@parley/contract'
import { formatLocal, nextLocalTimes } from './next-times.ts'
import { cronOf, sayCron } from './schedule.ts'

test.each([
  ['*/15 * * * *', { pace: 'minutes', every: 15 }],
  ['30 * * * *', { pace: 'hourly', minute: 30 }],
  ['5 9 * * *', { pace: 'daily', hour: 9, minute: 5 }],
  ['0 9 * * 1-5', { pace: 'weekly', weekdays: [1, 2, 3, 4, 5] }],
  ['0 9 * * 0,6', { pace: 'weekly', weekdays: [0, 6] }],
  ['0 9 * * 7', { pace: 'weekly', weekdays: [0] }],
  ['0 9 15 * *', { pace: 'monthly', day: 15 }],
])('%s is said as %j, and means the same when it is written again', (cron, said) => {
  const read = sayCron(cron)
  expect(read).toMatchObject(said)
  expect(readCron(cronOf(read))).toEqual({ ...readCron(cron) })
})

test.each([
  '',
  '0 9',
  '0 9 1 1 *',
  '0 9 * * MON',
  '0 9,10 * * *',
  '*/5 9 * * *',
  '61 * * * *',
  '0 9 1 * 1',
  '0 0 * * 5-1',
])('the fields %j are shown as they are', (cron) => expect(sayCron(cron).pace).toBe('other'))

describe('next times', () => {
  const now = new Date('2026-01-31T22:30:20Z')
  const shown = (cron: string, zone: string) => nextLocalTimes(cron, zone, now, 3).map(formatLocal)

  test('are by the clock of the zone', () => {
    expect(shown('0 9 * * *', 'UTC')).toEqual(['Sun, Feb 1, 09:00', 'Mon, Feb 2, 09:00', 'Tue, Feb 3, 09:00'])
    // There it is a day later.
    expect(shown('0 9 * * *', 'Asia/Tokyo')[0]).toBe('Sun, Feb 1, 09:00')
    expect(shown('30 7 * * *', 'Asia/Tokyo')[0]).toBe('Mon, Feb 2, 07:30')
    expect(shown('31 22 * * *', 'UTC')[0]).toBe('Sat, Jan 31, 22:31')
  })

  test('what cannot be read has no times', () => {
    expect(shown('0 9', 'UTC')).toEqual([])
    expect(shown('0 9 * * *', 'Mars/Phobos')).toEqual([])
  })
})
