import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { createAjv } from '../../base/validation.ts'
import { checkAgainst } from './argument-schemas.ts'
import { parametersOf } from './tools.ts'

const check = (properties: object, given: object, required: string[] = []) =>
  checkAgainst(parametersOf({ properties: properties as JsonObject, required }), given as JsonObject)
const times = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index))
const numbers = times(10_900, (index) => index + 10_000)
const too_large = [{ path: '', message: 'they are too large to be checked against their schema' }]

/** Processor time in milliseconds. */
function costOf(work: () => void): number {
  const before = process.cpuUsage()
  work()
  return process.cpuUsage(before).user / 1000
}

describe('arguments', () => {
  test.each<[object, object, string[]]>([
    [{ a: { type: 'string' } }, { a: 'x' }, []],
    [{ a: { type: 'string' } }, { a: 1, b: 2 }, ['', 'a']],
    [{ a: { type: 'string', pattern: '^[A-Z]{2}-\\d+$' } }, { a: 'AB-12' }, []],
    [{ a: { type: 'string', pattern: '^[A-Z]{2}-\\d+$' } }, { a: 'AB-' }, ['a']],
    [{ a: { patternProperties: { '^n_': { type: 'number' } } } }, { a: { n_a: 'x', b: 'x' } }, ['a.n_a']],
    [{ a: { uniqueItems: true } }, { a: [1, 2, '1', [1], { a: 1, b: 2 }, null] }, []],
    [
      { a: { uniqueItems: true } },
      {
        a: [
          { a: 1, b: [0] },
          { b: [0], a: 1 },
        ],
      },
      ['a'],
    ],
    [{ a: { uniqueItems: false } }, { a: [1, 1] }, []],
  ])('%j and %j', (properties, given, paths) => {
    expect(
      check(properties, given)
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(paths)
  })

  test('parts that cannot be checked accept any value, and the rest is checked', () => {
    const properties = { a: { oneOf: [{ $ref: '#/properties/b' }, { $ref: '#/properties/b' }] }, b: { type: 'string' } }
    expect(check(properties, { a: 5, b: 'x' })).toEqual([])
    expect(check(properties, { a: 5, b: 6 }, ['c']).map(({ path }) => path)).toEqual(['c', 'b'])
    expect(check({ a: { not: { pattern: '(?=a)' } } }, { a: 'x' })).toEqual([])
  })

  test('duplicates are the same as those found by the validator', () => {
    const own = createAjv().compile({ type: 'array', uniqueItems: true })
    const small = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<JsonValue>(0, -0, 1, '1', '', null, true, 1e21),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('value'), { maxKeys: 2 }),
      ),
    })).value as fc.Arbitrary<JsonValue>
    fc.assert(
      fc.property(fc.array(small, { maxLength: 5 }), (list) => {
        const plain = JSON.parse(JSON.stringify(list)) as JsonValue[]
        expect(check({ a: { uniqueItems: true } }, { a: plain }).length === 0).toBe(own(plain))
      }),
    )
  })
})

describe('no schema makes a check slow', () => {
  test.each<[string, object, object, boolean]>([
    ['a pattern that backtracks', { a: { pattern: '^(a+)+$' } }, { a: `${'a'.repeat(60_000)}!` }, false],
    ['a large pattern', { a: { pattern: '^[A-Z]{1,1000}$' } }, { a: 'A'.repeat(65_000) }, true],
    ['duplicates', { a: { allOf: times(100, () => ({ uniqueItems: true })) } }, { a: numbers }, false],
    [
      'alternatives for every entry',
      { a: { allOf: times(1900, () => ({ items: { type: 'string' } })) } },
      { a: numbers },
      true,
    ],
    ['many faults', { a: { allOf: times(300, () => ({ items: { type: 'string' } })) } }, { a: numbers }, false],
  ])('%s', (_what, properties, given, isRefused) => {
    const cost_ms = costOf(() => {
      const faults = check(properties, given)
      if (isRefused) expect(faults).toEqual(too_large)
      else expect(faults).not.toEqual(too_large)
    })
    expect(cost_ms).toBeLessThan(1500)
  })

  test('a schema is compiled once', () => {
    const properties = Object.fromEntries(times(600, (index) => [`p${index}`, { type: 'string', maxLength: index }]))
    const first = costOf(() => check(properties, { p1: 'a' }))
    const next = costOf(() => times(10, () => check({ ...properties }, { p1: 'a' })))
    expect(next).toBeLessThan(first * 2)
  })
})
