// The budgets of the organization, which pages and the notice of stopped ones share.
import { useQuery } from '@tanstack/react-query'
import type { Output } from '@parley/sdk'
import { useRefreshOn } from '../live/organization-events.ts'
import type { Session } from '../session/session.ts'

export type Budget = Output<'listBudgets'>['data'][number]

export const budgetsKey = ['budgets']
const budgetEvents = ['budget.warned', 'budget.stopped', 'budget.resumed'] as const

/** An organization has at most as many as a page. */
const page_size = 100
/** What is spent changes without an event. */
const look_again_ms = 30_000

export const maySeeBudgets = ({ scopes }: Session) => scopes.has('billing:manage')

export function useBudgets(session: Session) {
  useRefreshOn(session, budgetEvents, budgetsKey)
  return useQuery({
    queryKey: budgetsKey,
    queryFn: async ({ signal }) => (await session.client.listBudgets({ limit: page_size }, { signal })).data,
    enabled: maySeeBudgets(session),
    refetchInterval: look_again_ms,
  })
}
