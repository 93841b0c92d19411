// Names of what usage is grouped by: of agents and organizations, which rows know by their ids, and words for the others.
import type { UsageGroup, UsageKind, UsagePurpose } from '@parley/contract'
import { useQueries, useQuery } from '@tanstack/react-query'
import { useAgentNames } from '../agent-names/use-agents.ts'
import { billingTexts } from '../billing/texts.ts'
import type { Session } from '../session/session.ts'
import { texts } from '../texts/index.ts'
import { usageTexts as words } from './texts.ts'

const long_ms = 60_000
/** Agents that are not among the newest are asked for one by one. */
const most_asked = 50

export function useGroupNames(session: Session, group: UsageGroup | undefined, keys: readonly (string | null)[]) {
  const agents = useNamesOfAgents(session, group === 'agent' ? keys : [])
  const organizations = useNamesOfOrganizations(session, group === 'organization')
  return (key: string | null): string => {
    if (key === 'other') return words.others
    if (key === null) return (group && words.withoutKey[group]) ?? texts.none
    if (group === 'agent') return agents.get(key) ?? key
    if (group === 'organization') return organizations.get(key) ?? key
    if (group === 'kind') return billingTexts.kinds[key as UsageKind]
    return group === 'purpose' ? billingTexts.purposes[key as UsagePurpose] : key
  }
}

function useNamesOfAgents(session: Session, keys: readonly (string | null)[]): ReadonlyMap<string, string> {
  const { names, list } = useAgentNames(session)
  const unknown = list.length === 0 ? [] : keys.filter((key) => key !== null && key !== 'other' && !names.has(key))
  const asked = useQueries({
    queries: unknown.slice(0, most_asked).map((agent_id) => ({
      queryKey: ['agent-names', 'of', agent_id],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await session.client.getAgent({ agent_id: agent_id! }, { signal })).name,
      staleTime: long_ms,
    })),
  })
  const found = unknown.flatMap((key, index): [string, string][] => {
    const name = asked[index]?.data
    return key !== null && name !== undefined ? [[key, name]] : []
  })
  return new Map([...names, ...found])
}

function useNamesOfOrganizations({ client, organizations, scopes }: Session, isWanted: boolean) {
  const mayRead = scopes.has('child_organizations:manage')
  const { data } = useQuery({
    queryKey: ['organization-names'],
    queryFn: async ({ signal }) => {
      const from = new Date(Date.now() - long_ms).toISOString()
      return (await client.getPartnerUsage({ from }, { signal })).organizations
    },
    enabled: isWanted && mayRead,
    staleTime: long_ms,
  })
  const below = data?.map(({ organization_id, name }) => [organization_id, name] as const) ?? []
  return new Map([...organizations.map(({ id, name }) => [id, name] as const), ...below])
}
