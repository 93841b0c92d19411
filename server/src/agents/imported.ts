// Which version answers an imported conversation: its own, where that is here, else its agent's newest published one.
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'

const importedVersionStatement = statement(
  'imported_version',
  `select v.id from agent_versions v left join agents a on a.id = v.agent_id
   where v.organization_id = $1 and v.published and v.agent_id is not distinct from $2::uuid and a.deleted_at is null
     and (v.id = $3::uuid or ($2::uuid is not null and not exists (
       select from agent_versions own where own.id = $3::uuid and own.organization_id = $1 and own.published
         and own.agent_id = $2::uuid)))
   order by v.version desc nulls last limit 1`,
)

/** Null when neither is here: such a conversation can be read, not continued. */
export async function findImportedVersion(
  store: Store,
  agent_id: string | null,
  agent_version_id: string | null,
): Promise<string | null> {
  const [row] = await store.query<{ id: string }>(importedVersionStatement, [
    store.organization_id,
    agent_id,
    agent_version_id,
  ])
  return row?.id ?? null
}
