import { expect, test } from 'vitest'
import { addField, changeField, idOf, moveField, newForm, removeField, setAttribute } from './form-draft.ts'

test('an id follows from a label, and is neither taken nor reserved', () => {
  expect(idOf('Your e-mail', [])).toBe('your_e_mail')
  expect(idOf('Größe', [])).toBe('gro_e')
  expect(idOf('お名前', ['field'])).toBe('field_2')
  expect(idOf('Name', ['name', 'name_2'])).toBe('name_3')
  expect(['Visitor', 'Rating', 'Parley x', 'anyreach_id'].map((label) => idOf(label, []))).toEqual([
    'field_visitor',
    'field_rating',
    'field_parley_x',
    'field_anyreach_id',
  ])
})

const form = ['Name', 'Mail', 'Topic'].reduce(addField, newForm('pre_chat'))
const ids = ({ fields }: typeof form) => fields.map(({ id }) => id)

test('an id follows its label until somebody writes another', () => {
  const renamed = changeField(form, 0, { label: 'Full name' })
  expect(ids(renamed)).toEqual(['full_name', 'mail', 'topic'])
  const written = changeField(renamed, 0, { id: 'who' })
  expect(ids(changeField(written, 0, { label: 'Name' }))).toEqual(['who', 'mail', 'topic'])
})

test('fields are moved and removed', () => {
  expect(ids(moveField(form, 0, 2))).toEqual(['mail', 'topic', 'name'])
  expect(ids(moveField(form, 2, 1))).toEqual(['name', 'topic', 'mail'])
  expect(moveField(form, 0, -1)).toBe(form)
  expect(moveField(form, 2, 3)).toBe(form)
  expect(ids(removeField(form, 1))).toEqual(['name', 'topic'])
})

test('a field keeps only what its type has', () => {
  const select = changeField(form, 0, { type: 'select', options: ['A'], required: true })
  expect(select.fields[0]).toEqual({ id: 'name', label: 'Name', type: 'select', options: ['A'], required: true })
  const number = changeField(select, 0, { type: 'number', min: 1, max: 9 })
  expect(number.fields[0]).toEqual({ id: 'name', label: 'Name', type: 'number', min: 1, max: 9, required: true })
  expect(changeField(number, 0, { type: 'hidden', value: 'x' }).fields[0]).toEqual({
    ...{ id: 'name', label: 'Name', type: 'hidden', value: 'x' },
  })
})

test('an empty attribute is left out', () => {
  expect(setAttribute(setAttribute(form, 'title', 'Hello'), 'title', '')).toEqual(form)
})
