// How many executions of a workflow have ended, and how: each end is a row of its own, in its commit, that nobody else touches. Work adds
// them up each minute; reading adds what is not added up yet.
import { type Executor, acrossOrganizations, statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

/** Rows per statement. */
const rows_at_once = 10_000
const kept_days = 31
const kept_hours = 26

// In the order of the key, so that two nodes that fold at the same time do not deadlock.
const foldStatement = acrossOrganizations(
  'the counts of all organizations are added up',
  'fold_workflow_counts',
  `with picked as materialized (
     select organization_id, id from workflow_deltas limit $1 for update skip locked
   ), taken as (
     delete from workflow_deltas d using picked where d.organization_id = picked.organization_id and d.id = picked.id
     returning d.organization_id, d.workflow_id, d.at, d.status, d.duration_ms
   ), sums as (
     select t.organization_id, t.workflow_id, unit.unit, date_trunc(unit.unit, t.at, 'UTC') as starts_at,
            count(*) filter (where t.status = 'success') as success, count(*) filter (where t.status = 'failed') as failed,
            count(*) filter (where t.status = 'cancelled') as cancelled, sum(t.duration_ms) as duration_ms
     from taken t cross join (values ('hour'), ('day')) unit (unit) group by 1, 2, 3, 4
   ), added as (
     insert into workflow_counts as c (organization_id, workflow_id, unit, starts_at, success, failed, cancelled, duration_ms)
     select * from sums order by workflow_id, unit, starts_at
     on conflict (workflow_id, unit, starts_at) do update set
       success = c.success + excluded.success, failed = c.failed + excluded.failed, cancelled = c.cancelled + excluded.cancelled,
       duration_ms = c.duration_ms + excluded.duration_ms
   )
   select count(*) as folded from taken`,
)

const forgetStatement = acrossOrganizations(
  'old counts of all organizations',
  'forget_workflow_counts',
  `delete from workflow_counts where ctid = any(array(
     select ctid from workflow_counts
     where (unit = 'day' and starts_at < clock_timestamp() - $1::integer * interval '1 day')
        or (unit = 'hour' and starts_at < clock_timestamp() - $2::integer * interval '1 hour') limit $3))`,
)

const folds_at_once = 100

export async function foldCounts(executor: Executor): Promise<void> {
  for (let count = 0; count < folds_at_once; count += 1) {
    const [row] = await executor.query<{ folded: number }>(foldStatement, [rows_at_once])
    if (row!.folded < rows_at_once) break
  }
  await executor.query(forgetStatement, [kept_days, kept_hours, rows_at_once])
}

export interface Ends {
  success: number
  failed: number
  cancelled: number
}

export interface WorkflowEnds extends Ends {
  duration_ms: number
  last_day: Ends
}

const each = ['success', 'failed', 'cancelled'] as const

const readStatement = statement(
  'read_workflow_counts',
  `select workflow_id,
          ${each.map((status) => `sum(${status}) filter (where unit = 'day')::bigint as ${status}`).join(', ')},
          sum(duration_ms) filter (where unit = 'day')::bigint as duration_ms,
          ${each.map((status) => `coalesce(sum(${status}) filter (where unit = 'hour'), 0)::bigint as last_${status}`).join(', ')}
   from (
     select workflow_id, unit, success, failed, cancelled, duration_ms from workflow_counts
     where organization_id = $1 and workflow_id = any($2::uuid[])
       and starts_at > clock_timestamp() - case unit when 'day' then interval '30 days' else interval '24 hours' end
     union all
     select workflow_id, unit, (status = 'success')::integer, (status = 'failed')::integer, (status = 'cancelled')::integer, duration_ms
     from workflow_deltas cross join (values ('hour'), ('day')) units (unit)
     where organization_id = $1 and workflow_id = any($2::uuid[])
   ) counted group by workflow_id`,
)

interface CountRow extends Ends {
  workflow_id: string
  duration_ms: number
  last_success: number
  last_failed: number
  last_cancelled: number
}

const none: WorkflowEnds = {
  ...{ success: 0, failed: 0, cancelled: 0, duration_ms: 0 },
  last_day: { success: 0, failed: 0, cancelled: 0 },
}

/** Of the last 30 days and 24 hours, by workflow; those without any are zero. */
export async function readEnds(store: Store, workflow_ids: readonly string[]): Promise<(id: string) => WorkflowEnds> {
  const rows = await store.query<CountRow>(readStatement, [store.organization_id, workflow_ids])
  const known = new Map(
    rows.map(({ workflow_id, success, failed, cancelled, duration_ms, last_success, last_failed, last_cancelled }) => [
      workflow_id,
      {
        ...{ success, failed, cancelled, duration_ms },
        last_day: { success: last_success, failed: last_failed, cancelled: last_cancelled },
      },
    ]),
  )
  return (id) => known.get(id) ?? none
}
