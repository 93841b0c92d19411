// The versions of a workflow, newest first.
import { useSession } from '../../session/session-context.ts'
import { usePages } from '../../settings/use-pages.ts'
import { type WorkflowVersion, versionListKey } from '../use-workflow.ts'

export function useVersions(workflow_id: string) {
  const { client } = useSession()
  return usePages<WorkflowVersion>(versionListKey(workflow_id), (page, call) =>
    client.listWorkflowVersions({ workflow_id, ...page }, call),
  )
}
