// Bodies and answers that keep the event loop busy for milliseconds are pieces of work, which take turns.
import { isLongerAsJson } from '../base/json.ts'
import type { Pieces } from '../calls/pieces.ts'
import { ownerOf } from '../calls/principal.ts'
import type { CallRequest } from './call-request.ts'

/** From so many bytes, or characters, on. */
const large = 131_072

/** Before its body is read, and again before it is checked and compared; null: it is not large. Only those of proved callers can be. */
export function beginLargeBody(
  pieces: Pieces,
  { principal, body_bytes }: Pick<CallRequest, 'principal' | 'body_bytes'>,
): Promise<void> | null {
  return body_bytes < large || principal === null ? null : pieces.begin(ownerOf(principal))
}

/** Before it is written; null: it is not large. What changes something answers shortly. */
export function beginLargeAnswer(
  pieces: Pieces,
  { method, principal }: Pick<CallRequest, 'method' | 'principal'>,
  output: unknown,
): Promise<void> | null {
  if ((method !== 'GET' && method !== 'HEAD') || principal === null || !isLongerAsJson(output, large)) return null
  return pieces.begin(ownerOf(principal))
}
