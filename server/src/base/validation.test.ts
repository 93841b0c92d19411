import { Type } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { compileValidator, createErrorFinders, isTimestamp } from './validation.ts'

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
  ])('accepts %s', (text) => {
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
  ])('rejects %j', (text) => {
    expect(isTimestamp(text)).toBe(false)
  })
})

test('lists each fault once, with its dotted path', () => {
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

describe('of a value with many errors', () => {
  const ones = (count: number) => Array.from({ length: count }, () => 1)
  const texts = Type.Array(Type.String())

  test('the list ends at the reporting limit', () => {
    expect(createErrorFinders({}, 7)(texts)(ones(100_000))).toHaveLength(7)
    expect(createErrorFinders()(texts)(ones(100_000))).toHaveLength(400)
    expect(compileValidator(texts)(ones(100_000))).toHaveLength(100)
  })

  test('one branch of a union can have many errors if another matches', () => {
    const findErrors = createErrorFinders({}, 7)(Type.Union([texts, Type.Array(Type.Integer())]))
    expect(findErrors(ones(1000))).toEqual([])
    expect(findErrors([...ones(1000), true])).toHaveLength(7)
  })

  test('long names take no more space than a path can hold', () => {
    const validate = compileValidator(Type.Record(Type.String(), texts))
    const faults = validate({ ['k'.repeat(400_000)]: ones(1000) })
    expect(faults).toHaveLength(100)
    expect(faults[99]).toEqual({ path: `${'k'.repeat(64)}….99`, message: 'must be string' })
  })
})
