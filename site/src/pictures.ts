// The size of a picture, from its first bytes.

export function sizeOf(path: string, content: Buffer): { width: number; height: number } {
  // The first part of a PNG begins after 16 bytes with both.
  if (path.endsWith('.png')) return { width: content.readUInt32BE(16), height: content.readUInt32BE(20) }
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(content.toString('utf8', 0, 400)) ?? []
  if (width === undefined) throw new Error(`${path} does not say its size`)
  return { width: Math.round(Number(width)), height: Math.round(Number(height)) }
}
