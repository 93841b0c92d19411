import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutPieces } from './text-pieces.ts'

test.each([
  ['', []],
  ['short', ['short']],
  ['one\ntwo\nthree', ['one\ntwo\n', 'three']],
  ['abcdefghijklmno', ['abcdefghij', 'klmno']],
])('%j is cut into %j', (text, pieces) => {
  expect(cutPieces(text, 10)).toEqual(pieces.map((piece) => ({ head: '', text: piece })))
})

test('rows of a table that goes on have its head', () => {
  const head = '| a | b |\n| - | - |\n'
  const rows = ['| 1 | 2 |\n', '| 3 | 4 |\n', '| 5 | 6 |\n']
  const pieces = cutPieces(`${head}${rows.join('')}\nAfter it.`, 25)
  expect(pieces).toEqual([
    { head: '', text: head },
    { head, text: `${rows[0]}${rows[1]}` },
    { head, text: `${rows[2]}\nAfter it.` },
  ])
  // No table: lines that only look like rows.
  expect(cutPieces('| a | b |\n| c | d |\n| e | f |', 10).map((piece) => piece.head)).toEqual(['', '', ''])
})

test('the pieces are the text, and none is longer than a line more than asked', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '\n'), maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (text, most) => {
        const pieces = cutPieces(text, most)
        expect(pieces.map((piece) => piece.text).join('')).toBe(text)
        for (const piece of pieces) expect(piece.text.length).toBeLessThanOrEqual(most + 1)
      },
    ),
  )
})
