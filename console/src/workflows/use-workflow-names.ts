// The names of workflows.
import { useQuery } from '@tanstack/react-query'
import { ApiError } from '@parley/sdk'
import { useSession } from '../session/session-context.ts'
import { runTexts } from './run/texts.ts'

/** What an execution belongs to, in words. */
export function useWorkflowName(workflow_id: string | null): string {
  const { client } = useSession()
  const list = useWorkflowList()
  const known = list?.find(({ id }) => id === workflow_id)?.name
  const { data, error } = useQuery({
    queryKey: ['workflow-names', workflow_id],
    queryFn: async ({ signal }) => (await client.getWorkflow({ workflow_id: workflow_id! }, { signal })).name,
    enabled: workflow_id !== null && list !== undefined && known === undefined,
    staleTime: 60_000,
  })
  if (workflow_id === null) return runTexts.inline
  if (error instanceof ApiError && error.status === 404) return runTexts.deleted
  return known ?? data ?? ''
}

/** The newest hundred. */
export function useWorkflowList() {
  const { client } = useSession()
  const { data } = useQuery({
    queryKey: ['workflows', 'names'],
    queryFn: async ({ signal }) =>
      (await client.listWorkflows({ limit: 100 }, { signal })).data.map(({ id, name }) => ({ id, name })),
    staleTime: 60_000,
  })
  return data
}
