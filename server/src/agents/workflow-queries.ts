// The SQL for the agents that use a workflow: those whose newest published version names it.
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'

const actions = ['actions', 'actions_on_error'].map(
  (list) =>
    `select lower(id #>> '{}') from jsonb_path_query(v.config, '$.tools[*].${list}[*] ? (@.type == "workflow").workflow_id') id`,
)
const around = ['pre_conversation_workflow', 'post_conversation_workflow'].map(
  (key) => `select lower(v.config -> '${key}' ->> 'workflow_id')`,
)

const namingStatement = statement(
  'list_agents_with_workflow',
  `select a.id from agents a
   cross join lateral (
     select config from agent_versions where organization_id = $1 and agent_id = a.id and published order by version desc limit 1
   ) v
   where a.organization_id = $1 and a.deleted_at is null and $2 in (${[...actions, ...around].join(' union all ')}) limit 100`,
)

/** Their ids, at most 100. */
export async function findAgentsWithWorkflow(store: Store, workflow_id: string): Promise<string[]> {
  const rows = await store.query<{ id: string }>(namingStatement, [store.organization_id, workflow_id])
  return rows.map(({ id }) => id)
}
