import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Posting, formOf, packPostings, readPostings, wordHashes } from './postings.ts'

const posting = fc.record({
  position: fc.integer({ min: 0, max: 20_000 }),
  times: fc.integer({ min: 1, max: 255 }),
  length: fc.integer({ min: 1, max: 100_000 }),
  forms: fc.integer({ min: 0, max: 255 }),
})

test('what is packed is read again', () => {
  fc.assert(
    fc.property(fc.uniqueArray(posting, { selector: ({ position }) => position }), fc.nat(50), (postings, before) => {
      const sorted = postings.toSorted((a, b) => a.position - b.position)
      const first = Math.max(0, (sorted[0]?.position ?? 0) - before)
      const packed = Buffer.concat([Buffer.from('before'), packPostings(sorted, first), Buffer.from('after')])
      const read: Posting[] = []
      readPostings(packed, 6, packed.length - 5, first, (position, times, length, forms) => {
        read.push({ position, times, length, forms })
      })
      expect(read).toEqual(sorted)
    }),
  )
})

test('a word that is too frequent for a byte counts as often as one can', () => {
  const packed = packPostings([{ position: 0, times: 9999, length: 10_000, forms: 1 }], 0)
  readPostings(packed, 0, packed.length, 0, (_, times, length) => expect([times, length]).toEqual([255, 10_000]))
})

test('a dataset has hashes of its own, and they are spread', () => {
  const [one, other] = [wordHashes('one'), wordHashes('other')]
  const words = Array.from({ length: 50_000 }, (_, at) => `word${at}`)
  expect(words.filter((word) => one(word) === other(word)).length).toBeLessThan(5)
  expect(new Set(words.map(one)).size).toBeGreaterThan(49_990)
  const forms = Map.groupBy(words, formOf)
  expect([...forms.keys()].toSorted((a, b) => a - b)).toEqual([1, 2, 4, 8, 16, 32, 64, 128])
  for (const some of forms.values()) expect(some.length).toBeGreaterThan(4000)
})
