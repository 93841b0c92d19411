// Which keys can meet: those of one organization, of one conversation's tokens, of one user, of one session. Each namespace is an id.
import { createHash } from 'node:crypto'
import type { Executor } from '../database/database.ts'
import { hasOtherHolder } from './queries.ts'

/** Of the ids, only that of a conversation may be chosen by a caller. */
export type KeyHolder =
  | { kind: 'organization' | 'user' | 'session'; id: string }
  | { kind: 'conversation'; id: string; organization_id: string }

/**
 * A conversation that was given the id of another holder has a namespace of its own. The answer for a conversation does not change:
 * other holders' ids are drawn at random, and none is drawn that is there already.
 */
export async function findNamespace(executor: Executor, holder: KeyHolder): Promise<string> {
  if (holder.kind !== 'conversation') return holder.id
  return (await hasOtherHolder(executor, holder.id)) ? deriveNamespace(holder) : holder.id
}

/** A UUID of version 8, which no other id here has. */
function deriveNamespace({ organization_id, id }: { organization_id: string; id: string }): string {
  return uuidOf(`idempotency keys of conversation ${id} of organization ${organization_id}`)
}

/** The same for the same text, and for no other. */
export function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
