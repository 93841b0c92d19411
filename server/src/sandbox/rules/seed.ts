// What random functions begin with. Pure.
import { createHash } from 'node:crypto'
import type { Seed } from '../protocol.ts'

/** Of any text, such as the id of a visit and the place of an expression in it. */
export function seedOf(text: string): Seed {
  const hash = createHash('sha256').update(text).digest()
  return [hash.readUInt32LE(0), hash.readUInt32LE(4), hash.readUInt32LE(8), hash.readUInt32LE(12)]
}
