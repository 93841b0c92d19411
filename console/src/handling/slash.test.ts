import { expect, test } from 'vitest'
import { findSlash, replaceSlash } from './slash.ts'

test.each([
  ['/', 1, { start: 0, end: 1, search: '' }],
  ['/ref', 4, { start: 0, end: 4, search: 'ref' }],
  ['/refund', 4, { start: 0, end: 4, search: 'ref' }],
  ['Hello /opening-h', 16, { start: 6, end: 16, search: 'opening-h' }],
  ['Hello\n/o', 8, { start: 6, end: 8, search: 'o' }],
  ['https://a', 9, null],
  ['and/or', 6, null],
  ['/ref und', 8, null],
  ['', 0, null],
  ['/ref', 0, null],
])('%o with the cursor at %i', (text, cursor, found) => {
  expect(findSlash(text, cursor)).toEqual(found)
})

test('the reply takes the place of the search, and what follows stays', () => {
  const text = 'Hello /op! Bye'
  expect(replaceSlash(text, findSlash(text, 9)!, 'We are open.')).toEqual({
    text: 'Hello We are open.! Bye',
    cursor: 18,
  })
})
