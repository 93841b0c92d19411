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
  for (let round = 0; round < 3; round += 1) {
    for (let at = 0; at < length; at += 1) if (isFlipped(at, round)) values[at] = -values[at]!
    // Two blocks that overlap, or are the same, cover all values.
    mixBlock(values, 0, block)
    if (block < length) mixBlock(values, length - block, block)
  }
}

function isFlipped(at: number, round: number): boolean {
  let hash = Math.imul(at * 3 + round + 1, 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return ((hash ^ (hash >>> 13)) & 1) === 1
}

/** A Walsh–Hadamard transform. */
function mixBlock(values: Float64Array, begin: number, size: number): void {
  const scale = 1 / Math.sqrt(size)
  for (let half = 1; half < size; half *= 2) {
    for (let left = begin; left < begin + size; left += half * 2) {
      for (let at = left; at < left + half; at += 1) {
        const [one, other] = [values[at]!, values[at + half]!]
        values[at] = one + other
        values[at + half] = one - other
      }
    }
  }
  for (let at = begin; at < begin + size; at += 1) values[at]! *= scale
}

/** `1` where the vector, seen from the mean and rotated, is above zero: a bit string of PostgreSQL. */
export function signsOf(vector: Float32Array, mean: Float32Array | null): string {
  const values = Float64Array.from(vector, (value, at) => value - (mean ? mean[at]! : 0))
  rotate(values)
  let signs = ''
  for (const value of values) signs += value > 0 ? '1' : '0'
  return signs
}

/** Of two vectors of length 1. */
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
