// What agent versions come to on a channel: read from the database, every setting decided, and kept for the turns that follow.
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

/** Only of published versions, which never change. In bytes of what is stored, with something for what every one has. */
const cache = new LRUCache<string, ResolvedConfig>({ maxSize: 16 * 1024 * 1024 })
const least_size = 2000

/** Throws `not_found` where the version is not here. The answer is shared: it is frozen. */
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

/** Null where the version is not here: a conversation that was brought in may name one of elsewhere. */
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

/** As `readAgentConfig`; of a version that is not here, or of none, the defaults. */
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
