// The agents that a filter can name.
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Session } from '../session.ts'

export interface AgentNames {
  /** Newest first; empty when the credential may not read them, or they are not there yet. */
  list: readonly { id: string; name: string }[]
  names: ReadonlyMap<string, string>
}

const none: AgentNames['list'] = []

export function useAgentNames({ client, scopes }: Session): AgentNames {
  const { data: list = none } = useQuery({
    queryKey: ['agent-names'],
    queryFn: async ({ signal }) => {
      const { data } = await client.listAgents({ limit: 100 }, { signal })
      return data.map(({ id, name }) => ({ id, name }))
    },
    enabled: scopes.has('agents:read') || scopes.has('agents:manage'),
    staleTime: 60_000,
  })
  return useMemo(() => ({ list, names: new Map(list.map(({ id, name }) => [id, name])) }), [list])
}
