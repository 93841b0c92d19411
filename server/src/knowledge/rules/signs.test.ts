import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type SignedQuery, type SignedVector, cosine, meanOf, readVector, signQuery, signVector } from './signs.ts'

const differing = (one: string, other: string) => [...one].filter((sign, at) => sign !== other[at]).length

const signsOf = (vector: Float32Array, mean: Float32Array | null) => signVector(vector, mean).bits

/** Evenly: with many zeros, or a few equal values that cancel each other out, a rotated vector has values of exactly zero. */
const direction = (dimension: number) =>
  fc.noBias(
    fc.array(
      fc.integer({ min: -1_000_000, max: 1_000_000 }).map((value) => value / 1_000_000),
      { minLength: dimension, maxLength: dimension },
    ),
  )

test.each([64, 100, 768, 1536])(
  'a rotation keeps %i signs, and opposite vectors differ in all of them',
  (dimension) => {
    fc.assert(
      fc.property(direction(dimension), (values) => {
        fc.pre(values.some((value) => Math.abs(value) > 0.01))
        const signs = signsOf(Float32Array.from(values), null)
        expect(signs).toMatch(/^[01]+$/)
        expect(signs).toHaveLength(dimension)
        const opposite = signsOf(
          Float32Array.from(values, (value) => -value),
          null,
        )
        // A value of exactly zero has the same sign in both.
        expect(differing(signs, opposite)).toBeGreaterThan(dimension * 0.9)
      }),
      { numRuns: 5 },
    )
  },
)

test('signs tell how near vectors are, also those with few values other than zero', () => {
  const sparse = (...places: number[]) => {
    const vector = new Float32Array(768)
    for (const place of places) vector[place] = 1 / Math.sqrt(places.length)
    return vector
  }
  const query = signsOf(sparse(1, 2, 3, 4), null)
  const near = differing(query, signsOf(sparse(1, 2, 3, 700), null))
  const half = differing(query, signsOf(sparse(1, 2, 600, 700), null))
  const far = differing(query, signsOf(sparse(500, 501, 502, 503), null))
  expect(near).toBeLessThan(half)
  expect(half).toBeLessThan(far)
  // A right angle: half of the signs, give or take.
  expect(far / 768).toBeGreaterThan(0.4)
  expect(far / 768).toBeLessThan(0.6)
})

const countBits = (bits: string) => [...bits].filter((bit) => bit === '1').length
const countShared = (one: string, other: string) =>
  [...one].filter((bit, at) => bit === '1' && other[at] === '1').length

/** As a search computes it. */
function estimate(query: SignedQuery, { bits, length, along }: SignedVector): number {
  const steps = query.planes.reduce((sum, plane, at) => sum + 2 ** at * countShared(bits, plane), 0)
  return query.base + along + length * (query.of_all + query.of_sign * countBits(bits) + query.of_step * steps)
}

test('a query is compared more exactly with the signs than by its own, wherever the centre is', () => {
  const values = (seed: number) => Float32Array.from({ length: 768 }, (_, at) => Math.sin(seed * 91.7 + at * at * seed))
  const unit = (vector: Float32Array) => {
    const length = Math.hypot(...vector)
    return vector.map((value) => value / length)
  }
  const query = unit(values(1))
  const mix = (share: number, seed: number) => {
    const other = unit(values(seed))
    return unit(query.map((value, at) => share * value + (1 - share) * other[at]!))
  }
  const vectors = Array.from({ length: 60 }, (_, at) => mix((at % 10) / 10, at + 2))
  for (const mean of [null, meanOf(vectors)]) {
    const asked = signQuery(query, mean)
    let worst = 0
    let doubtful = 0
    for (const vector of vectors) {
      const signed = signVector(vector, mean)
      const wrong = Math.abs(estimate(asked, signed) - cosine(query, vector))
      worst = Math.max(worst, wrong)
      if (wrong > asked.of_doubt * signed.length) doubtful += 1
    }
    expect(worst).toBeLessThan(0.12)
    // Seldom, and not so wide that it says nothing.
    expect(doubtful).toBeLessThan(6)
    expect(asked.of_doubt).toBeLessThan(0.1)
    expect(asked.bits).toBe(signVector(query, mean).bits)
  }
})

test('what all vectors share says nothing once the mean is their centre', () => {
  const shared = Float32Array.from({ length: 256 }, () => 5)
  const own = (seed: number) => shared.map((value, at) => value + Math.sin(seed * 37 + at * seed))
  const vectors = Array.from({ length: 50 }, (_, seed) => own(seed + 1))
  const mean = meanOf(vectors)
  expect(differing(signsOf(vectors[0]!, null), signsOf(vectors[1]!, null))).toBeLessThan(100)
  expect(differing(signsOf(vectors[0]!, mean), signsOf(vectors[1]!, mean))).toBeGreaterThan(100)
  expect(meanOf([])).toBeNull()
})

test('a stored vector is read whatever its place in memory', () => {
  const vector = Float32Array.from([0.6, -0.8])
  const bytes = Buffer.alloc(9)
  Buffer.from(vector.buffer).copy(bytes, 1)
  expect([...readVector(bytes.subarray(1))]).toEqual([...vector])
  expect(cosine(vector, readVector(bytes.subarray(1)))).toBeCloseTo(1)
})
