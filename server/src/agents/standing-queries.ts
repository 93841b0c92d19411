// The SQL for the standing of agents: the version that answers, and the one that is being edited.
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'
import { type VersionSummaryRecord, columnsOf, summaryColumns } from './queries.ts'

const standingStatement = statement(
  'list_standing_versions',
  `select ${columnsOf(summaryColumns, 'v')}
   from unnest($2::uuid[]) as agent(id)
   cross join lateral (
     select version from agent_versions where organization_id = $1 and agent_id = agent.id
     order by version desc limit 1
   ) newest
   left join lateral (
     select version from agent_versions where organization_id = $1 and agent_id = agent.id and published
     order by version desc limit 1
   ) live on true
   join agent_versions v on v.organization_id = $1 and v.agent_id = agent.id
     and v.version in (newest.version, live.version)
   order by v.version desc`,
)

/** The newest version and the newest published version of each agent; newest first. */
export async function listStandingVersions(
  store: Store,
  agent_ids: readonly string[],
): Promise<Map<string, VersionSummaryRecord[]>> {
  const rows = await store.query<VersionSummaryRecord>(standingStatement, [store.organization_id, agent_ids])
  return Map.groupBy(rows, ({ agent_id }) => agent_id)
}
