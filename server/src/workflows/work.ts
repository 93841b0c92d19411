// The leased work of executions: one piece for each that is not final and not in line. It is the job, the lease and the timer of its
// execution (W4).
import type { Database, Executor } from '../database/database.ts'
import { acrossOrganizations } from '../database/database.ts'
import type { WorkItem, WorkKey, WorkKind } from '../work/port.ts'
import { type ChangeServices, changeWithin, execution_changed } from './commit/change.ts'
import { execution_work } from './commit/line.ts'
import type { Rules } from './machine/graph.ts'
import { type CarryServices, carryExecution } from './run/carry.ts'

/** Leases without a pause in between: each server that dies costs one. */
const delays_ms = [250, 1000, 5000, ...Array.from({ length: 12 }, () => 15_000)]

export interface WorkflowWorkServices<Plan extends Rules = Rules> extends CarryServices<Plan>, ChangeServices {
  readonly database: Database
  readonly ports: CarryServices['ports']
  rulesOf: CarryServices<Plan>['rulesOf']
}

/** Beside those of other work: a burst of visits must not delay what users wait for. */
const writes_at_once = 8

/** `drain_ms`: how long visits under way have when the server stops; no further one begins. */
export function executionWork<Plan extends Rules>(
  services: WorkflowWorkServices<Plan>,
  at_once: number,
  drain_ms = 5000,
): WorkKind {
  return {
    name: execution_work,
    lease_ms: 10_000,
    delays_ms,
    drain_ms,
    writes_at_once,
    share: { node: at_once, organization: at_once, owner: at_once },
    run: (item, port) => carryExecution(services, item, port),
    review: reviewExecutions,
    async giveUp(tx, { subject }) {
      await changeWithin(services, tx, 'break', subject, { type: 'broken' })
    },
    async settled({ subject }: WorkItem) {
      void services.bus.publish(execution_changed, subject)
    },
  }
}

const reviewStatement = acrossOrganizations(
  'timers of all organizations',
  'review_executions',
  `select e.id, e.finished_at is not null as is_over, least(v.until, e.queued_at + interval '400 days') as until
   from workflow_executions e left join workflow_visits v on v.execution_id = e.id and v.finished_at is null
   where e.id = any($1::uuid[]) and (e.finished_at is not null or v.until > clock_timestamp())`,
)

/** Timers that fire too early cost no run each. A missing one is due. */
async function reviewExecutions(database: Executor, items: readonly WorkKey[]): Promise<Map<string, string | null>> {
  const ids = items.map(({ subject }) => subject)
  const rows = await database.query<{ id: string; is_over: boolean; until: string }>(reviewStatement, [ids])
  return new Map(rows.map(({ id, is_over, until }) => [id, is_over ? null : until]))
}
