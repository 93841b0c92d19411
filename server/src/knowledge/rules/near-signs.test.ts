import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type PackedSigns,
  bytesOf,
  chooseNear as chooseNearWithPauses,
  compareSigns,
  largestOf as largestOfWithPauses,
  packBits,
  unpackSigns,
  withoutPauses,
} from './near-signs.ts'
import { type SignedQuery, type SignedVector, meanOf, signQuery, signVector } from './signs.ts'

const chooseNear = (...asked: Parameters<typeof chooseNearWithPauses>) => withoutPauses(chooseNearWithPauses(...asked))
const largestOf = (...asked: Parameters<typeof largestOfWithPauses>) => withoutPauses(largestOfWithPauses(...asked))

/** Repeatable, and unlike each other. */
const vectorOf = (seed: number, dimension: number) => {
  const values = Float32Array.from({ length: dimension }, (_, at) => Math.sin(seed * 91.7 + at * at * (seed + 1)))
  const length = Math.hypot(...values)
  return values.map((value) => value / length)
}

/** As the database sends them. */
function rowOf({ bits, length, along }: SignedVector): Buffer {
  const row = Buffer.alloc(Math.ceil(bits.length / 8) + 8)
  for (const [at, bit] of [...bits].entries()) if (bit === '1') row[at >> 3]! |= 0x80 >> (at & 7)
  row.writeFloatBE(length, row.length - 8)
  row.writeFloatBE(along, row.length - 4)
  return row
}

const pack = (signed: readonly SignedVector[]): PackedSigns =>
  unpackSigns(Buffer.concat(signed.map(rowOf)), signed.length, 7)

const withShown = (generation: number, signs: PackedSigns, query: SignedQuery) => ({
  generation,
  signs,
  shown: compareSigns(signs, query, packBits(query.bits)),
})

const count = (bits: string, where: (bit: string, at: number) => boolean) => [...bits].filter(where).length

/** The formula of `SignedQuery`, bit by bit. */
function estimate(query: SignedQuery, { bits, length, along }: SignedVector): number {
  const shared = (plane: string) => count(bits, (bit, at) => bit === '1' && plane[at] === '1')
  const steps = query.planes.reduce((sum, plane, at) => sum + 2 ** at * shared(plane), 0)
  const signs = count(bits, (bit) => bit === '1')
  return query.base + along + length * (query.of_all + query.of_sign * signs + query.of_step * steps)
}

test.each([64, 70, 768])(
  'of %i dimensions: the best by estimate, over several generations, as many as are open',
  (dimension) => {
    const vectors = Array.from({ length: 60 }, (_, seed) => vectorOf(seed + 2, dimension))
    const mean = meanOf(vectors)
    const signed = vectors.map((vector) => signVector(vector, mean))
    const query = signQuery(vectorOf(1, dimension), mean)
    const parts = [signed.slice(0, 25), [], signed.slice(25)]
    const of = parts.map((part, at) => withShown(10 + at, pack(part), query))
    const placeOf = ({ generation, position }: { generation: number; position: number }) =>
      generation === 10 ? position : 25 + position
    const estimates = signed.map((one) => estimate(query, one))
    const ranked = signed.map((_, at) => at).toSorted((a, b) => estimates[b]! - estimates[a]!)

    const wanted = { least: 10, most: 40, wanted: 5, preselected: 5 }
    const found = chooseNear(of, query, wanted).map(placeOf)
    const fifth = ranked[4]!
    const bound = estimates[fifth]! - query.of_doubt * signed[fifth]!.length
    const open = ranked.slice(0, 40).filter((at, nth) => nth < 10 || estimates[at]! >= bound)
    expect(found).toEqual(open)
    // Of fewer than are wanted, all.
    expect(chooseNear([withShown(1, pack(signed.slice(0, 3)), query)], query, wanted)).toHaveLength(3)
    expect(chooseNear([], query, wanted)).toEqual([])
  },
)

test('signs alone choose first what is estimated', () => {
  const vectors = Array.from({ length: 400 }, (_, seed) => vectorOf(seed + 2, 64))
  const signed = vectors.map((vector) => signVector(vector, null))
  const query = signQuery(vectorOf(1, 64), null)
  const shown = signed.map(({ bits, length, along }) => {
    const differing = count(bits, (bit, at) => bit !== query.bits[at])
    return along + length * (query.of_none + query.of_each * differing)
  })
  const least_shown = shown.toSorted((a, b) => b - a)[2 * 5 - 1]!
  const wanted = { least: 5, most: 5, wanted: 5, preselected: 2 }
  const found = chooseNear([withShown(1, pack(signed), query)], query, wanted)
  expect(found).toHaveLength(5)
  // Within one step of the values.
  for (const { position } of found) expect(shown[position]!).toBeGreaterThan(least_shown - 0.01)
})

test('the largest values, in the order of their places, and no more than are about as large', () => {
  const values = fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { maxLength: 300 })
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 320 }), (given, many) => {
      const all = Float32Array.from(given)
      const places = largestOf(all, many)
      expect(places).toEqual(places.toSorted((a, b) => a - b))
      const sorted = all.toSorted().toReversed()
      const least = sorted[Math.min(many, sorted.length) - 1] ?? 0
      const step = ((sorted[0] ?? 0) - (sorted.at(-1) ?? 0)) / 2000
      const chosen = new Set(places)
      for (const [place, value] of all.entries()) {
        if (value > least) expect(chosen).toContain(place)
        if (value < least - step) expect(chosen).not.toContain(place)
      }
      expect(places.length).toBeGreaterThanOrEqual(Math.min(many, all.length))
    }),
  )
})

test('of values that are equal, or about equal, no more than twice as many: each is compared again', () => {
  const equal = new Float32Array(100_000).fill(0.5)
  expect(largestOf(equal, 10)).toEqual(Array.from({ length: 20 }, (_, at) => at))
  // One that is far from all others leaves them in one step.
  const close = Float32Array.from({ length: 100_000 }, (_, at) => (at === 7 ? 1000 : 0.5 + at / 1e6))
  const places = largestOf(close, 10)
  expect(places).toEqual(expect.arrayContaining([7, ...Array.from({ length: 9 }, (_, at) => 99_991 + at)]))
  expect(places.length).toBeLessThanOrEqual(20)
})

test('of many values, the largest of all slices, with a pause between two of each look', () => {
  const values = Float32Array.from({ length: 250_000 }, (_, at) => Math.sin(at))
  // One of each slice, the last ones of two of them.
  for (const [nth, place] of [99_999, 199_999, 249_999].entries()) values[place] = 2 + nth / 1000
  const work = largestOfWithPauses(values, 3)
  let pauses = 0
  for (let step = work.next(); ; step = work.next()) {
    if (step.done) {
      expect(step.value).toEqual([99_999, 199_999, 249_999])
      break
    }
    pauses += 1
  }
  // The range, the steps, the range of the last step, the places: more where steps are divided again.
  expect(pauses).toBeGreaterThanOrEqual(4 * 2)
  expect(pauses).toBeLessThan(20)
  expect(largestOfWithPauses(values.subarray(0, 100_000), 3).next().done).toBe(true)
})

test('what is no number hides nothing', () => {
  expect(largestOf(Float32Array.of(1, NaN, 3, Infinity, 2, -Infinity), 2)).toEqual([2, 4])
})

test('four bytes for 32 signs, and eight for two numbers', () => {
  const signs = pack([signVector(vectorOf(1, 768), null), signVector(vectorOf(2, 768), null)])
  expect(bytesOf(signs)).toBe(2 * (96 + 8))
  expect(signs).toMatchObject({ centre: 7, chunks: 2, words: 24 })
  expect([...new Uint8Array(packBits('1000000001').buffer)]).toEqual([0x80, 0x40, 0, 0])
})
