// Namespaces of keys: one per organization, per conversation for its tokens, per visitor of a web widget, per user and per session. Each namespace is an id.
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Executor } from '../database/database.ts'
import { hasOtherHolder } from './queries.ts'

/** Callers can choose only the ids of conversations. */
export type KeyHolder =
  | { kind: 'organization' | 'user' | 'session'; id: string }
  | { kind: 'conversation'; id: string; organization_id: string }
  | { kind: 'visitor'; widget_id: string; user_id: string }

export type FindNamespace = (holder: KeyHolder) => Promise<string>

const most_remembered = 10_000

/**
 * A conversation that was created with the id of another holder gets a separate namespace. The result for a conversation does not
 * change later, because other holders' ids are random and never repeat an existing one; so it is remembered.
 */
export function createNamespaces(executor: Executor): FindNamespace {
  const of_conversations = new LRUCache<string, string>({ max: most_remembered })
  return async (holder) => {
    if (holder.kind === 'visitor') return uuidOf(`idempotency keys of visitor ${holder.user_id} of ${holder.widget_id}`)
    if (holder.kind !== 'conversation') return holder.id
    const name = `${holder.organization_id} ${holder.id}`
    const known = of_conversations.get(name)
    if (known) return known
    const namespace = (await hasOtherHolder(executor, holder.id)) ? deriveNamespace(holder) : holder.id
    of_conversations.set(name, namespace)
    return namespace
  }
}

/** A version 8 UUID, which is used for no other ids here. */
function deriveNamespace({ organization_id, id }: { organization_id: string; id: string }): string {
  return uuidOf(`idempotency keys of conversation ${id} of organization ${organization_id}`)
}

/** Unique to the text. */
export function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
