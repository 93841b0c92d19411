// What answers a form, field type by field type, and what is said of it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AskedField,
  type FormValues,
  completeValues,
  describeFormValues,
  fieldsOfWidget,
  findFormFaults,
} from './form-values.ts'
import { formFieldTypes } from './agent-words.ts'

const field = (type: AskedField['type'], more: Partial<AskedField> = {}): AskedField => ({
  id: 'a',
  label: 'A',
  type,
  ...more,
})
const faultsOf = (one: AskedField, a: unknown) =>
  findFormFaults([one], { a } as FormValues).map(({ message }) => message)
const options = { options: ['red', 'green'] }

describe('what a field accepts, and what it does not', () => {
  test.each<[AskedField, unknown[], unknown[]]>([
    [field('text'), ['x', 'x'.repeat(1000), null, ''], [7, true, ['x'], {}, 'x'.repeat(1001)]],
    [field('textarea'), ['x'.repeat(4000), 'a\nb'], ['x'.repeat(4001)]],
    [field('email'), ['ada@example.com'], ['ada', '@', 'a b@c', `${'x'.repeat(250)}@a.de`]],
    [field('phone'), ['+49 (30) 1-2/3', '030 123'], ['030a', '+', '12', '1'.repeat(41)]],
    [field('number', { min: 1, max: 5 }), [1, 5, '3', '2.5'], [0, 6, '6', 'x', '1e3', Number.NaN, [1]]],
    [field('rating'), [1, 5, '4'], [0, 6, 1.5, 'five']],
    [field('rating', { max: 10 }), [10], [11]],
    [field('date'), ['2026-02-28'], ['2026-02-30', '28.02.2026', '2026-02-28T00:00']],
    [field('time'), ['09:30', '23:59:59'], ['24:00', '9:30']],
    [field('select', options), ['red'], ['blue', ['red']]],
    [field('radio', options), ['green'], ['blue']],
    [field('multi_select', options), [['red'], ['red', 'green'], []], ['red', ['red', 'red'], ['blue'], [1]]],
    [field('multiselect', options), [['green']], [['x']]],
    [field('checkbox'), [true, false], ['yes', 1]],
    [field('hidden', { value: 'v' }), ['v', null, undefined], ['w', '', 7]],
    [field('hidden'), ['anything'], [7, 'x'.repeat(1001)]],
    [field('text', { digits: 6 }), ['012345'], ['12345', '1234567', '12345a', '١٢٣٤٥٦']],
  ])('%j', (one, good, bad) => {
    for (const value of good) expect(faultsOf(one, value), JSON.stringify(value)).toEqual([])
    for (const value of bad) expect(faultsOf(one, value), JSON.stringify(value)).toHaveLength(1)
  })

  test.each([
    [field('text', { required: true }), ['', '  ', null, undefined]],
    [field('multi_select', { required: true, ...options }), [[], undefined]],
    [field('checkbox', { required: true }), [false, undefined]],
  ])('a required one is needed: %j', (one, empty) => {
    for (const value of empty) expect(faultsOf(one, value)).toEqual(['is required'])
    expect(faultsOf(field('hidden', { required: true }), undefined)).toEqual([])
  })

  test('fields that were not asked for, by whatever name', () => {
    const values = JSON.parse('{"a": "x", "__proto__": "y", "constructor": "z"}') as FormValues
    expect(findFormFaults([field('text')], values).map(({ path }) => path)).toEqual(['__proto__', 'constructor'])
    expect(
      findFormFaults([field('text', { id: '__proto__' })], JSON.parse('{"__proto__": "y"}') as FormValues),
    ).toEqual([])
  })

  test('all values together have a size', () => {
    const fields = ['a', 'b', 'c', 'd', 'e'].map((id) => field('textarea', { id }))
    const values = Object.fromEntries(fields.map(({ id }) => [id, 'x'.repeat(4000)]))
    expect(findFormFaults(fields, values)).toEqual([{ path: '', message: 'must have at most 16384 bytes as JSON' }])
    expect(findFormFaults(fields.slice(1), values).at(-1)).toMatchObject({ path: '' })
  })

  test('any JSON at all is judged, not thrown at', () => {
    const values = fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.jsonValue())
    const types = fc.constantFrom(...formFieldTypes)
    fc.assert(
      fc.property(types, fc.boolean(), values, (type, required, given) => {
        const fields = [field(type, { required, ...options })]
        const faults = findFormFaults(fields, given as FormValues)
        // What is accepted can be said, and is accepted again as it is stored.
        if (faults.length > 0) return
        const stored = completeValues(fields, given as FormValues)
        expect(findFormFaults(fields, stored)).toEqual([])
        expect(describeFormValues(fields, stored)).toBe(describeFormValues(fields, given as FormValues))
      }),
    )
  })
})

describe('what is said and stored', () => {
  const fields = [
    field('text', { id: 'name', label: 'Name' }),
    field('multi_select', { id: 'colors', label: 'Colors', ...options }),
    field('checkbox', { id: 'news', label: 'News' }),
    field('hidden', { id: 'from', label: 'From', value: 'campaign 7' }),
    field('rating', { id: 'stars', label: 'Stars' }),
  ]

  test('a line for each field that is filled in; a box that was left empty says no', () => {
    const values = { name: 'Ada', colors: ['red', 'green'], news: true, stars: 4 }
    expect(describeFormValues(fields, values)).toBe(
      'Name: Ada\nColors: red, green\nNews: Yes\nFrom: campaign 7\nStars: 4',
    )
    expect(describeFormValues(fields.slice(0, 3), { name: ' ' })).toBe('News: No')
    expect(describeFormValues(fields.slice(0, 2), { name: null })).toBe('–')
  })

  test('what was left empty is not stored, and a hidden field has its value', () => {
    expect(completeValues(fields, { name: '', colors: [], news: false })).toEqual({ news: false, from: 'campaign 7' })
  })
})

describe('what a widget asks for', () => {
  test('a form its fields, a code and a number one field each, others nothing', () => {
    const form = { fields: [field('select', options)] }
    expect(fieldsOfWidget({ type: 'form', data: form })).toEqual(form.fields)
    expect(fieldsOfWidget({ type: 'collect_otp', data: { length: 4 } })).toMatchObject([{ id: 'code', digits: 4 }])
    expect(fieldsOfWidget({ type: 'collect_otp', data: { length: 1e9 } })).toMatchObject([{ digits: 6 }])
    expect(fieldsOfWidget({ type: 'collect_phone_number' })).toMatchObject([{ id: 'phone_number', type: 'phone' }])
    expect(fieldsOfWidget({ type: 'info', data: form })).toBeNull()
  })

  test.each([null, 'x', {}, { fields: 'x' }, { fields: [] }, { fields: [null] }, { fields: [{ id: 'a' }] }])(
    'what only calls itself a form asks for nothing: %j',
    (data) => {
      expect(fieldsOfWidget({ type: 'form', data })).toBeNull()
    },
  )

  test.each([{ type: 'select' }, { options: 'x' }, { options: [1] }, { type: 'odd' }, { max: '5' }, { required: 1 }])(
    'nor does a form with a field such as %j',
    (odd) => {
      expect(
        fieldsOfWidget({ type: 'form', data: { fields: [{ id: 'a', label: 'A', type: 'text', ...odd }] } }),
      ).toBeNull()
    },
  )
})
