import { expect, test } from 'vitest'
import { type FormField, describeAnswers, firstMissing, starsOf } from './widget-answers.ts'

const words = { no: 'No', nothing: 'Nothing' }
const field = (id: string, type: FormField['type'], required?: boolean): FormField => ({
  id,
  label: id.toUpperCase(),
  type,
  ...(required === undefined ? {} : { required }),
})
const fields = [field('a', 'text', true), field('b', 'multi_select'), field('c', 'checkbox')]

test('a line for each field that was filled in; a box that was left empty says no', () => {
  const values = new Map([
    ['a', ['Ada']],
    ['b', ['One', 'Two']],
    ['c', []],
  ])
  expect(describeAnswers(fields, values, words)).toBe('A: Ada\nB: One, Two\nC: No')
  expect(describeAnswers(fields.slice(0, 2), new Map([['a', [' ']]]), words)).toBe('Nothing')
})

test('the first field that has to be filled in and is not', () => {
  expect(firstMissing(fields, new Map([['a', [' ']]]))).toBe('A')
  expect(firstMissing(fields, new Map([['a', ['Ada']]]))).toBeNull()
})

test('a hidden field is sent with its value, and is never missing', () => {
  const hidden = [field('a', 'hidden', true)]
  expect(firstMissing(hidden, new Map([['a', ['']]]))).toBeNull()
  expect(describeAnswers(hidden, new Map([['a', ['campaign 7']]]), words)).toBe('A: campaign 7')
})

test('a rating has five stars, or as many as it says within bounds', () => {
  expect([undefined, null, 3, 10, 0, 1e9, 4.5].map(starsOf)).toEqual([5, 5, 3, 10, 3, 10, 4])
})
