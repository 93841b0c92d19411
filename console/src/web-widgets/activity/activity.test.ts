import { expect, test } from 'vitest'
import { type Day, daysUntil, totalsOf, valuesOf } from './activity.ts'

const day = (date: string, more: Partial<Day> = {}): Day => ({
  ...{ date, conversations: 1, messages: 3, tokens: 100, refusals: {}, feedback: { count: 0, average: null } },
  ...more,
})

test('days are added up; an average weighs each rating alike', () => {
  const totals = totalsOf([
    day('2026-06-15', { feedback: { count: 3, average: 5 }, refusals: { conversations_per_day: 2 } }),
    day('2026-06-16', {
      feedback: { count: 1, average: 1 },
      refusals: { conversations_per_day: 1, message_characters: 9 },
    }),
    // Said something without a rating.
    day('2026-06-17', { feedback: { count: 1, average: null } }),
  ])
  expect(totals).toEqual({
    ...{ conversations: 3, messages: 9, tokens: 300 },
    feedback: { count: 5, average: 4 },
    refusals: [
      { limit: 'message_characters', count: 9 },
      { limit: 'conversations_per_day', count: 3 },
    ],
  })
  expect(totalsOf([]).feedback).toEqual({ count: 0, average: null })
})

test('every day has a place, also one without anything', () => {
  const dates = daysUntil(new Date('2026-03-01T00:30:00Z'), 3)
  expect(dates).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
  expect(valuesOf(dates, [day('2026-02-28', { messages: 7 })], ({ messages }) => messages)).toEqual([0, 7, 0])
})
