// Reads the inactivity rules of many agent versions at once, without the rest of their configurations, and caches them.
import type { AgentConfig } from '@parley/contract'
import { LRUCache } from 'lru-cache'
import { type Executor, statement } from '../database/database.ts'
import { arraysOf, rowsOf } from '../database/rows.ts'
import { type TimedRules, resolveInactivity } from './rules/inactivity.ts'

interface VersionKey {
  organization_id: string
  /** Null, or of another system: an imported conversation, to which the defaults apply. */
  agent_version_id: string | null
}

const rulesStatement = statement(
  'agents_timed_rules',
  `select v.id as agent_version_id, v.organization_id, v.published, v.config -> 'inactivity' as inactivity
   from ${rowsOf('wanted', 'agent_version_id uuid, organization_id uuid')}
   join agent_versions v on v.id = wanted.agent_version_id and v.organization_id = wanted.organization_id`,
)

type Row = VersionKey & Pick<AgentConfig, 'inactivity'> & { published: boolean }

/** Only published versions, which never change. */
const cache = new LRUCache<string, TimedRules>({ max: 20_000 })
const keyOf = ({ organization_id, agent_version_id }: VersionKey) => `${organization_id} ${agent_version_id}`

const usual = timedRulesOf(null)

/** Without the messages, which may be long. */
function timedRulesOf(given: AgentConfig['inactivity']): TimedRules {
  const { warn_after_seconds, end_after_seconds, max_duration_seconds } = resolveInactivity(given)
  return { warn_after_seconds, end_after_seconds, max_duration_seconds }
}

/** The rules of a version. */
export async function readTimedRules(
  database: Executor,
  versions: readonly VersionKey[],
): Promise<(version: VersionKey) => TimedRules> {
  const wanted = new Map(versions.map((version) => [keyOf(version), version]))
  const known = new Map<string, TimedRules>()
  for (const key of wanted.keys()) {
    const rules = cache.get(key)
    if (rules) known.set(key, rules)
  }
  const missing = [...wanted].flatMap(([key, version]) => (known.has(key) ? [] : [version]))
  if (missing.length > 0) {
    const values = arraysOf(missing, ['agent_version_id', 'organization_id'])
    const rows = await database.query<Row>(rulesStatement, values)
    for (const row of rows) {
      const rules = timedRulesOf(row.inactivity)
      known.set(keyOf(row), rules)
      if (row.published) cache.set(keyOf(row), rules)
    }
  }
  return (version) => known.get(keyOf(version)) ?? usual
}
