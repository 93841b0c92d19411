// Finds the version for an imported conversation: its own if that exists, or else its agent's newest published one.
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'

/** Takes a share lock on the agent, so that no deletion misses an active conversation that the caller writes (versions.ts). */
const versionOfAgent = statement(
  'agents_imported_version',
  `select v.id from agents a left join lateral (
     select id from agent_versions where agent_id = a.id and published
     order by coalesce(id = $3::uuid, false) desc, version desc limit 1
   ) v on true
   where a.id = $2 and a.organization_id = $1 and a.deleted_at is null
   for share of a`,
)
const inlineVersion = statement(
  'agents_imported_inline_version',
  'select id from agent_versions where organization_id = $1 and id = $2 and agent_id is null',
)

/**
 * Must be called in the transaction that writes the conversation. Null if neither exists: such a conversation can be read but
 * not continued.
 */
export async function findImportedVersion(
  store: Store,
  agent_id: string | null,
  agent_version_id: string | null,
): Promise<string | null> {
  const { organization_id } = store
  const [row] = await (agent_id === null
    ? store.query<{ id: string | null }>(inlineVersion, [organization_id, agent_version_id])
    : store.query<{ id: string | null }>(versionOfAgent, [organization_id, agent_id, agent_version_id]))
  return row?.id ?? null
}
