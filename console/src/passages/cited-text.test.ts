import { expect, test } from 'vitest'
import { splitCitations } from './cited-text.ts'

test.each([
  ['Within 14 days [1][3].', ['Within 14 days ', 1, 3, '.']],
  ['[1] first', [1, ' first']],
  ['an array[2] and [0x1]', ['an array[2] and [0x1]']],
  ['', []],
])('%j', (text, pieces) => {
  expect(splitCitations(text, new Set([1, 3])).map((piece) => piece.number ?? piece.text)).toEqual(pieces)
})
