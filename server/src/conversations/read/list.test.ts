import { expect, test } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { decodePublishedCursor, parseJsonObject } from './list.ts'

const time = '2026-01-31T09:30:00.123456Z'

test.each([
  ['standard', Buffer.from(time).toString('base64')],
  ['URL alphabet', Buffer.from(time).toString('base64url')],
  ['without padding', Buffer.from(time).toString('base64').replaceAll('=', '')],
])('reads a cursor in Base64: %s', (_name, cursor) => {
  expect(decodePublishedCursor(cursor)).toBe(time)
})

test.each([
  ['', 'empty'],
  ['%%%', 'not Base64'],
  [Buffer.from('yesterday').toString('base64'), 'no time'],
  [Buffer.from('2026-13-45T00:00:00.000000Z').toString('base64'), 'a time that does not exist'],
  [Buffer.from("2026-01-31T09:30:00Z' or true").toString('base64'), 'more than a time'],
])('refuses the cursor %j: %s', (cursor) => {
  expect(() => decodePublishedCursor(cursor)).toThrow(AppError)
})

test.each(['{"a": "\\u0000"}', '{"\\ud800": 1}', '', 'null', '[]', '"text"', '{', '1'])(
  'refuses %j as a JSON object',
  (text) => {
    expect(() => parseJsonObject('custom_metadata', text)).toThrow(AppError)
  },
)
