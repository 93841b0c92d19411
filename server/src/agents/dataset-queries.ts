// The SQL for the agents that use datasets: those whose newest or newest published version names one.
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'

export interface NamingAgent {
  id: string
  name: string
}

const namingStatement = statement(
  'list_agents_naming_datasets',
  `select distinct lower(named.dataset #>> '{}') as dataset_id, a.id, a.name
   from agents a
   cross join lateral (
     (select config from agent_versions where organization_id = $1 and agent_id = a.id order by version desc limit 1)
     union all
     (select config from agent_versions where organization_id = $1 and agent_id = a.id and published
      order by version desc limit 1)
   ) v
   cross join lateral (
     select jsonb_path_query(v.config, '$.knowledge_bases[*].dataset_id')
     union all
     select jsonb_path_query(v.config, '$.tools[*].actions[*] ? (@.type == "knowledge_base").dataset_id')
     union all
     select jsonb_path_query(v.config, '$.tools[*].actions[*] ? (@.type == "knowledge_base").dataset_ids[*]')
   ) named (dataset)
   where a.organization_id = $1 and a.deleted_at is null and lower(named.dataset #>> '{}') = any($2::text[])
   order by a.name, a.id`,
)

/** By dataset; in the order of their names. */
export async function findAgentsNaming(
  store: Store,
  dataset_ids: readonly string[],
): Promise<Map<string, NamingAgent[]>> {
  if (dataset_ids.length === 0) return new Map()
  const rows = await store.query<NamingAgent & { dataset_id: string }>(namingStatement, [
    store.organization_id,
    dataset_ids,
  ])
  const byDataset = Map.groupBy(rows, ({ dataset_id }) => dataset_id)
  return new Map(
    [...byDataset].map(([dataset_id, agents]) => [dataset_id, agents.map(({ id, name }) => ({ id, name }))]),
  )
}
