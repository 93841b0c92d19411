// The agent of a widget and its versions: which one answers, and which is the newest published.
import type { WebWidget } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { useAgentName } from '../agent-names/use-agents.ts'
import { holdsAny } from '../session/rights.ts'
import { useSession } from '../session/session-context.ts'

export function usePinned({ agent_id, agent_version_id }: Pick<WebWidget, 'agent_id' | 'agent_version_id'>) {
  const session = useSession()
  const mayRead = holdsAny(session, ['agents:read', 'agents:manage'])
  const name = useAgentName(session, agent_id)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['agent', agent_id],
    queryFn: ({ signal }) => session.client.getAgent({ agent_id }, { signal }),
    enabled: mayRead,
  })
  const versions = data?.versions ?? []
  return {
    mayRead,
    agent: data?.name ?? name ?? agent_id,
    versions,
    version: versions.find(({ id }) => id === agent_version_id) ?? null,
    newest: versions.find(({ published }) => published) ?? null,
    error,
    isPending: mayRead && isPending,
    refetch,
  }
}
