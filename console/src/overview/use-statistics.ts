// The figures of a range, and those of the period before it, to compare them with.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { Output } from '@parley/sdk'
import type { Session } from '../session/session.ts'
import { type View, timesBefore, timesOf } from './view.ts'

export type Statistics = Output<'getStatistics'>
export type Counts = Statistics['totals']

export interface Figures {
  now: Statistics
  /** Null if there is nothing to compare with. */
  before: Counts | null
}

export function useStatistics({ client }: Session, view: View, isAllowed: boolean) {
  return useQuery({
    queryKey: ['statistics', view],
    queryFn: async ({ signal }): Promise<Figures> => {
      const agent = view.agent_id === undefined ? {} : { agent_id: view.agent_id }
      const now = await client.getStatistics({ ...timesOf(view, Date.now()), ...agent }, { signal })
      // The comparison is optional: if it fails, the figures are shown without it.
      const before = await client.getStatistics({ ...timesBefore(now), ...agent }, { signal }).catch(() => null)
      return { now, before: before && before.totals }
    },
    enabled: isAllowed,
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  })
}
