// The entries for the operations of agents.
import type { agentOperations } from '@parley/contract'
import type { EntriesOf, World } from '../contract/entries.ts'

export async function newAgent({ client }: World): Promise<string> {
  return (await client.createAgent({ name: 'Another' })).agent_id
}

export async function newDraft({ client, agent }: World): Promise<{ agent_id: string; version: string }> {
  const { agent_id, version } = await client.createAgentVersion({ ...agent, config: {} })
  return { agent_id, version: String(version) }
}

export const entries: EntriesOf<typeof agentOperations> = {
  listAgents: { input: () => ({}), outsider: 'own', narrowed: 'own' },
  createAgent: { input: () => ({ name: 'A' }), outsider: 'own' },
  checkAgent: { input: () => ({ name: 'A', config: {} }), outsider: 'own', narrowed: 'own' },
  getAgent: { input: ({ agent }) => agent, outsider: 'not found', narrowed: 'not found' },
  updateAgent: {
    input: async (world) => ({ agent_id: await newAgent(world), name: 'B' }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  deleteAgent: {
    input: async (world) => ({ agent_id: await newAgent(world) }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  listAgentVersions: { input: ({ agent }) => agent, outsider: 'not found', narrowed: 'not found' },
  getAgentVersion: {
    input: ({ agent }) => ({ ...agent, version: '1' }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  createAgentVersion: {
    input: ({ agent }) => ({ ...agent, config: {} }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  updateAgentVersion: {
    input: async (world) => ({ ...(await newDraft(world)), config: {} }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  publishAgentVersion: { input: newDraft, outsider: 'not found', narrowed: 'not found' },
  getAgentConfigSchema: { input: () => ({}), outsider: 'own', narrowed: 'own' },
}
