// The signs of vectors, by which a search finds those that may be near. Pure.

/** The mean of some vectors; null: of none. */
export function meanOf(vectors: readonly Float32Array[]): Float32Array | null {
  const [first] = vectors
  if (!first) return null
  const sums = new Float64Array(first.length)
  for (const vector of vectors) for (let at = 0; at < sums.length; at += 1) sums[at]! += vector[at]!
  return Float32Array.from(sums, (sum) => sum / vectors.length)
}

/** `1` where the vector is above the mean: a bit string of PostgreSQL. */
export function signsOf(vector: Float32Array, mean: Float32Array | null): string {
  let signs = ''
  for (let at = 0; at < vector.length; at += 1) signs += vector[at]! > (mean ? mean[at]! : 0) ? '1' : '0'
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
