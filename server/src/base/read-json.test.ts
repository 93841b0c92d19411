import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseForeignJson, parseJson, parseSentJson, repairJsonParse } from './read-json.ts'
import { findUnstorable } from './text.ts'

/** Shapes that the runtime has met make it misread later names with escapes. */
const names = ['"', '\\', 'a"', 'a\\', '\n', '\\a', '\\\\', '"a', 'é\n', '😀"', 'constructor', '__proto__', '0', '']
const keyed = fc.uniqueArray(fc.constantFrom(...names, ' ', 'a', 'b'), { minLength: 1, maxLength: 4 })
const readers = { parseJson, parseSentJson, parseForeignJson }

describe.each(Object.entries(readers))('%s', (_name, parse) => {
  test('every name is read as it is written, whatever was read before', () => {
    fc.assert(
      fc.property(keyed, (wanted) => {
        const text = `{${wanted.map((name, place) => `${JSON.stringify(name)}:${place}`).join(',')}}`
        const object = parse(text) as object
        expect(Object.entries(object).toSorted(([, a], [, b]) => a - b)).toEqual(
          wanted.map((name, place) => [name, place]),
        )
      }),
      { numRuns: 5000 },
    )
  })

  test('any JSON is read as it is written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(undefined, 1, '\t\n\r '), (value, space) => {
        const given = { value, 'a"': value, list: [value, { '\\': value }, true, false, null, -0.5e-7] }
        const text = JSON.stringify(given, null, space)
        expect(JSON.stringify(parse(text), null, space)).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  test('of two equal names the last counts, and __proto__ is a name like any other', () => {
    expect(parse('{"\\"":1,"b":2,"\\"":3}')).toEqual({ '"': 3, b: 2 })
    const value = parse('{"\\"":1,"__proto__":{"x":1}}') as object
    expect(Object.keys(value)).toEqual(['"', '__proto__'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })

  test('any depth is read', () => {
    const deep = parse(`${'{"\\"":['.repeat(100_000)}${']}'.repeat(100_000)}`)
    expect(deep).toEqual({ '"': expect.any(Array) })
  })

  test.each(['', '{"\\":1}', '{"a\\"":}', '[1,]', '{"a\\"":1}}'])('%j is not JSON', (text) => {
    expect(() => parse(text)).toThrow(SyntaxError)
  })
})

describe('numbers that would change', () => {
  const changed = [
    '1e400',
    '-1e400',
    '1e-400',
    '-0.001e-330',
    `0.${'0'.repeat(400)}1`,
    `0.${'0'.repeat(299)}1e-99`,
    `0.${'0'.repeat(320)}1E-9`,
    `1${'0'.repeat(400)}`,
    '9007199254740993',
    '-9007199254740993',
    '9007199254740993.0',
    '-9007199254740993.000',
    '9007199254740993e0',
    '9007199254740993.0E-00',
    '12345678901234567890',
    '9223372036854775807',
    '123456789012345678901234567890',
  ]
  const kept = [
    '0',
    '-0',
    '0e999',
    '0.0',
    '9007199254740991',
    '9007199254740992',
    '-9007199254740992',
    '9007199254740992.0',
    '9007199254740992e+0',
    '9223372036854776000.00e0',
    '1.0e0',
    '1.5e-7',
    '9223372036854776000',
    '1000000000000000000000',
    '10000000000000000000000',
    `1${'0'.repeat(300)}`,
    '1e22',
    '1e+308',
    '5e-324',
    '1.7976931348623157e308',
    '0.1',
    '0.30000000000000004',
    '0.10000000000000000555',
    '3.141592653589793238462643383279',
    '12345678901234567.5',
  ]

  test.each(changed)('%s is reported with its path, or kept as text', (literal) => {
    const text = `{"a":[0,{"b":${literal}}]}`
    expect(findUnstorable(parseSentJson(text))).toEqual([{ path: 'a.1.b', message: expect.stringContaining('number') }])
    expect(parseForeignJson(text)).toEqual({ a: [0, { b: literal }] })
    expect(parseForeignJson(literal)).toBe(literal)
  })

  test.each(kept)('%s is kept', (literal) => {
    const text = `{"a":${literal},"\\n":[${literal}]}`
    expect(parseSentJson(text)).toEqual({ a: Number(literal), '\n': [Number(literal)] })
    expect(parseForeignJson(text)).toEqual(parseSentJson(text))
    expect(findUnstorable(parseSentJson(text))).toEqual([])
  })

  test('what a JavaScript client sends is never refused', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), fc.bigInt(), (double, integer) => {
        const value = [double, Number(integer), Number(integer) * 2 ** 70]
        expect(parseSentJson(JSON.stringify(value))).toEqual(value.map((number) => number + 0))
      }),
      { numRuns: 2000 },
    )
  })

  test('digits in texts and names are not numbers', () => {
    const value = { text: 'order 12345678901234567890, 1e400', ' 12345678901234567890': ':9007199254740993' }
    expect(parseSentJson(JSON.stringify(value))).toEqual(value)
  })
})

describe('repairJsonParse', () => {
  const before = JSON.parse
  beforeAll(repairJsonParse)
  afterAll(() => void (JSON.parse = before))

  test('JSON.parse reads names as they are written, and takes a reviver', () => {
    fc.assert(
      fc.property(keyed, (wanted) => {
        const text = JSON.stringify(wanted.map((name) => [name, 1]).filter(([name]) => name !== '__proto__'))
        const object = Object.fromEntries(JSON.parse(text) as [string, number][])
        expect(JSON.parse(JSON.stringify(object))).toEqual(object)
      }),
      { numRuns: 3000 },
    )
    expect(JSON.parse('[1]', (_key, value: unknown) => (value === 1 ? 2 : value))).toEqual([2])
    expect(() => JSON.parse('{')).toThrow(SyntaxError)
  })
})
