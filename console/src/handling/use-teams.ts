// The teams of the organization, for choices. There are at most a hundred.
import { useQuery } from '@tanstack/react-query'
import { useSession } from '../session/session-context.ts'

export const teamsKey = ['teams'] as const

export function useTeams() {
  const { client, scopes } = useSession()
  return useQuery({
    queryKey: [...teamsKey, 'all'],
    queryFn: async ({ signal }) => (await client.listTeams({ limit: 100 }, { signal })).data,
    enabled: scopes.has('conversations:reply') || scopes.has('members:manage'),
    staleTime: 60_000,
  })
}
