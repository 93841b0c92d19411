// The SQL that tells how agents stand: which of their versions answers, and which is being worked on.
import { sql } from 'kysely'
import type { Store } from '../database/store.ts'
import { type VersionSummaryRecord, summaryColumns } from './queries.ts'

/** Of each agent the newest version, and the newest published one; newest first. */
export async function listStandingVersions(
  store: Store,
  agent_ids: readonly string[],
): Promise<Map<string, VersionSummaryRecord[]>> {
  const { rows } = await sql<VersionSummaryRecord>`
    select ${sql.join(summaryColumns.map((column) => sql.ref(`v.${column}`)))}
    from unnest(${agent_ids}::uuid[]) as agent(id)
    cross join lateral (
      select version from agent_versions
      where organization_id = ${store.organization_id} and agent_id = agent.id
      order by version desc limit 1
    ) newest
    left join lateral (
      select version from agent_versions
      where organization_id = ${store.organization_id} and agent_id = agent.id and published
      order by version desc limit 1
    ) live on true
    join agent_versions v on v.organization_id = ${store.organization_id} and v.agent_id = agent.id
      and v.version in (newest.version, live.version)
    order by v.version desc`.execute(store.kysely)
  return Map.groupBy(rows, ({ agent_id }) => agent_id)
}
