// Cuts a stream of bytes into parts of one size. Pure.

/** Each part but the last has `part_bytes`; no bytes, no part. Holds one part. */
export async function* cutIntoParts(content: AsyncIterable<Uint8Array>, part_bytes: number): AsyncGenerator<Buffer> {
  let part = Buffer.alloc(0)
  let filled = 0
  for await (const piece of content) {
    for (let taken = 0; taken < piece.length;) {
      if (filled === 0) part = Buffer.allocUnsafeSlow(part_bytes)
      const slice = piece.subarray(taken, taken + part_bytes - filled)
      part.set(slice, filled)
      taken += slice.length
      filled += slice.length
      if (filled < part_bytes) continue
      filled = 0
      yield part
    }
  }
  if (filled > 0) yield part.subarray(0, filled)
}
