import { expect, test } from 'vitest'
import { isTransient, readRetryAfter } from './retry-after.ts'

const now = Date.UTC(2030, 0, 2, 3, 4, 5)

test.each([
  ['7', 7000],
  [' 0 ', 0],
  ['Wed, 02 Jan 2030 03:05:05 GMT', 60_000],
  ['Wed, 02 Jan 2030 03:00:00 GMT', 0],
  ['soon', null],
  ['-5', null],
  ['1e3', null],
  ['2030-01-02', null],
  ['', null],
  [null, null],
])('%j', (header, ms) => expect(readRetryAfter(header, now)).toBe(ms))

test('another attempt may change 429 and 5xx', () => {
  expect([200, 301, 400, 404, 429, 500, 503, 599].filter(isTransient)).toEqual([429, 500, 503, 599])
})
