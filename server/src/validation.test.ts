import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { compileValidator, isTimestamp } from './validation.ts'

describe('isTimestamp', () => {
  test.each([
    '2026-01-31T09:30:00.123456Z',
    '2026-01-31T09:30:00Z',
    '2026-01-31 09:30:00',
    '2026-01-31T09:30',
    '2024-02-29T23:59:59.999999999+05:30',
    '2026-01-31T09:30:00-0800',
    '0001-01-01T00:00:00-05:00',
    '9999-12-31T23:59:59.999999Z',
  ])('takes %s', (text) => {
    expect(isTimestamp(text)).toBe(true)
  })

  test.each([
    '',
    'yesterday',
    '2026-01-31',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+05:00',
    '9999-12-31T23:00:00-02:00',
    '9999-12-31T23:59:59.9999999Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T23:59:60Z',
    '2026-01-31T09:30:00+99:00',
    '2026-01-31T09:30:00Z; drop table',
  ])('refuses %j', (text) => {
    expect(isTimestamp(text)).toBe(false)
  })
})

test('lists every fault once, with its dotted path', () => {
  const validate = compileValidator(
    Type.Object({
      name: Type.String({ minLength: 1 }),
      kind: Type.Union([Type.Literal('a'), Type.Null()]),
      list: Type.Array(Type.Object({ n: Type.Integer() })),
    }),
  )
  expect(validate({ name: 'x', kind: null, list: [] })).toEqual([])
  const faults = validate({ name: '', kind: 'b', list: [{ n: 1 }, { n: 1.5 }, {}] })
  expect(faults.map((fault) => fault.path).toSorted()).toEqual(['kind', 'list.1.n', 'list.2.n', 'name'])
  expect(faults.find(({ path }) => path === 'name')?.message).toBe('must not be empty')
})
