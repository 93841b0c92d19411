import type { ValueType } from '@parley/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkInput, convertOutput, convertValue } from './convert-values.ts'

describe('a value becomes its type where nothing is lost', () => {
  test.each<[unknown, ValueType, unknown]>([
    ['5', 'number', 5],
    ['-0.25', 'number', -0.25],
    ['1e3', 'number', 1000],
    ['5.0', 'number', 5],
    [5, 'number', 5],
    ['true', 'boolean', true],
    ['false', 'boolean', false],
    [true, 'boolean', true],
    [5, 'string', '5'],
    [1e21, 'string', '1e+21'],
    [false, 'string', 'false'],
    ['', 'string', ''],
    [{ a: [1] }, 'string', '{"a":[1]}'],
    ['[1, "a"]', 'array', [1, 'a']],
    [[], 'array', []],
    ['{"a": 1}', 'object', { a: 1 }],
    [{}, 'object', {}],
    ['x', 'any', 'x'],
    [[1], 'any', [1]],
    [undefined, 'any', null],
    ...(['string', 'number', 'boolean', 'array', 'object', 'any'] as const).map((type): [null, ValueType, null] => [
      null,
      type,
      null,
    ]),
  ])('%j as %s is %j', (value, type, converted) => {
    expect(convertValue(value, type)).toEqual({ value: converted, fault: null })
  })

  test.each<[unknown, ValueType]>([
    ['', 'number'],
    ['five', 'number'],
    [' 5', 'number'],
    ['5 ', 'number'],
    ['007', 'number'],
    ['+5', 'number'],
    ['0x10', 'number'],
    ['Infinity', 'number'],
    ['1e999', 'number'],
    ['12345678901234567890', 'number'],
    [true, 'number'],
    [[5], 'number'],
    ['True', 'boolean'],
    ['yes', 'boolean'],
    [1, 'boolean'],
    ['abc', 'array'],
    ['{"a": 1}', 'array'],
    [{ 0: 1 }, 'array'],
    [5, 'array'],
    ['[1]', 'object'],
    ['null', 'object'],
    ['{"a": 1', 'object'],
    ['{"id": 12345678901234567890}', 'object'],
    ['"x"', 'object'],
    [[], 'object'],
  ])('%j as %s is refused', (value, type) => {
    const { value: none, fault } = convertValue(value, type)
    expect(none).toBeNull()
    expect(fault).toMatch(/^must be .*; .* cannot be converted without loss$/)
  })

  test('what was converted to a text comes back', () => {
    const back = {
      number: fc.double({ noNaN: true, noDefaultInfinity: true }),
      boolean: fc.boolean(),
      array: fc.array(fc.jsonValue()),
      object: fc.dictionary(fc.string(), fc.jsonValue()),
    }
    for (const type of ['number', 'boolean', 'array', 'object'] as const) {
      fc.assert(
        fc.property(back[type] as fc.Arbitrary<unknown>, (value) => {
          const text = convertValue(value, 'string').value
          const { value: read, fault } = convertValue(text, type)
          // JSON has one zero, and a text cannot hold every character that a store can.
          if (fault === null) expect(JSON.stringify(read)).toBe(JSON.stringify(value))
          else expect(type === 'array' || type === 'object').toBe(true)
        }),
        { numRuns: 100 },
      )
    }
  })

  test('a fault never has the value', () => {
    expect(convertValue('hunter2', 'number').fault).not.toContain('hunter2')
  })
})

describe('an output', () => {
  test('has its fields in order', () => {
    const fields = [
      { name: 'b', type: 'number' as const, value: '5' },
      { name: 'a', type: 'any' as const, value: null },
    ]
    expect(JSON.stringify(convertOutput(fields).value)).toBe('{"b":5,"a":null}')
    expect(convertOutput([]).value).toEqual({})
  })

  test('names the field that cannot be converted', () => {
    const fields = [{ name: 'size', type: 'number' as const, value: 'large' }]
    expect(convertOutput(fields)).toEqual({
      value: null,
      fault: 'The output "size" must be a number; this text cannot be converted without loss.',
    })
  })
})

describe('an input', () => {
  const field = (name: string, type: ValueType, more: { required?: boolean; default?: unknown } = {}) => ({
    name,
    type,
    required: false,
    default: null,
    ...more,
  })

  test('is converted, completed and checked by field', () => {
    const fields = [
      field('size', 'number'),
      field('name', 'string', { default: 'x' }),
      field('id', 'any', { required: true }),
    ]
    expect(checkInput(fields, { size: '5', id: 1, other: 2 })).toEqual({
      values: { size: 5, name: 'x', id: 1 },
      faults: [],
    })
    expect(checkInput(fields, { size: 'large', id: null }).faults).toEqual([
      { field: 'size', message: 'must be a number; this text cannot be converted without loss' },
      { field: 'id', message: 'is required' },
    ])
    expect(checkInput(fields, { id: false }).values).toEqual({ size: null, name: 'x', id: false })
  })

  test('a required field with a default is never missing', () => {
    expect(checkInput([field('a', 'number', { required: true, default: '7' })], {})).toEqual({
      values: { a: 7 },
      faults: [],
    })
  })

  test('names of every object are only fields if they are given', () => {
    expect(checkInput([field('toString', 'any')], {}).values).toEqual({ toString: null })
  })
})
