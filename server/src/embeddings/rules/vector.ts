// Vectors as they are computed and stored. Pure.

/** To length 1; null if it has no direction, or a value that is not a number. */
export function normalize(vector: readonly number[]): Float32Array | null {
  let sum = 0
  for (let at = 0; at < vector.length; at += 1) sum += vector[at]! * vector[at]!
  const length = Math.sqrt(sum)
  if (!Number.isFinite(length) || length === 0) return null
  // Not `from`, which takes ten times as long.
  const normalized = new Float32Array(vector.length)
  for (let at = 0; at < vector.length; at += 1) normalized[at] = vector[at]! / length
  return normalized
}

/** Float32, little-endian: as every machine that runs Node has them in memory. */
export function toBytes(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
}

/** Copies only what is not aligned. */
export function fromBytes(bytes: Buffer): Float32Array {
  const isAligned = bytes.byteOffset % Float32Array.BYTES_PER_ELEMENT === 0
  const { buffer, byteOffset, byteLength } = isAligned ? bytes : Buffer.from(new Uint8Array(bytes).buffer)
  return new Float32Array(buffer, byteOffset, byteLength / Float32Array.BYTES_PER_ELEMENT)
}
