// Agents and their names: the newest ones, those that match a search, and the name of one.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Session } from '../session/session.ts'

export interface NamedAgent {
  id: string
  name: string
}

export interface AgentNames {
  /** Newest first; empty while loading, or if the credential cannot read agents. */
  list: readonly NamedAgent[]
  names: ReadonlyMap<string, string>
}

const none: AgentNames['list'] = []
/** Long enough for a word, short enough to feel immediate. */
const typing_pause_ms = 200

const mayRead = ({ scopes }: Session) => scopes.has('agents:read') || scopes.has('agents:manage')

/** Agents whose name contains `part`; the newest ones if it is empty. */
function useListed(session: Session, part: string) {
  return useQuery({
    queryKey: ['agent-names', part],
    queryFn: async ({ signal }) => {
      if (part !== '') await pause(typing_pause_ms, signal)
      const { data } = await session.client.listAgents(
        { limit: 100, ...(part === '' ? {} : { name: part }) },
        { signal },
      )
      return data.map(({ id, name }): NamedAgent => ({ id, name }))
    },
    enabled: mayRead(session),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  })
}

export function useAgentNames(session: Session): AgentNames {
  const { data: list = none } = useListed(session, '')
  return useMemo(() => ({ list, names: new Map(list.map(({ id, name }) => [id, name])) }), [list])
}

/** Searches while the user types. Until the answer arrives, matches from the previous one are shown. */
export function useFoundAgents(session: Session, text: string): { list: readonly NamedAgent[]; isSearching: boolean } {
  const part = text.trim().slice(0, 200)
  const { data = none, isPlaceholderData } = useListed(session, part)
  const list = useMemo(() => data.filter(({ name }) => name.toLowerCase().includes(part.toLowerCase())), [data, part])
  return { list, isSearching: isPlaceholderData }
}

/** Returns the id until the name is known, or if the credential cannot read agents. */
export function useAgentName(session: Session, agent_id: string): string
export function useAgentName(session: Session, agent_id: string | undefined): string | undefined
export function useAgentName(session: Session, agent_id: string | undefined): string | undefined {
  const { data: list } = useListed(session, '')
  const known = list?.find(({ id }) => id === agent_id)?.name
  const { data: read } = useQuery({
    queryKey: ['agent-names', 'of', agent_id],
    queryFn: async ({ signal }) => (await session.client.getAgent({ agent_id: agent_id! }, { signal })).name,
    enabled: agent_id !== undefined && list !== undefined && known === undefined,
    staleTime: 60_000,
  })
  return known ?? read ?? agent_id
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  signal.addEventListener('abort', () => {
    clearTimeout(timer)
    reject(signal.reason as Error)
  })
  return promise
}
