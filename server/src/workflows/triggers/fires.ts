// What triggers have fired: written in the commit of what follows from it, read newest first, and forgotten after thirty days.
import { type Executor, type Pipeline, acrossOrganizations, statement } from '../../database/database.ts'
import { arraysOf, rowsOf } from '../../database/rows.ts'

export type FireOutcome = 'started' | 'duplicate' | 'skipped' | 'refused'

export interface NewFire {
  id: string
  trigger_id: string
  outcome: FireOutcome
  /** Why it did not start an execution. */
  reason: string | null
  execution_id: string | null
  /** The time of a schedule; null: fired otherwise. */
  scheduled_at: string | null
  /** In hexadecimal: what tells repeated requests. */
  dedupe: string | null
  dedupe_hours: number | null
}

export const plainFire = { reason: null, execution_id: null, scheduled_at: null, dedupe: null, dedupe_hours: null }

const columns = [
  'id',
  'trigger_id',
  'outcome',
  'reason',
  'execution_id',
  'scheduled_at',
  'dedupe',
  'dedupe_hours',
] as const

const insertStatement = statement(
  'insert_workflow_fires',
  `insert into workflow_fires (organization_id, id, trigger_id, outcome, reason, execution_id, scheduled_at, dedupe, dedupe_until)
   select $1, f.id, f.trigger_id, f.outcome, f.reason, f.execution_id, f.scheduled_at, decode(f.dedupe, 'hex'),
          clock_timestamp() + f.dedupe_hours * interval '1 hour'
   from ${rowsOf(
     'f',
     `id uuid, trigger_id uuid, outcome text, reason text, execution_id uuid, scheduled_at timestamptz, dedupe text, dedupe_hours integer`,
     2,
   )}
   order by f.call`,
)

/** A time or a request that the trigger has fired for already fails the transaction, by the unique indexes. */
export function insertFires(tx: Pipeline & { organization_id: string }, fires: NewFire[]): void {
  if (fires.length > 0) tx.send(insertStatement, [tx.organization_id, ...arraysOf(fires, [...columns])])
}

const forgetStatement = acrossOrganizations(
  'old fires of all organizations are deleted',
  'forget_workflow_fires',
  `delete from workflow_fires where id = any(array(
     select id from workflow_fires where at < clock_timestamp() - $1::integer * interval '1 day' order by at limit $2))`,
)

export async function forgetFires(executor: Executor, kept_days: number, limit: number): Promise<void> {
  await executor.query(forgetStatement, [kept_days, limit])
}
