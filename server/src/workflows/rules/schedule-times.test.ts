import { describe, expect, test } from 'vitest'
import { nextLocalTime, readCron } from '@parley/contract'
import { findCronFault, isTimeZone, missedTimes, nextTime, nextTimes } from './schedule-times.ts'

const minute_ms = 60_000
const hour_ms = 3_600_000

describe('five fields', () => {
  test.each([
    '* * * * *',
    ' 0  9 * * 1-5 ',
    '*/15 0-23/2 1,15 JAN-mar,12 Mon-Fri',
    '5/20 * * * *',
    '0 0 29 2 *',
    '0 0 31 2 1',
    '0 0 * * 5-7',
    '59 23 31 12 7',
  ])('%s is a schedule', (cron) => expect(findCronFault(cron)).toBeNull())

  test.each([
    ['', 'must have five fields, such as `0 9 * * 1-5`'],
    ['@daily', 'must have five fields, such as `0 9 * * 1-5`'],
    ['0 0 9 * * *', 'must have five fields, such as `0 9 * * 1-5`'],
    ['60 * * * *', 'has `60` as the minute; it is from 0 to 59'],
    ['* 24 * * *', 'has `24` as the hour; it is from 0 to 23'],
    ['* * 0 * *', 'has `0` as the day of the month; it is from 1 to 31'],
    ['* * * 13 *', 'has `13` as the month; it is from 1 to 12'],
    ['* * * * 8', 'has `8` as the day of the week; it is from 0 to 7'],
    ['* * * * Monday', 'has `Monday` as the day of the week; it is from 0 to 7'],
    ['1-70 * * * *', 'has `1-70` as the minute; it is from 0 to 59'],
    ['*/0 * * * *', 'has `*/0` as the minute, whose steps are 0'],
    ['5-1 * * * *', 'has `5-1` as the minute, whose range ends before it begins'],
    ['0 0 * * FRI-MON', 'has `FRI-MON` as the day of the week, whose range ends before it begins'],
    ['1,,2 * * * *', 'has `1,,2` as the minute, which cannot be read; use `*`, 1, 1-5, */5 or a list'],
    ['* * ? * *', 'has `?` as the day of the month, which cannot be read; use `*`, 1, 1-5, */5 or a list'],
    ['-5 * * * *', 'has `-5` as the minute, which cannot be read; use `*`, 1, 1-5, */5 or a list'],
    ['0 0 30 2 *', 'names a day that none of its months has'],
    ['0 0 31 4,6,9,11 *', 'names a day that none of its months has'],
  ])('"%s" %s', (cron, fault) => expect(findCronFault(cron)).toBe(fault))

  test.each([
    ['0 9 * * *', ['2026-01-01T09:00', '2026-01-02T09:00']],
    ['*/20 9,17 * * *', ['2026-01-01T09:00', '2026-01-01T09:20', '2026-01-01T09:40', '2026-01-01T17:00']],
    ['5/25 0 * * *', ['2026-01-01T00:05', '2026-01-01T00:30', '2026-01-01T00:55', '2026-01-02T00:05']],
    ['0 0 * * 1/2', ['2026-01-02T00:00', '2026-01-05T00:00', '2026-01-07T00:00', '2026-01-09T00:00']],
    ['0 0 * * 7', ['2026-01-04T00:00', '2026-01-11T00:00']],
    ['0 0 13 * 5', ['2026-01-02T00:00', '2026-01-09T00:00', '2026-01-13T00:00', '2026-01-16T00:00']],
    ['0 0 */10 * 5', ['2026-01-01T00:00', '2026-01-02T00:00', '2026-01-09T00:00', '2026-01-11T00:00']],
    ['0 0 29 2 *', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['0 0 31 * *', ['2026-01-31T00:00', '2026-03-31T00:00', '2026-05-31T00:00']],
    ['59 23 31 12 *', ['2026-12-31T23:59', '2027-12-31T23:59']],
  ])('%s', (cron, expected) => {
    const times = nextTimes({ cron, timezone: 'UTC' }, '2025-12-31T23:59:59.999Z', expected.length)
    expect(times).toEqual(expected.map((time) => `${time}:00.000Z`))
  })

  test('a leap day eight years away is found', () => {
    const schedule = { cron: '0 0 29 2 *', timezone: 'UTC' }
    expect(nextTime(schedule, '2096-03-01T00:00:00Z')).toBe('2104-02-29T00:00:00.000Z')
  })
})

describe('where clocks change', () => {
  test.each<[string, string, string, string, string[]]>([
    [
      'a time in the gap runs at its end',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-03-28T12:00:00Z',
      ['2026-03-29T01:00', '2026-03-30T00:30'],
    ],
    [
      'several of them run once',
      '0,20,40 2 * * *',
      'Europe/Berlin',
      '2026-03-29T00:00:00Z',
      ['2026-03-29T01:00', '2026-03-30T00:00'],
    ],
    [
      'with one at its end, too',
      '0 2,3 * * *',
      'Europe/Berlin',
      '2026-03-29T00:00:00Z',
      ['2026-03-29T01:00', '2026-03-30T00:00'],
    ],
    [
      'a time that comes twice runs the first time',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-10-24T12:00:00Z',
      ['2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    ['from within the second time', '30 2 * * *', 'Europe/Berlin', '2026-10-25T01:10:00Z', ['2026-10-26T01:30']],
    [
      'with * in the hour both run',
      '30 * * * *',
      'Europe/Berlin',
      '2026-10-25T00:00:00Z',
      ['2026-10-25T00:30', '2026-10-25T01:30', '2026-10-25T02:30'],
    ],
    [
      'with * in the hour a gap is passed',
      '30 * * * *',
      'Europe/Berlin',
      '2026-03-29T00:00:00Z',
      ['2026-03-29T00:30', '2026-03-29T01:30'],
    ],
    [
      'with steps a time in the gap does not run',
      '30 */2 * * *',
      'Europe/Berlin',
      '2026-03-29T00:00:00Z',
      ['2026-03-29T02:30'],
    ],
    [
      'with steps a time runs twice',
      '30 2-4/2 * * *',
      'Europe/Berlin',
      '2026-10-25T00:00:00Z',
      ['2026-10-25T00:30', '2026-10-25T01:30', '2026-10-25T03:30'],
    ],
    ['a gap of half an hour', '15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', ['2026-10-03T15:30']],
    [
      'a gap at midnight',
      '0 0 * * *',
      'America/Santiago',
      '2026-09-05T12:00:00Z',
      ['2026-09-06T04:00', '2026-09-07T03:00'],
    ],
    ['a day that was left out', '0 9 30 12 *', 'Pacific/Apia', '2011-12-29T12:00:00Z', ['2011-12-30T10:00']],
    ['UTC has none', '30 2 * * *', 'UTC', '2026-03-28T12:00:00Z', ['2026-03-29T02:30', '2026-03-30T02:30']],
  ])('%s', (_what, cron, timezone, after, expected) => {
    const times = nextTimes({ cron, timezone }, after, expected.length)
    expect(times).toEqual(expected.map((time) => `${time}:00.000Z`))
  })
})

/** Half of them change their clocks in 2026, by an hour, half an hour or two, also at midnight and by the month of Ramadan. */
const zones = [
  ...['UTC', 'Europe/Berlin', 'Europe/London', 'Europe/Chisinau', 'Africa/Cairo', 'Africa/Casablanca', 'Asia/Beirut'],
  ...['Asia/Kathmandu', 'Asia/Tokyo', 'Asia/Jerusalem', 'Australia/Adelaide', 'Australia/Lord_Howe', 'Pacific/Chatham'],
  ...[
    'Pacific/Auckland',
    'America/New_York',
    'America/St_Johns',
    'America/Santiago',
    'America/Havana',
    'Atlantic/Azores',
  ],
  'Antarctica/Troll',
]

describe('a year of schedules against brute force', () => {
  const [start, end] = [Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)]
  const minutes = (end - start) / minute_ms

  const clocks = new Map<string, Int32Array>()

  /** The clock of a zone at each minute of the year, as if it were of UTC, in minutes since its beginning. */
  function readClock(timeZone: string): Int32Array {
    const known = clocks.get(timeZone)
    if (known) return known
    const format = new Intl.DateTimeFormat('en', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    })
    const offsetAt = (minute: number) => {
      const shown = format.formatToParts(start + minute * minute_ms).map(({ type, value }) => [type, Number(value)])
      const { year, month, day, hour, minute: past } = Object.fromEntries(shown) as Record<string, number>
      return (Date.UTC(year!, month! - 1, day, hour, past) - start) / minute_ms - minute
    }
    const clock = new Int32Array(minutes)
    let offset = offsetAt(0)
    for (let minute = 0; minute < minutes; minute += 60) {
      const later = offsetAt(Math.min(minute + 60, minutes - 1))
      for (let within = minute; within < minute + 60; within += 1) {
        clock[within] = within + (later === offset ? offset : offsetAt(within))
      }
      offset = later
    }
    clocks.set(timeZone, clock)
    return clock
  }

  /** Which minutes of the clock a schedule names. */
  function readNamed(cron: string): { isNamed: (shown: number) => boolean; runs_through: boolean } {
    const read = readCron(cron).cron!
    const ofDay = new Uint8Array(1440)
    for (const hour of read.hours) for (const minute of read.minutes) ofDay[hour * 60 + minute] = 1
    const isNamed = (shown: number) => {
      if (ofDay[(shown + 1440) % 1440] !== 1) return false
      const date = new Date(start + shown * minute_ms)
      if (!read.months.has(date.getUTCMonth() + 1)) return false
      const [month, week] = [read.days.has(date.getUTCDate()), read.weekdays.has(date.getUTCDay())]
      return read.is_either_day ? month || week : month && week
    }
    return { isNamed, runs_through: /[*/]/.test(cron.split(' ')[1]!) }
  }

  /** Follows the clock minute by minute. */
  function listByHand(clock: Int32Array, cron: string, from = 0, to = minutes): number[] {
    const { isNamed, runs_through } = readNamed(cron)
    const times: number[] = []
    let latest = clock[from]! - 1
    for (let minute = Math.max(0, from - 1440); minute < from; minute += 1) latest = Math.max(latest, clock[minute]!)
    for (let minute = from; minute < to; minute += 1) {
      const shown = clock[minute]!
      let fires = runs_through && isNamed(shown)
      // What the clock has not shown before, with what it leapt over.
      const first = runs_through ? shown + 1 : latest + 1
      for (let each = first; each <= shown; each += 1) fires ||= isNamed(each)
      latest = Math.max(latest, shown)
      if (fires) times.push(start + minute * minute_ms)
    }
    return times
  }

  function listBySchedule(cron: string, timezone: string, from: number, to: number): number[] {
    const times: number[] = []
    let at = new Date(start + from * minute_ms - 1).toISOString()
    for (;;) {
      const next = nextTime({ cron, timezone }, at)
      if (next === null || Date.parse(next) >= start + to * minute_ms) return times
      times.push(Date.parse(next))
      at = next
    }
  }

  const daily = '30 2 * * *'
  const others = ['5,45 0-3 * * 0', '15 */6 10-20 * *', '0 0 1,15 3-11 1']
  const aroundChanges = ['*/10 * * * *', '*/10 0-4,23 * * *', '7 1-3/1 * * *']

  test.each(zones.map((timezone, index) => ({ timezone, other: others[index % others.length]! })))(
    '$timezone',
    ({ timezone, other }) => {
      const clock = readClock(timezone)
      for (const cron of [daily, other]) {
        expect([cron, listBySchedule(cron, timezone, 0, minutes)]).toEqual([cron, listByHand(clock, cron)])
      }
      const changes = Array.from({ length: minutes - 2 }, (_, minute) => minute + 1).filter(
        (minute) => clock[minute]! - clock[minute - 1]! !== 1,
      )
      for (const change of changes) {
        const [from, to] = [Math.max(0, change - 24 * 60), Math.min(minutes, change + 24 * 60)]
        for (const cron of aroundChanges) {
          expect([cron, listBySchedule(cron, timezone, from, to)]).toEqual([cron, listByHand(clock, cron, from, to)])
        }
      }
    },
  )

  test('the zones change their clocks', () => {
    const changing = zones.filter((zone) => new Set(readClock(zone).map((shown, minute) => shown - minute)).size > 1)
    expect(changing.length).toBeGreaterThanOrEqual(14)
  })
})

describe('missed times', () => {
  const quarters = { cron: '*/15 * * * *', timezone: 'UTC' }
  const daily = { cron: '30 2 * * *', timezone: 'Europe/Berlin' }

  test.each<['once' | 'skip' | 'all', string[]]>([
    ['skip', []],
    ['once', ['2026-05-01T10:45:00.000Z']],
    ['all', ['2026-05-01T10:15:00.000Z', '2026-05-01T10:30:00.000Z', '2026-05-01T10:45:00.000Z']],
  ])('%s', (rule, times) => {
    expect(missedTimes(quarters, '2026-05-01T10:00:00.123456Z', '2026-05-01T10:45:00Z', rule)).toEqual(times)
    expect(missedTimes(quarters, '2026-05-01T10:00:00Z', '2026-05-01T10:14:59Z', rule)).toEqual([])
  })

  test('all are the latest hundred, in order, after however long', () => {
    const times = missedTimes(quarters, '2020-05-01T10:00:00Z', '2026-05-01T10:00:00Z', 'all')
    expect(times).toHaveLength(100)
    expect(times.at(-1)).toBe('2026-05-01T10:00:00.000Z')
    expect(times[0]).toBe(new Date(Date.parse('2026-05-01T10:00:00Z') - 99 * 15 * minute_ms).toISOString())
  })

  test('the latest of rare ones', () => {
    expect(missedTimes(daily, '2026-03-27T12:00:00Z', '2026-03-29T01:00:00Z', 'once')).toEqual([
      '2026-03-29T01:00:00.000Z',
    ])
    expect(
      missedTimes({ cron: '0 0 29 2 *', timezone: 'UTC' }, '2020-03-01T00:00:00Z', '2026-01-01T00:00:00Z', 'once'),
    ).toEqual(['2024-02-29T00:00:00.000Z'])
  })
})

test.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Etc/GMT+5', true],
  ['Berlin', false],
  ['+02:00', false],
  ['', false],
  ['Europe/Berlin\n', false],
])('%j is a time zone: %s', (name, isOne) => expect(isTimeZone(name)).toBe(isOne))

test('the next local time is never before the one that is asked for', () => {
  const { cron } = readCron('*/7 */5 * * *')
  for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2026, 0, 3); at += hour_ms / 13) {
    expect(nextLocalTime(cron!, Math.floor(at))!).toBeGreaterThanOrEqual(Math.floor(at))
  }
})
