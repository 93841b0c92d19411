// Cancels many executions of an organization, some in each transaction. What is cancelled is no longer found, so each search begins again at the start.
import { statement } from '../../database/database.ts'
import type { RootStore, TransactionStore } from '../../database/store.ts'
import { isRefused } from '../machine/events.ts'
import type { ExecutionStatus } from '../machine/execution.ts'
import { type ChangeServices, decideAndWrite, notifyChange } from './change.ts'
import { lockExecutions } from './load.ts'

/** Per call. */
export const most_cancelled = 10_000
const most_together = 100

export interface CancelFilter {
  /** Null: of any. */
  workflow_id: string | null
  status: Extract<ExecutionStatus, 'queued' | 'running' | 'waiting'>
  /** Null: any time. */
  created_before: string | null
}

// Each with an index in its order.
const find = (own: string) => `select id, queued_at from workflow_executions
   where organization_id = $1 and status = $2 and queued_at <= coalesce($3::timestamptz, 'infinity') ${own}
   order by queued_at, id limit $4`
const findStatements = {
  any: statement('find_executions_to_cancel', find('')),
  of_workflow: statement('find_executions_of_workflow_to_cancel', find('and workflow_id = $5')),
}

interface Found {
  id: string
  queued_at: string
}

function findSome(store: RootStore, filter: CancelFilter, limit: number): Promise<Found[]> {
  const { status, workflow_id, created_before } = filter
  const values = [store.organization_id, status, created_before, limit]
  if (workflow_id === null) return store.query<Found>(findStatements.any, values)
  return store.query<Found>(findStatements.of_workflow, [...values, workflow_id])
}

/** Returns how many, and if there may be more, from which `queued_at` on. */
export async function cancelMany(
  services: ChangeServices,
  store: RootStore,
  filter: CancelFilter,
  most = most_cancelled,
): Promise<{ cancelled: number; continue_after: string | null }> {
  let last: string | null = null
  for (let cancelled = 0; ;) {
    const limit = Math.min(most_together, most - cancelled)
    const found = await findSome(store, filter, Math.max(1, limit))
    if (found.length === 0) return { cancelled, continue_after: null }
    if (limit <= 0) return { cancelled, continue_after: last ?? found[0]!.queued_at }
    cancelled += await store.transaction((tx) =>
      cancelSome(
        services,
        tx,
        found.map(({ id }) => id),
      ),
    )
    last = found.at(-1)!.queued_at
  }
}

/** Others may have ended them meanwhile. */
async function cancelSome(services: ChangeServices, tx: TransactionStore, ids: readonly string[]): Promise<number> {
  let count = 0
  for (const stored of await lockExecutions(tx, ids)) {
    const happening = { type: 'cancelled', reason: 'by_caller' } as const
    const { reduced } = await decideAndWrite(services, tx, stored, happening)
    if (isRefused(reduced)) continue
    notifyChange(tx, stored.id)
    count += 1
  }
  return count
}
