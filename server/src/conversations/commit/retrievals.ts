// Writes what was asked of knowledge bases in turns, with the change that follows it. Part of commit.ts.
import { statement } from '../../database/database.ts'
import type { Pipeline } from '../../database/database.ts'
import type { Planned } from '../machine/plan.ts'
import { datasetsOf } from '../machine/retrievals.ts'

// A turn that is final takes none. Those of one commit differ by a microsecond, which is their order.
const insertStatement = statement(
  'insert_retrievals',
  `with given as (
     select r.*, r.now + r.place * interval '1 microsecond' as created_at
     from jsonb_to_recordset($1::jsonb) as r(conversation_id uuid, turn_id uuid, id uuid, organization_id uuid, kind text, call_id text,
       query text, retrieval_mode text, degraded jsonb, outcome text, chunks jsonb, latency_ms integer,
       now timestamptz, place integer, datasets jsonb)
   ), recorded as (
     insert into retrievals (conversation_id, turn_id, id, organization_id, kind, call_id, query, retrieval_mode, degraded, outcome,
                             chunks, latency_ms, created_at)
     select conversation_id, turn_id, id, organization_id, kind, call_id, query, retrieval_mode, degraded, outcome, chunks,
            latency_ms, created_at from given
   ), searched as (
     insert into dataset_retrievals (dataset_id, created_at, retrieval_id, organization_id, conversation_id, turn_id, outcome,
                                     best_score)
     select d.dataset_id, g.created_at, g.id, g.organization_id, g.conversation_id, g.turn_id, d.outcome, d.best_score
     from given g cross join lateral
       jsonb_to_recordset(g.datasets) as d(dataset_id uuid, outcome text, best_score double precision)
   )
   update turns t set retrievals = t.retrievals + c.count
   from (select turn_id, organization_id, count(*)::integer as count from given group by turn_id, organization_id) c
   where t.id = c.turn_id and t.organization_id = c.organization_id and t.status = 'running'`,
)

const hideStatement = statement(
  'hide_retrieved_chunks',
  `update retrievals r set chunks = (
     select coalesce(jsonb_agg(chunk || '{"shown": false}' order by place), '[]')
     from jsonb_array_elements(r.chunks) with ordinality as c(chunk, place))
   from jsonb_to_recordset($1::jsonb) as h(conversation_id uuid, organization_id uuid, id uuid)
   where r.conversation_id = h.conversation_id and r.organization_id = h.organization_id and r.id = h.id`,
)

/** Before their turns end. No statement without any. */
export function writeRetrievals(tx: Pipeline, plans: Planned[]): void {
  const rows = plans.flatMap(({ state: { id: conversation_id, organization_id, now }, change: { retrievals } }) =>
    retrievals.map((one, place) => {
      return { ...one, conversation_id, organization_id, now, place, datasets: datasetsOf(one) }
    }),
  )
  if (rows.length > 0) tx.send(insertStatement, [JSON.stringify(rows)])
  const hidden = plans.flatMap(({ state: { id: conversation_id, organization_id }, change: { unshown } }) =>
    unshown.map((id) => ({ conversation_id, organization_id, id })),
  )
  if (hidden.length > 0) tx.send(hideStatement, [JSON.stringify(hidden)])
}
