// A workflow and its versions, as the server has them.
import type { Output } from '@parley/sdk'
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import type { Session } from '../session/session.ts'

export type Workflow = Output<'getWorkflow'>
export type WorkflowVersion = Output<'getWorkflowVersion'>

/** What others change is seen soon. */
const look_again_ms = 15_000

export const workflowKey = (workflow_id: string) => ['workflows', workflow_id] as const
const versionsKey = (workflow_id: string) => ['workflow-versions', workflow_id] as const
export const versionKey = (workflow_id: string, version: string) => [...versionsKey(workflow_id), version] as const

export function useWorkflow({ client }: Session, workflow_id: string) {
  return useQuery({
    queryKey: workflowKey(workflow_id),
    queryFn: ({ signal }) => client.getWorkflow({ workflow_id }, { signal }),
    refetchInterval: look_again_ms,
  })
}

export function versionQuery({ client }: Session, workflow_id: string, version: string) {
  return queryOptions({
    queryKey: versionKey(workflow_id, version),
    queryFn: ({ signal }) => client.getWorkflowVersion({ workflow_id, version }, { signal }),
    // An editor has what it has; saving tells it what others did.
    staleTime: look_again_ms,
  })
}

export const versionListKey = (workflow_id: string) => [...versionsKey(workflow_id), 'list'] as const

/** After a version was made, published, deleted, or went live. */
export async function forgetVersions(queries: QueryClient, workflow_id: string): Promise<void> {
  await Promise.all(
    [['workflows'], versionsKey(workflow_id), ['workflow-triggers']].map((queryKey) =>
      queries.invalidateQueries({ queryKey }),
    ),
  )
}
