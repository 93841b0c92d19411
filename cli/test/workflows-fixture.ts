// `apply` and `export` of workflows.
import type { Client } from '@parley/sdk'
import type { ApplyOptions } from '../src/files/apply.ts'
import type { ExportOptions } from '../src/files/export.ts'
import { workflowFiles } from '../src/workflows/workflow-files.ts'
import { applyKind, exportKind } from './files-fixture.ts'

export const apply = (client: Client, folder: string, options: Partial<ApplyOptions> = {}) =>
  applyKind(client, workflowFiles, folder, options)

export const exportTo = (client: Client, folder: string, options: Partial<ExportOptions> = {}) =>
  exportKind(client, workflowFiles, folder, options)

/** Everything about an organization's workflows that a change would affect. */
export async function readAll(client: Client) {
  const workflows = (await client.listWorkflows({ limit: 100 })).data
  return Promise.all(
    workflows.map(async ({ statistics: _statistics, ...workflow }) => ({
      ...workflow,
      versions: (await client.listWorkflowVersions({ workflow_id: workflow.id, limit: 100 })).data,
    })),
  )
}
