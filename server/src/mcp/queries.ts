// The SQL of what organizations and their keys offer over MCP.
import type { Input } from '@parley/contract'
import { statement } from '../database/database.ts'
import type { Store, TransactionStore } from '../database/store.ts'

/** Of a key or an address; what is missing restricts nothing. */
export type McpNarrowing = Input<'updateMcpSettings'>

/** As they are stored; null: none are. */
export interface StoredSettings {
  organization: McpNarrowing | null
  key: McpNarrowing | null
}

const readStatement = statement(
  'read_mcp_settings',
  `select (select settings from mcp_settings where organization_id = $1) as organization,
     (select mcp from credentials where organization_id = $1 and key_id = $2) as key`,
)

/** `key_id`: of the key that calls; null: something else does. */
export async function readStoredSettings(store: Store, key_id: string | null): Promise<StoredSettings> {
  const [row] = await store.query<StoredSettings>(readStatement, [store.organization_id, key_id])
  return row!
}

const writeStatement = statement(
  'write_mcp_settings',
  `insert into mcp_settings (organization_id, settings) values ($1, $2)
   on conflict (organization_id) do update set settings = mcp_settings.settings || excluded.settings, updated_at = now()
   returning settings`,
)

/** Adds to what is stored. */
export async function writeSettings(store: TransactionStore, settings: McpNarrowing): Promise<McpNarrowing> {
  const [row] = await store.query<{ settings: McpNarrowing }>(writeStatement, [
    store.organization_id,
    JSON.stringify(settings),
  ])
  return row!.settings
}
