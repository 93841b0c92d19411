// `apply` and `export` of agents.
import type { Client } from '@parley/sdk'
import { agentFiles } from '../src/agents/agent-files.ts'
import type { ApplyOptions } from '../src/files/apply.ts'
import type { ExportOptions } from '../src/files/export.ts'
import { applyKind, exportKind } from './files-fixture.ts'

export const apply = (client: Client, folder: string, options: Partial<ApplyOptions> = {}) =>
  applyKind(client, agentFiles, folder, options)

export const exportTo = (client: Client, folder: string, options: Partial<ExportOptions> = {}) =>
  exportKind(client, agentFiles, folder, options)

/** Everything about an organization's agents that a change would affect. */
export async function readAll(client: Client) {
  const agents = (await client.listAgents({ limit: 100 })).data
  return Promise.all(
    agents.map(async (agent) => ({
      ...agent,
      versions: (await client.listAgentVersions({ agent_id: agent.id, limit: 100 })).data,
    })),
  )
}
