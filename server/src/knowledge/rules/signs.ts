// The signs of vectors, by which a search finds those that may be near. Pure.

/** The mean of some vectors; null: of none. */
export function meanOf(vectors: readonly Float32Array[]): Float32Array | null {
  const [first] = vectors
  if (!first) return null
  const sums = new Float64Array(first.length)
  for (const vector of vectors) for (let at = 0; at < sums.length; at += 1) sums[at]! += vector[at]!
  return Float32Array.from(sums, (sum) => sum / vectors.length)
}

/**
 * Turns a vector by a fixed rotation, so that every sign depends on all of its values: signs of a vector with few values other than
 * zero, or with a few large ones, would say little. Part of what is stored: it never changes.
 */
function rotate(values: Float64Array): void {
  const { length } = values
  const block = 2 ** Math.floor(Math.log2(length))
  for (const flips of flipsOf(length)) {
    for (let at = 0; at < length; at += 1) values[at]! *= flips[at]!
    // Two blocks that overlap, or are the same, cover all values.
    mixBlock(values, 0, block)
    if (block < length) mixBlock(values, length - block, block)
  }
}

const rounds = 3

/** Those of the last length: vectors come in rows. */
let known_flips: Float64Array[] = []

/** What each round multiplies the values by: 1 or -1. */
function flipsOf(length: number): readonly Float64Array[] {
  if (known_flips[0]?.length !== length) {
    known_flips = Array.from({ length: rounds }, (_, round) =>
      Float64Array.from({ length }, (__, at) => (isFlipped(at, round) ? -1 : 1)),
    )
  }
  return known_flips
}

function isFlipped(at: number, round: number): boolean {
  let hash = Math.imul(at * rounds + round + 1, 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return ((hash ^ (hash >>> 13)) & 1) === 1
}

/** A Walsh–Hadamard transform, two of its steps at a time. */
function mixBlock(values: Float64Array, begin: number, size: number): void {
  const scale = 1 / Math.sqrt(size)
  const end = begin + size
  let half = 1
  for (; half * 4 <= size; half *= 4) {
    for (let left = begin; left < end; left += half * 4) {
      for (let at = left; at < left + half; at += 1) mixFour(values, at, half)
    }
  }
  if (half < size) {
    for (let at = begin; at < begin + half; at += 1) {
      const one = values[at]!
      const other = values[at + half]!
      values[at] = one + other
      values[at + half] = one - other
    }
  }
  for (let at = begin; at < end; at += 1) values[at]! *= scale
}

function mixFour(values: Float64Array, at: number, apart: number): void {
  const [second, third, fourth] = [at + apart, at + apart * 2, at + apart * 3]
  const sum = values[at]! + values[second]!
  const difference = values[at]! - values[second]!
  const other_sum = values[third]! + values[fourth]!
  const other_difference = values[third]! - values[fourth]!
  values[at] = sum + other_sum
  values[second] = difference + other_difference
  values[third] = sum - other_sum
  values[fourth] = difference - other_difference
}

/** What is stored of a vector, seen from a mean of its space. */
export interface SignedVector {
  /** `1` where it is above zero, once it is rotated: a bit string of PostgreSQL. */
  bits: string
  /** Of the difference. */
  length: number
  /** The inner product of the vector and the mean. */
  along: number
}

export function signVector(vector: Float32Array, mean: Float32Array | null): SignedVector {
  const values = differenceOf(vector, mean)
  const length = lengthOf(values)
  rotate(values)
  return { bits: bitsWhere(values, isPositive), length, along: mean ? cosine(vector, mean) : 0 }
}

/**
 * A query, seen from a mean. Its own signs find what may be near: the inner product is about `along + length * (of_none + of_each *
 * differing)` more than `base`, by the signs that differ. Of those, its values in sixteen steps tell more exactly how near they are: it
 * is about `along + length * (of_all + of_sign * signs + of_step * steps)` more, where `signs` counts the bits of a vector, and `steps`
 * those that each plane shares with them, times 1, 2, 4 and 8. It is seldom wrong by more than `length * of_doubt`.
 */
export interface SignedQuery {
  bits: string
  planes: [string, string, string, string]
  base: number
  of_none: number
  of_each: number
  of_all: number
  of_sign: number
  of_step: number
  of_doubt: number
}

/** How many standard deviations an estimate may be wrong by. */
const doubts = 3
const steps = 15
/** What signs alone show of a vector’s length: the mean size of a value of a normal distribution. */
const shown = Math.sqrt(2 / Math.PI)

export function signQuery(vector: Float32Array, mean: Float32Array | null): SignedQuery {
  const values = differenceOf(vector, mean)
  rotate(values)
  const least = Math.min(...values)
  const step = (Math.max(...values) - least) / steps || 1
  const levels = values.map((value) => Math.round((value - least) / step))
  // Of vectors at about a right angle, as most are.
  const near = (lengthOf(values) * Math.PI) / 2
  const scale = 1 / (Math.sqrt(values.length) * shown)
  const plane = (bit: number) => bitsWhere(levels, (level) => (level & bit) !== 0)
  return {
    bits: bitsWhere(values, isPositive),
    planes: [plane(1), plane(2), plane(4), plane(8)],
    base: mean ? cosine(vector, mean) - cosine(mean, mean) : 0,
    of_none: near,
    of_each: (-2 * near) / values.length,
    of_all: -scale * levels.reduce((sum, level) => sum + least + step * level, 0),
    of_sign: 2 * scale * least,
    of_step: 2 * scale * step,
    // The part of a vector that its signs do not show is turned at random.
    of_doubt: doubts * lengthOf(values) * Math.sqrt((1 / shown ** 2 - 1) / values.length),
  }
}

// Loops, because `from` and spreading take ten times as long, and each chunk comes by here.

function differenceOf(vector: Float32Array, mean: Float32Array | null): Float64Array {
  const values = new Float64Array(vector)
  if (mean) for (let at = 0; at < values.length; at += 1) values[at]! -= mean[at]!
  return values
}

function lengthOf(values: Float64Array): number {
  let sum = 0
  for (let at = 0; at < values.length; at += 1) sum += values[at]! * values[at]!
  return Math.sqrt(sum)
}

const isPositive = (value: number) => value > 0
const [zero, one] = [0x30, 0x31]

function bitsWhere(values: Float64Array, isSet: (value: number) => boolean): string {
  const bits = Buffer.allocUnsafe(values.length)
  for (let at = 0; at < values.length; at += 1) bits[at] = isSet(values[at]!) ? one : zero
  return bits.toString('latin1')
}

/** The inner product; of two vectors of length 1 their cosine. */
export function cosine(one: Float32Array, other: Float32Array): number {
  let sum = 0
  for (let at = 0; at < one.length; at += 1) sum += one[at]! * other[at]!
  return sum
}

/** Float32, little-endian. Copies only what is not aligned. */
export function readVector(bytes: Buffer): Float32Array {
  const isAligned = bytes.byteOffset % Float32Array.BYTES_PER_ELEMENT === 0
  const { buffer, byteOffset, byteLength } = isAligned ? bytes : Buffer.from(new Uint8Array(bytes).buffer)
  return new Float32Array(buffer, byteOffset, byteLength / Float32Array.BYTES_PER_ELEMENT)
}
