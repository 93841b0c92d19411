// Reads what the steps of an execution work on: what it was given, what its steps gave out, and what models answered its open visit.
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import type { KnownOutput, LastFailure } from '../rules/names-of-visit.ts'

export interface LoadedContext {
  input: JsonValue
  trigger: JsonObject & { type: string }
  /** Mocks and skipped waits of a test; null: none. */
  test: JsonObject | null
  depth: number
  conversation_id: string | null
  agent_id: string | null
  started_by: JsonObject | null
  /** By step: of its last visit that is over. A visit that failed gave out null. */
  outputs: Map<string, KnownOutput>
  /** Of the last visit that failed. */
  failure: LastFailure | null
  /** What models answered the visit that was open then; null: nothing. */
  answers: { position: number; answers: JsonValue } | null
}

interface Row extends Omit<LoadedContext, 'outputs'> {
  outputs: (KnownOutput & { step_id: string })[]
}

const loadStatement = statement(
  'load_context',
  `select e.input, e.trigger, e.test, e.depth, e.conversation_id, e.agent_id, e.started_by,
          coalesce((select json_agg(o) from (
            select distinct on (v.step_id) v.step_id, v.position, v.output from workflow_visits v
            where v.execution_id = e.id and v.started_at is not null and v.finished_at is not null
            order by v.step_id, v.position desc
          ) o), '[]') as outputs,
          (select json_build_object('step_id', v.step_id, 'code', v.error -> 'code', 'message', v.error -> 'message')
           from workflow_visits v where v.execution_id = e.id and v.status = 'failed' order by v.position desc limit 1) as failure,
          (select json_build_object('position', v.position, 'answers', v.answers) from workflow_visits v
           where v.execution_id = e.id and v.finished_at is null and v.answers is not null) as answers
   from workflow_executions e where e.organization_id = $1 and e.id = $2`,
)

/** Null: it was deleted meanwhile. */
export async function loadContext(store: Store, id: string): Promise<LoadedContext | null> {
  const [row] = await store.query<Row>(loadStatement, [store.organization_id, id])
  if (!row) return null
  return { ...row, outputs: new Map(row.outputs.map(({ step_id, ...known }) => [step_id, known])) }
}
