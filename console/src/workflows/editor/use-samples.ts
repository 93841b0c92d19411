// The values of the last execution, for completions and previews: of the last test, or, without tests, of the last execution.
import { useQuery } from '@tanstack/react-query'
import { useSession } from '../../session/session-context.ts'
import type { Samples } from '../definition/names.ts'
import { samplesOf } from '../run/run-facts.ts'

const none: Samples = {}

export const samplesKey = (workflow_id: string) => ['workflow-samples', workflow_id] as const

export function useSamples(workflow_id: string): Samples {
  const { client, scopes } = useSession()
  const { data } = useQuery({
    queryKey: samplesKey(workflow_id),
    queryFn: async ({ signal }) => {
      const read = async (is_test: boolean) =>
        (await client.listWorkflowExecutions({ workflow_id, is_test, limit: 1 }, { signal })).data[0]
      const last = (await read(true)) ?? (await read(false))
      if (!last) return none
      const { id: execution_id } = last
      const [execution, visits] = await Promise.all([
        client.getWorkflowExecution({ execution_id }, { signal }),
        client.listExecutionVisits({ execution_id, limit: 100 }, { signal }),
      ])
      return samplesOf(execution, visits.data)
    },
    enabled: scopes.has('workflows:read_sensitive'),
    staleTime: 60_000,
  })
  return data ?? none
}
