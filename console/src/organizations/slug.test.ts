// What is proposed as a slug can be one.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSlug, proposeSlug } from './slug.ts'

test.each([
  ['Harbour Lane', 'harbour-lane'],
  ['  Café “Zoë” & Söhne  ', 'cafe-zoe-sohne'],
  ['北京', ''],
  [`${'a'.repeat(49)} b`, 'a'.repeat(49)],
])('%j: %j', (name, slug) => {
  expect(proposeSlug(name)).toBe(slug)
})

test('of every name that has a letter or a digit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      const slug = proposeSlug(name)
      return slug === '' || isSlug(slug)
    }),
  )
})
