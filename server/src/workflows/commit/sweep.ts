// What a minute brings: executions that were queued for too long fail (W12), and old ones are deleted, with their definitions.
import { type Database, acrossOrganizations } from '../../database/database.ts'
import { openReservedStore } from '../../database/store.ts'
import { everyMinute } from '../../work/every-minute.ts'
import type { WorkKind } from '../../work/port.ts'
import { type ChangeServices, changeExecution } from './change.ts'

const most_overdue = 1000
const most_deleted = 10_000

export interface SweepServices extends ChangeServices {
  readonly database: Database
  /** Days after their end: of executions, of tests. */
  readonly kept_days: { executions: number; tests: number }
  readonly max_queued_ms: number
}

const overdueStatement = acrossOrganizations(
  'executions of all organizations that nobody starts',
  'overdue_executions',
  `select id, organization_id from workflow_executions
   where status = 'queued' and queued_at <= clock_timestamp() - $1::double precision * interval '1 millisecond' order by queued_at limit $2`,
)

// With the copies that no other execution has. One that an execution which is being accepted holds by the foreign key is left alone.
const deleteStatement = acrossOrganizations(
  'old executions of all organizations',
  'delete_executions',
  `with gone as (
     delete from workflow_executions where id = any(array(
       select id from workflow_executions where finished_at is not null and is_test = $1
       and finished_at < clock_timestamp() - $2::integer * interval '1 day' order by finished_at limit $3 for update skip locked))
     returning id, organization_id, definition_digest
   ), freed as (
     select d.organization_id, d.digest from workflow_definitions d
     join (select distinct organization_id, definition_digest from gone) had
       on d.organization_id = had.organization_id and d.digest = had.definition_digest
     where not exists (select from workflow_executions e where e.organization_id = d.organization_id
                       and e.definition_digest = d.digest and e.id not in (select id from gone))
     for update of d skip locked
   )
   delete from workflow_definitions d using freed where d.organization_id = freed.organization_id and d.digest = freed.digest`,
)

// Their callers are gone.
const releaseStatement = acrossOrganizations(
  'outputs of all organizations that nobody has fetched',
  'release_outputs_of_executions',
  `update workflow_executions set input = null, output = null, is_erased = true, holds_output = false where id = any(array(
     select id from workflow_executions where holds_output and finished_at < clock_timestamp() - interval '1 minute'
     order by finished_at limit $1 for update skip locked))`,
)

export function sweepingWork(services: SweepServices): WorkKind {
  return everyMinute('sweep_workflow_executions', (signal) => sweepExecutions(services, signal))
}

export async function sweepExecutions(services: SweepServices, signal: AbortSignal): Promise<void> {
  const { database, kept_days, max_queued_ms } = services
  const overdue = await database.query<{ id: string; organization_id: string }>(overdueStatement, [
    ...[max_queued_ms, most_overdue],
  ])
  for (const { id, organization_id } of overdue) {
    if (signal.aborted) return
    const store = openReservedStore(database, organization_id)
    await changeExecution(services, store, 'not_started', id, { type: 'not_started' })
  }
  for (const [is_test, days] of [
    [false, kept_days.executions],
    [true, kept_days.tests],
  ] as const) {
    await database.query(deleteStatement, [is_test, days, most_deleted])
  }
  await database.query(releaseStatement, [most_deleted])
}
