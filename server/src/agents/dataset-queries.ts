// The SQL for the agents that use datasets: those whose newest or newest published version names one.
import type { JsonObject } from '../base/json.ts'
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'

export interface NamingAgent {
  id: string
  name: string
}

const namedByActions = ['actions', 'actions_on_error'].flatMap((list) =>
  ['dataset_id', 'dataset_ids[*]'].map(
    (field) =>
      `select lower(id #>> '{}'), null
       from jsonb_path_query(v.config, '$.tools[*].${list}[*] ? (@.type == "knowledge_base").${field}') id`,
  ),
)

/** Over an agent `a`; a row for each place that names a dataset, with what of it is searched. */
const namedByAgent = `
   cross join lateral (
     (select config from agent_versions where organization_id = $1 and agent_id = a.id order by version desc limit 1)
     union all
     (select config from agent_versions where organization_id = $1 and agent_id = a.id and published
      order by version desc limit 1)
   ) v
   cross join lateral (
     select lower(base ->> 'dataset_id'), nullif(base -> 'filter', 'null')
     from jsonb_path_query(v.config, '$.knowledge_bases[*]') base
     union all ${namedByActions.join(' union all ')}
   ) named (dataset_id, filter)`

const namingStatement = statement(
  'list_agents_naming_datasets',
  `select distinct named.dataset_id, a.id, a.name
   from agents a ${namedByAgent}
   where a.organization_id = $1 and a.deleted_at is null and named.dataset_id = any($2::text[])
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

const ofAgentsStatement = statement(
  'list_datasets_of_agents',
  `select distinct named.dataset_id, named.filter
   from agents a ${namedByAgent}
   where a.organization_id = $1 and a.deleted_at is null and a.id = any($2::uuid[]) and named.dataset_id is not null`,
)

/** Which datasets these agents search, and what of them. */
export function listDatasetsOfAgents(
  store: Store,
  agent_ids: ReadonlySet<string>,
): Promise<{ dataset_id: string; filter: JsonObject | null }[]> {
  return store.query(ofAgentsStatement, [store.organization_id, [...agent_ids]])
}
