// Finds the workflow and the version of a call.
import { AppError, notFound } from '../base/errors.ts'
import type { Store, TransactionStore } from '../database/store.ts'
import { type WorkflowRow, lockWorkflow, readWorkflow } from './rows/workflows.ts'
import { type VersionRow, findVersion, readVersionChoice } from './rows/versions.ts'

export async function requireWorkflow(store: Store, workflow_id: string): Promise<WorkflowRow> {
  const workflow = await readWorkflow(store, workflow_id)
  if (!workflow) throw notFound('Workflow')
  return workflow
}

/** Nobody else changes it, or its versions, until the transaction ends. */
export async function requireLockedWorkflow(
  tx: TransactionStore,
  workflow_id: string,
  what: 'change' | 'delete' = 'change',
): Promise<{ id: string; name: string }> {
  const workflow = await lockWorkflow(tx, workflow_id, what)
  if (!workflow) throw notFound('Workflow')
  return workflow
}

/** `version`: a number, `latest` or `live`. */
export async function requireVersion(store: Store, workflow_id: string, version: string | number): Promise<VersionRow> {
  const choice = readVersionChoice(version)
  const found = choice === null ? null : await findVersion(store, workflow_id, choice)
  if (!found) throw notFound('Workflow version')
  return found
}

export function requireRevision({ revision }: VersionRow, revisions: number[] | null): void {
  if (!(revisions?.includes(revision) ?? true)) throw new AppError('revision_mismatch')
}
