// Reads an organization's secrets in plain text, for the engine. They are never cached, so none is ever stale.
import { requireCurrentKey } from '../sealing/secret-key.ts'
import type { Core } from '../calls/core.ts'
import type { Store } from '../database/store.ts'
import { readSealed } from './queries.ts'

/** Values by name. */
export type Secrets = ReadonlyMap<string, string>

/** The context that a value is sealed for. */
export function contextOf(organization_id: string, name: string): string {
  return `${organization_id} ${name}`
}

/**
 * Reads the named secrets, or all. Secrets sealed with a lost older key are treated as absent; throws if this node's own key was
 * replaced.
 */
export async function readSecrets(
  { sealers: { secret_sealer } }: Pick<Core, 'sealers'>,
  store: Store,
  names: readonly string[] | null = null,
): Promise<Secrets> {
  const secrets = new Map<string, string>()
  let unreadable = 0
  for (const { name, value } of await readSealed(store, names)) {
    try {
      secrets.set(name, secret_sealer.open(value, contextOf(store.organization_id, name)))
    } catch {
      unreadable += 1
    }
  }
  if (unreadable > 0) await requireCurrentKey(store, secret_sealer)
  return secrets
}
