// What a budget that is being written would have spent already in its period.
import { useQuery } from '@tanstack/react-query'
import type { Budget } from '../billing/use-budgets.ts'
import type { Session } from '../session/session.ts'
import { useNow } from '../ui/use-now.ts'
import type { BudgetDraft } from './budget-draft.ts'
import { periodStart } from './period-start.ts'

/** Null if that is not known: of an existing one it is, and reports know cost, tokens and conversations. */
export function useSpent(session: Session, draft: BudgetDraft, budget: Budget | undefined): number | null {
  const { client } = session
  const { unit, agent_id, period, time_zone, subtree } = draft
  const isSame =
    budget !== undefined &&
    budget.unit === unit &&
    (budget.agent_id ?? '') === agent_id &&
    budget.period === period &&
    budget.time_zone === time_zone &&
    budget.subtree === subtree
  const isKnown = !subtree && (unit === 'cost' || unit === 'tokens' || (unit === 'conversations' && agent_id === ''))
  const start = periodStart(period, time_zone, useNow().getTime())
  const { data } = useQuery({
    queryKey: ['usage', 'spent', unit, agent_id, start],
    queryFn: async ({ signal }) => {
      const from = new Date(start!).toISOString()
      if (unit === 'conversations') return (await client.getUsageSummary({ from }, { signal })).total_calls
      const { data: rows } = await client.getUsage({ from, bucket: 'month', group_by: 'agent' }, { signal })
      // Budgets include what was lost.
      return rows
        .filter((row) => agent_id === '' || row.agent_id === agent_id)
        .flatMap((row) => [row, row.lost])
        .reduce((sum, sums) => sum + (unit === 'cost' ? Number(sums.cost) : sums.input_tokens + sums.output_tokens), 0)
    },
    enabled: draft.stop && !isSame && isKnown && start !== null,
  })
  return isSame ? Number(budget.state.spent) : isKnown ? (data ?? null) : null
}
