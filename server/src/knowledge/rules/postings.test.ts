import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Posting, formOf, groupWords, packPostings, readPostings, wordHashes } from './postings.ts'

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

test('groups have every word once, in order, with its own bytes, and the frequent ones together', () => {
  const word = fc.record({
    word: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    chunks: fc.integer({ min: 1, max: 100 }),
    data: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  })
  const words = fc.uniqueArray(word, { selector: (each) => each.word, maxLength: 300 })
  fc.assert(
    fc.property(words, (found) => {
      const groups = groupWords(found)
      const read = groups.flatMap(({ words: some, chunks, begins, data }) => {
        expect(some).toEqual(some.toSorted((a, b) => a - b))
        expect(some.length).toBeLessThanOrEqual(64)
        expect(begins).toHaveLength(some.length + 1)
        expect(begins.at(-1)).toBe(data.length)
        // Two bytes hold a group of short lists and one long one.
        expect(data.length).toBeLessThan(1200 + 300)
        return some.map((each, at) => ({
          word: each,
          chunks: chunks[at]!,
          data: data.subarray(begins[at], begins[at + 1]),
        }))
      })
      const byWord = (list: { word: number }[]) => list.toSorted((a, b) => a.word - b.word)
      expect(byWord(read)).toEqual(byWord(found))
      const rarest = groups.map(({ chunks }) => Math.min(...chunks))
      for (const [at, { chunks }] of groups.entries())
        if (at > 0) expect(Math.max(...chunks)).toBeLessThanOrEqual(rarest[at - 1]!)
    }),
  )
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
