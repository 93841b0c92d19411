// One agent with its newest version, as stored. It is read again when the window gets the focus.
import { type QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { Session } from '../session/session.ts'
import { agentTexts } from './texts.ts'
import { type AgentDetail, type AgentVersion } from './document.ts'
import { type Base, makeBase } from './editor-state.ts'

const generation_poll_ms = 1500

export const agentKey = (agent_id: string) => ['agent', agent_id] as const

export async function readAgent(client: Session['client'], agent_id: string, signal?: AbortSignal): Promise<Base> {
  const options = signal ? { signal } : {}
  const agent = await client.getAgent({ agent_id }, options)
  const newest = agent.versions[0]?.version
  const version =
    newest === undefined ? null : await client.getAgentVersion({ agent_id, version: String(newest) }, options)
  return makeBase(agent, version, agentTexts.starter)
}

export function useAgent({ client }: Session, agent_id: string) {
  return useQuery({
    queryKey: [...agentKey(agent_id), 'newest'],
    queryFn: ({ signal }) => readAgent(client, agent_id, signal),
    refetchInterval: ({ state }) => isBeingWritten(state.data?.version ?? null) && generation_poll_ms,
  })
}

export function versionQuery({ client }: Session, agent_id: string, version: number) {
  return queryOptions({
    queryKey: [...agentKey(agent_id), 'version', version],
    queryFn: ({ signal }) => client.getAgentVersion({ agent_id, version: String(version) }, { signal }),
  })
}

/** Updates all pages with what is known now, and reads the rest again. */
export function useKnownAgent(agent_id: string) {
  const queries = useQueryClient()
  return useCallback(
    async (base?: Base) => {
      if (base) queries.setQueryData([...agentKey(agent_id), 'newest'], base)
      await forgetAgents(queries, agent_id)
    },
    [queries, agent_id],
  )
}

export async function forgetAgents(queries: QueryClient, agent_id?: string): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: ['agents'] }),
    queries.invalidateQueries({ queryKey: ['agent-names'] }),
    agent_id === undefined ? null : queries.invalidateQueries({ queryKey: agentKey(agent_id) }),
  ])
}

/** Whether the model is writing the instructions. */
export function isBeingWritten(version: AgentVersion | null): boolean {
  const status = version?.instruction_generation?.status
  return status === 'queued' || status === 'running'
}

/** The version that new conversations use. */
export function findLive({ versions }: Pick<AgentDetail, 'versions'>) {
  return versions.find(({ published }) => published)
}
