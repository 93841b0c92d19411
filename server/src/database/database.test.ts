import { expect, test } from 'vitest'
import { formatTimestamp } from './database.ts'
import { isUnavailable, isUnstorable } from './failures.ts'

test.each([
  ['2026-01-31 09:30:00.12+00', '2026-01-31T09:30:00.120000Z'],
  ['2026-01-31 09:30:00+00', '2026-01-31T09:30:00.000000Z'],
  ['2026-01-31 09:30:00.123456+00', '2026-01-31T09:30:00.123456Z'],
])('%s is shown as %s', (text, shown) => {
  expect(formatTimestamp(text)).toBe(shown)
})

const withCode = (code: string) => Object.assign(new Error('x'), { code })

test.each([
  withCode('57P01'),
  withCode('08006'),
  withCode('53300'),
  withCode('ECONNREFUSED'),
  withCode('3D000'),
  new Error('Client has encountered a connection error and is not queryable'),
  new Error('Connection terminated unexpectedly'),
  new Error('timeout exceeded when trying to connect'),
])('an unreachable database: %s', (error) => {
  expect(isUnavailable(error)).toBe(true)
})

test.each([withCode('42601'), withCode('23505'), withCode('22008'), new Error('x'), null, 'text'])(
  'another kind of error: %s',
  (error) => {
    expect(isUnavailable(error)).toBe(false)
  },
)

test.each([
  ['22008', true],
  ['22P05', true],
  ['22021', true],
  ['22012', false],
  ['42601', false],
])('SQLSTATE %s is a value that cannot be stored: %s', (code, expected) => {
  expect(isUnstorable(withCode(code))).toBe(expected)
})
