import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutPieces } from './text-pieces.ts'

test.each([
  ['', []],
  ['short', ['short']],
  ['one\ntwo\nthree', ['one\ntwo\n', 'three']],
  ['abcdefghijklmno', ['abcdefghij', 'klmno']],
])('%j is cut into %j', (text, pieces) => {
  expect(cutPieces(text, 10)).toEqual(pieces)
})

test('the pieces are the text, and none is longer than a line more than asked', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '\n'), maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (text, most) => {
        const pieces = cutPieces(text, most)
        expect(pieces.join('')).toBe(text)
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(most + 1)
      },
    ),
  )
})
