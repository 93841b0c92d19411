// Reads agent versions from the database as resolved configurations for a channel, and caches them for later turns.
import type { AgentConfig, Channel } from '@parley/contract'
import { LRUCache } from 'lru-cache'
import { notFound } from '../base/errors.ts'
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'
import { type ResolvedConfig, resolveAgentConfig } from './rules/config.ts'

const versionConfig = statement(
  'agents_version_config',
  `select config, published, octet_length(config::text) as size from agent_versions
   where organization_id = $1 and id = $2`,
)

interface VersionRow {
  config: AgentConfig
  published: boolean
  size: number
}

/** Only for published versions, which never change. Sizes are bytes of the stored configuration, plus an amount for defaults. */
const cache = new LRUCache<string, ResolvedConfig>({ maxSize: 16 * 1024 * 1024 })
const least_size = 2000

/** Throws `not_found` if the version does not exist. The result is shared and therefore frozen. */
export async function readAgentConfig(
  store: Store,
  agent_version_id: string,
  channel: Channel,
  default_model: string,
): Promise<ResolvedConfig> {
  const config = await findAgentConfig(store, agent_version_id, channel, default_model)
  if (!config) throw notFound('Agent version')
  return config
}

/** Null if the version does not exist, because imported conversations may name a version of another system. */
async function findAgentConfig(
  store: Store,
  agent_version_id: string,
  channel: Channel,
  default_model: string,
): Promise<ResolvedConfig | null> {
  const key = [store.organization_id, agent_version_id, channel, default_model].join(' ')
  const known = cache.get(key)
  if (known) return known
  const [row] = await store.query<VersionRow>(versionConfig, [store.organization_id, agent_version_id])
  if (!row) return null
  const config = resolveAgentConfig(row.config, channel, default_model)
  freezeDeeply(config)
  if (row.published) cache.set(key, config, { size: row.size + least_size })
  return config
}

/** Like `readAgentConfig`, but returns the defaults if there is no version or it does not exist. */
export async function readAgentConfigOrDefaults(
  store: Store,
  agent_version_id: string | null,
  channel: Channel,
  default_model: string,
): Promise<ResolvedConfig> {
  const found = agent_version_id && (await findAgentConfig(store, agent_version_id, channel, default_model))
  return found || resolveAgentConfig({}, channel, default_model)
}

function freezeDeeply(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  Object.freeze(value)
  for (const entry of Object.values(value)) freezeDeeply(entry)
}
