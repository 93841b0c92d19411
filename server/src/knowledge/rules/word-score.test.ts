import { expect, test } from 'vitest'
import { type Posting, packPostings } from './postings.ts'
import { type FoundWord, scoreWords } from './word-score.ts'

const totals = { chunks: 100, words: 10_000 }
const one = new Set([1])

function packed(generation: number, postings: Posting[], first = 0): Buffer {
  const data = packPostings(postings, first)
  const head = Buffer.alloc(16)
  head.writeBigInt64BE(BigInt(generation))
  head.writeUInt32BE(first, 8)
  head.writeUInt32BE(data.length, 12)
  return Buffer.concat([head, data])
}

const posting = (position: number, more: Partial<Posting> = {}): Posting => ({
  position,
  times: 1,
  length: 100,
  forms: 1,
  ...more,
})
const word = (bytes: Buffer, more: Partial<FoundWord> = {}): FoundWord => ({
  chunks: 10,
  likeness: 1,
  form: 1,
  packed: bytes,
  ...more,
})

test('the score is BM25', () => {
  const [found] = scoreWords([word(packed(1, [posting(4, { times: 3, length: 200 })]))], totals, one, 10)
  const idf = Math.log(1 + (100 - 10 + 0.5) / 10.5)
  const expected = (idf * 3 * 2.2) / (3 + 1.2 * (0.25 + (0.75 * 200) / 100))
  expect(found).toEqual({ generation: 1, position: 4, score: expect.closeTo(expected, 10) as number })
})

const places = (words: FoundWord[], most = 10) => scoreWords(words, totals, one, most).map(({ position }) => position)

test('rarer words, more of them, shorter chunks, the same form and the same word count more', () => {
  expect(places([word(packed(1, [posting(1)]), { chunks: 50 }), word(packed(1, [posting(2)]), { chunks: 5 })])).toEqual(
    [2, 1],
  )
  expect(places([word(packed(1, [posting(1), posting(2, { times: 4 })]))])).toEqual([2, 1])
  expect(places([word(packed(1, [posting(1, { length: 300 }), posting(2)]))])).toEqual([2, 1])
  expect(places([word(packed(1, [posting(1, { forms: 2 }), posting(2, { forms: 3 })]))])).toEqual([2, 1])
  expect(places([word(packed(1, [posting(1)]), { likeness: 0.5 }), word(packed(1, [posting(2)]))])).toEqual([2, 1])
  expect(places([word(packed(1, [posting(1), posting(2)])), word(packed(1, [posting(2)]))])).toEqual([2, 1])
})

test('what is as good is in the order of its place, of chosen generations only, and no more than asked for', () => {
  const all = Array.from({ length: 500 }, (_, at) => posting(at))
  expect(places([word(packed(1, all))], 3)).toEqual([0, 1, 2])
  // The best one first, those after it last.
  const mixed = Array.from({ length: 200 }, (_, at) => posting(at, { times: at === 0 ? 250 : at }))
  expect(places([word(packed(1, mixed))], 3)).toEqual([0, 199, 198])
  const both = word(Buffer.concat([packed(2, [posting(7)]), packed(1, [posting(9)])]))
  expect(places([both])).toEqual([9])
  expect(scoreWords([both], totals, new Set([2, 1]), 5).map(({ generation }) => generation)).toEqual([1, 2])
})

test('a word that all chunks have still finds them', () => {
  expect(places([word(packed(1, [posting(1)]), { chunks: 101 })])).toEqual([1])
})
