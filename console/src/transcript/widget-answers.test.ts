import { type AskedField, describeFormValues } from '@parley/contract'
import { expect, test } from 'vitest'
import { firstFault, readValues } from './widget-answers.ts'

const field = (id: string, type: AskedField['type'], more: Partial<AskedField> = {}): AskedField => ({
  id,
  label: id.toUpperCase(),
  type,
  ...more,
})
const options = ['One', 'Two']
const fields = [
  field('a', 'textarea', { required: true }),
  field('b', 'multi_select', { options }),
  field('c', 'checkbox'),
  field('d', 'rating'),
  field('e', 'hidden', { value: 'campaign 7' }),
]

test('values have the types of their fields, and lines end as elsewhere', () => {
  const texts = new Map([
    ['a', ['Ada\r\nLovelace']],
    ['b', ['One', 'Two']],
    ['c', ['Yes']],
    ['d', ['4']],
    ['e', ['campaign 7']],
  ])
  const values = readValues(fields, texts)
  expect(values).toEqual({ a: 'Ada\nLovelace', b: ['One', 'Two'], c: true, d: 4, e: 'campaign 7' })
  expect(firstFault(fields, values)).toBeNull()
  expect(describeFormValues(fields.slice(1), values)).toBe('B: One, Two\nC: Yes\nD: 4\nE: campaign 7')
})

test('what is left empty is no value', () => {
  const empty = readValues(fields, new Map(fields.map(({ id }) => [id, id === 'a' || id === 'd' ? [' '] : []])))
  expect(empty).toEqual({ a: ' ', b: [], c: false, d: null, e: null })
  expect(firstFault(fields, empty)).toEqual({ label: 'A', message: 'is required' })
})
