// The id of a visit, which its requests carry as their `Idempotency-Key`: the same in every attempt and on every server. Pure.
import { createHash } from 'node:crypto'

/** Made of the execution's id and the position: no table needs to keep it. A UUID of version 8. */
export function visitId(execution_id: string, position: number): string {
  const hash = createHash('sha256').update(`${execution_id}/${position}`).digest()
  const bytes = Uint8Array.from(hash.subarray(0, 16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
