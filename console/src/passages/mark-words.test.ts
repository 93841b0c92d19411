import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markWords } from './mark-words.ts'

const marked = (text: string, query: string) =>
  markWords(text, query)
    .filter(({ is_marked }) => is_marked)
    .map((piece) => piece.text)

test.each([
  ['Refunds take 14 days.', 'refund in 14 days', ['Refunds', '14', 'days']],
  ['Der Rückversand ist möglich.', 'moglich', ['möglich']],
  ['The order A-1001 is here', 'where is the order', ['order']],
  ['organization and organ', 'organ', ['organ']],
  ['製品の返品は14日以内です', '返品', ['返品']],
  ['it is what it is', 'what is it', ['it', 'is', 'what', 'it', 'is']],
  ['nothing', '', []],
  ['', 'word', []],
])('in %j, %j marks %j', (text, query, words) => {
  expect(marked(text, query)).toEqual(words)
})

test('the pieces are the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, query) => {
      expect(
        markWords(text, query)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text)
    }),
  )
})
