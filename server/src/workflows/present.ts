// Workflows and versions as the API shows them.
import type { Workflow, WorkflowStatistics, WorkflowVersion } from '@parley/contract'
import type { Store } from '../database/store.ts'
import { type WorkflowEnds, readEnds } from './rows/counts.ts'
import type { VersionRow } from './rows/versions.ts'
import type { WorkflowRow } from './rows/workflows.ts'

export async function presentWorkflows(store: Store, rows: readonly WorkflowRow[]): Promise<Workflow[]> {
  const endsOf = await readEnds(
    store,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => ({ ...row, workflow_id: row.id, statistics: presentEnds(endsOf(row.id)) }))
}

export async function presentWorkflow(store: Store, row: WorkflowRow): Promise<Workflow> {
  const [workflow] = await presentWorkflows(store, [row])
  return workflow!
}

function presentEnds({ duration_ms, ...ends }: WorkflowEnds): WorkflowStatistics {
  const count = ends.success + ends.failed + ends.cancelled
  return { ...ends, average_duration: count === 0 ? null : Math.round(duration_ms / count) / 1000 }
}

export const presentVersion = (row: VersionRow): WorkflowVersion => row
