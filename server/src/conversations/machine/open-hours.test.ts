import type { Weekday } from '@parley/contract'
import { weekdays } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import {
  type OpenHours,
  addOpenSeconds,
  isDate,
  isOpenAt,
  isTimeZone,
  nextChange,
  nextOpening,
  openSecondsBetween,
} from './open-hours.ts'

const at = (time: string) => `${time.length === 17 ? time.replace('Z', ':00Z') : time}`.replace('Z', '.000000Z')
const every = (from: string, to: string) => weekdays.map((day) => ({ day, from, to }))
const hoursOf = (time_zone: string, more: Partial<OpenHours>): OpenHours => ({
  time_zone,
  weekly: [],
  holidays: [],
  ...more,
})
const workdays = (from: string, to: string) =>
  (['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] satisfies Weekday[]).map((day) => ({ day, from, to }))

const berlin = hoursOf('Europe/Berlin', {
  weekly: [...workdays('09:00', '17:00'), { day: 'saturday', from: '22:00', to: '04:00' }],
  holidays: [
    { date: '2026-12-25', from: null, to: null },
    { date: '2026-12-24', from: '09:00', to: '12:00' },
    { date: '2026-12-24', from: '13:00', to: '14:00' },
  ],
})
/** The clock goes from 02:00 to 03:00 on 2026-03-29, and from 03:00 to 02:00 on 2026-10-25. */
const nights = hoursOf('Europe/Berlin', { weekly: every('02:30', '05:00') })
const ends = hoursOf('Europe/Berlin', { weekly: every('01:00', '02:30') })
/** By half an hour: 02:00 to 02:30 on 2026-10-04, and 02:00 to 01:30 on 2026-04-05. */
const lordHowe = hoursOf('Australia/Lord_Howe', { weekly: every('02:15', '04:00') })
const lordHoweEnds = hoursOf('Australia/Lord_Howe', { weekly: every('00:30', '01:45') })
/** It had no 2011-12-30: midnight after the 29th was the 31st. */
const apia = hoursOf('Pacific/Apia', { weekly: every('09:00', '17:00') })
const apiaNights = hoursOf('Pacific/Apia', { weekly: every('22:00', '06:00') })
const always = hoursOf('Europe/Berlin', { weekly: every('00:00', '00:00') })
const never = hoursOf('Europe/Berlin', {})

describe('whether it is open, and when that changes', () => {
  test.each<[string, OpenHours, string, boolean, string | null]>([
    // Berlin, in winter one hour ahead of UTC, in summer two.
    ['a Monday before opening', berlin, '2026-01-05T07:59:59Z', false, '2026-01-05T08:00Z'],
    ['at opening', berlin, '2026-01-05T08:00Z', true, '2026-01-05T16:00Z'],
    ['the last second', berlin, '2026-01-05T15:59:59Z', true, '2026-01-05T16:00Z'],
    ['at closing', berlin, '2026-01-05T16:00Z', false, '2026-01-06T08:00Z'],
    ['a Friday evening: on to Saturday night', berlin, '2026-01-09T16:00Z', false, '2026-01-10T21:00Z'],
    ['over midnight', berlin, '2026-01-10T23:30Z', true, '2026-01-11T03:00Z'],
    ['a Sunday', berlin, '2026-01-11T03:00Z', false, '2026-01-12T08:00Z'],
    ['in summer', berlin, '2026-07-06T07:00Z', true, '2026-07-06T15:00Z'],
    ['a holiday with hours of its own, morning', berlin, '2026-12-24T08:00Z', true, '2026-12-24T11:00Z'],
    ['between its windows', berlin, '2026-12-24T11:30Z', false, '2026-12-24T12:00Z'],
    ['after them', berlin, '2026-12-24T13:00Z', false, '2026-12-26T21:00Z'],
    ['a holiday', berlin, '2026-12-25T10:00Z', false, '2026-12-26T21:00Z'],
    ['the night before the clock goes forward', berlin, '2026-03-29T00:30Z', true, '2026-03-29T02:00Z'],
    ['the night before it goes back', berlin, '2026-10-24T23:00Z', true, '2026-10-25T03:00Z'],
    // A time that does not exist: 02:30 is read as 03:30.
    ['opening in the gap, before it', nights, '2026-03-29T00:59:59Z', false, '2026-03-29T01:30Z'],
    ['opening in the gap, after it', nights, '2026-03-29T01:29:59Z', false, '2026-03-29T01:30Z'],
    ['opening in the gap, open', nights, '2026-03-29T01:30Z', true, '2026-03-29T03:00Z'],
    ['closing in the gap', ends, '2026-03-29T01:00Z', true, '2026-03-29T01:30Z'],
    ['closing in the gap, at its end', ends, '2026-03-29T01:30Z', false, '2026-03-29T23:00Z'],
    // A time that comes twice: 02:30 is 00:30Z, then 01:30Z.
    ['opening at the first of two', nights, '2026-10-25T00:29:59Z', false, '2026-10-25T00:30Z'],
    ['open between the two', nights, '2026-10-25T01:00Z', true, '2026-10-25T04:00Z'],
    ['closing at the second of two', ends, '2026-10-25T00:30Z', true, '2026-10-25T01:30Z'],
    ['closed after the second', ends, '2026-10-25T01:30Z', false, '2026-10-26T00:00Z'],
    // Lord Howe, half past ten ahead in winter, eleven in summer.
    ['Lord Howe, winter', lordHowe, '2026-06-30T15:45Z', true, '2026-06-30T17:30Z'],
    ['Lord Howe, summer', lordHowe, '2026-01-14T15:15Z', true, '2026-01-14T17:00Z'],
    ['Lord Howe, before the gap of half an hour', lordHowe, '2026-10-03T15:29:59Z', false, '2026-10-03T15:45Z'],
    ['Lord Howe, 02:15 is read as 02:45', lordHowe, '2026-10-03T15:44:59Z', false, '2026-10-03T15:45Z'],
    ['Lord Howe, open after it', lordHowe, '2026-10-03T15:45Z', true, '2026-10-03T17:00Z'],
    [
      'Lord Howe, 01:45 comes twice: open after the first',
      lordHoweEnds,
      '2026-04-04T14:45Z',
      true,
      '2026-04-04T15:15Z',
    ],
    ['Lord Howe, closed after the second', lordHoweEnds, '2026-04-04T15:15Z', false, '2026-04-05T14:00Z'],
    // Apia, ten hours behind UTC before the missing day (in summer), fourteen ahead after it.
    ['Apia, the day before the missing one', apia, '2011-12-29T19:00Z', true, '2011-12-30T03:00Z'],
    ['Apia, that evening', apia, '2011-12-30T03:00Z', false, '2011-12-30T19:00Z'],
    ['Apia, the missing day moves onto the next', apia, '2011-12-30T19:00Z', true, '2011-12-31T03:00Z'],
    ['Apia, a new year', apia, '2011-12-31T19:00Z', true, '2012-01-01T03:00Z'],
    ['Apia, the night into the missing day', apiaNights, '2011-12-30T09:00Z', true, '2011-12-30T16:00Z'],
    ['Apia, the night after it', apiaNights, '2011-12-31T08:00Z', true, '2011-12-31T16:00Z'],
    ['Apia, the afternoon before it', apiaNights, '2011-12-30T07:59:59Z', false, '2011-12-30T08:00Z'],
    // Ends.
    ['open around the clock', always, '2026-03-29T01:00Z', true, null],
    ['never open', never, '2026-03-29T01:00Z', false, null],
  ])('%s', (_what, hours, time, isOpen, changes_at) => {
    expect(isOpenAt(hours, at(time))).toBe(isOpen)
    expect(nextChange(hours, at(time))).toBe(changes_at && at(changes_at))
    expect(nextOpening(hours, at(time))).toBe(isOpen ? null : changes_at && at(changes_at))
  })

  test('without hours it is always open', () => {
    expect(isOpenAt(null, at('2026-01-01T00:00Z'))).toBe(true)
    expect(nextChange(null, at('2026-01-01T00:00Z'))).toBeNull()
  })
})

describe('open seconds', () => {
  test.each<[string, OpenHours | null, string, number, string]>([
    ['within a window', berlin, '2026-01-05T08:00Z', 3600, '2026-01-05T09:00Z'],
    ['to its very end', berlin, '2026-01-05T08:00Z', 28_800, '2026-01-05T16:00Z'],
    ['one second longer', berlin, '2026-01-05T08:00Z', 28_801, '2026-01-06T08:00:01Z'],
    ['from a closed moment', berlin, '2026-01-05T01:00Z', 60, '2026-01-05T08:01Z'],
    ['over a weekend night', berlin, '2026-01-09T15:00Z', 7200, '2026-01-10T22:00Z'],
    ['over a holiday', berlin, '2026-12-24T12:30Z', 3600, '2026-12-26T21:30Z'],
    ['a night without an hour', nights, '2026-03-28T03:00Z', 5400 + 3600, '2026-03-29T03:00Z'],
    ['a night with one more', berlin, '2026-10-24T20:00Z', 7 * 3600, '2026-10-25T03:00Z'],
    ['Lord Howe, half an hour less', lordHowe, '2026-10-03T15:00Z', 4500, '2026-10-03T17:00Z'],
    ['Lord Howe, half an hour more', lordHoweEnds, '2026-04-04T13:00Z', 6300, '2026-04-04T15:15Z'],
    ['Apia, over the missing day', apia, '2011-12-30T02:00Z', 7200, '2011-12-30T20:00Z'],
    ['around the clock', always, '2026-03-28T00:00Z', 172_800, '2026-03-30T00:00Z'],
    ['without hours', null, '2026-03-28T00:00Z', 86_400, '2026-03-29T00:00Z'],
    ['four weeks', berlin, '2026-01-05T08:00Z', 4 * 46 * 3600, '2026-02-01T03:00Z'],
    ['thirty weeks, one night an hour short', berlin, '2026-01-05T08:00Z', (30 * 46 - 1) * 3600, '2026-08-02T02:00Z'],
    ['never open: 800 days later', never, '2026-01-01T00:00Z', 60, '2028-03-11T00:00Z'],
  ])('%s', (_what, hours, from, seconds, due) => {
    expect(addOpenSeconds(hours, at(from), seconds)).toBe(at(due))
  })

  test.each<[string, OpenHours | null, string, string, number]>([
    ['within a window', berlin, '2026-01-05T08:00Z', '2026-01-05T09:00Z', 3600],
    ['closed', berlin, '2026-01-05T16:00Z', '2026-01-06T08:00Z', 0],
    ['a week', berlin, '2026-01-05T00:00Z', '2026-01-12T00:00Z', 46 * 3600],
    ['backwards', berlin, '2026-01-06T08:00Z', '2026-01-05T08:00Z', 0],
    ['the night with an hour more', berlin, '2026-10-24T00:00Z', '2026-10-25T12:00Z', 7 * 3600],
    ['Apia, two days that are one', apia, '2011-12-29T12:00Z', '2011-12-31T12:00Z', 16 * 3600],
    ['without hours', null, '2026-01-05T08:00Z', '2026-01-05T08:01Z', 60],
  ])('between two moments: %s', (_what, hours, from, to, seconds) => {
    expect(openSecondsBetween(hours, at(from), at(to))).toBe(seconds)
  })
})

test('zones have IANA names, days exist', () => {
  expect(['Europe/Berlin', 'utc', 'Pacific/Apia'].map(isTimeZone)).toEqual([true, true, true])
  expect(['Europe/Atlantis', '', '+01:00', 'x'].map(isTimeZone)).toEqual([false, false, false, false])
  expect(['2028-02-29', '2027-02-29', '2027-13-01'].map(isDate)).toEqual([true, false, false])
})
