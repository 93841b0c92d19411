// The knowledge bases of the organization, for fields and names.
import type { Dataset } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { holdsAny } from '../session/rights.ts'
import type { Session } from '../session/session.ts'

export const knowledgeReaders = ['sources:read', 'sources:manage', 'agents:manage'] as const

/** An organization has at most 200. */
const [page_size, pages_at_most] = [100, 2]

export const datasetsKey = ['datasets'] as const
export const datasetKey = (dataset_id: string) => ['datasets', dataset_id] as const

/** Empty for callers who can not see them. */
export function useDatasets(session: Session) {
  return useQuery({
    queryKey: [...datasetsKey, 'all'],
    enabled: holdsAny(session, knowledgeReaders),
    queryFn: async ({ signal }) => {
      const datasets: Dataset[] = []
      let cursor: string | null = null
      for (let page = 0; page < pages_at_most; page += 1) {
        const start: { cursor?: string } = cursor === null ? {} : { cursor }
        const { data, pagination } = await session.client.listDatasets({ limit: page_size, ...start }, { signal })
        datasets.push(...data)
        cursor = pagination.next_cursor
        if (cursor === null) break
      }
      return datasets
    },
  })
}
