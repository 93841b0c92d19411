// The agents of a server as files see them: all of them, the newest version of one, and one of a key made once.
import { type Client, type Output, ApiError } from '@parley/sdk'
import { type AgentDefinition, type JsonObject, keyOf, key_entry, ownMetadata } from './agent.ts'
import { AgentsError } from './faults.ts'

export type ServerAgent = Output<'listAgents'>['data'][number]
export type ServerVersion = Output<'listAgentVersions'>['data'][number]

/** An agent as it is on the server now. */
export interface AgentState {
  agent: ServerAgent
  /** Null: it has no version. */
  newest: ServerVersion | null
}

const max_agents = 10_000
const page_size = 100

export async function listAllAgents(client: Client): Promise<ServerAgent[]> {
  const agents: ServerAgent[] = []
  for (let cursor: string | undefined; ;) {
    const page = await client.listAgents({ limit: page_size, ...(cursor === undefined ? {} : { cursor }) })
    agents.push(...page.data)
    if (page.pagination.next_cursor === null) return agents
    if (agents.length >= max_agents) throw new AgentsError(`the organization has more than ${max_agents} agents`)
    cursor = page.pagination.next_cursor
  }
}

export function groupByKey(agents: readonly ServerAgent[]): Map<string, ServerAgent[]> {
  return Map.groupBy(agents, keyOf)
}

/** Reading the version `latest` could make a draft; a list only reads. */
export async function readState(client: Client, agent: ServerAgent): Promise<AgentState> {
  const { data } = await client.listAgentVersions({ agent_id: agent.id, limit: 1 })
  return { agent, newest: data[0] ?? null }
}

export function definitionOf({ agent, newest }: AgentState): AgentDefinition {
  const { name, description, active, is_demo } = agent
  const { config = null, instruction_builder_inputs = null } = newest ?? {}
  return {
    key: keyOf(agent),
    name,
    description,
    active,
    is_demo,
    metadata: ownMetadata(agent),
    config,
    instruction_builder_inputs,
  }
}

/** The metadata that an agent is to have on the server; a key that it has there stays. */
export function metadataFor(definition: AgentDefinition, agent: ServerAgent | null): JsonObject {
  if (agent === null) return { ...definition.metadata, [key_entry]: definition.key }
  return Object.hasOwn(agent.metadata, key_entry)
    ? { ...definition.metadata, [key_entry]: agent.metadata[key_entry] }
    : definition.metadata
}

/** So often may an agent of one key have been made and deleted again within the life of an idempotency key, 24 hours. */
const max_creations = 50

/**
 * One agent for a key, also when two of us make it at once: its idempotency key is made of the key. What such a key has
 * brought about may have been deleted since; then the next one is tried.
 */
export async function createAgentOnce(client: Client, definition: AgentDefinition): Promise<ServerAgent> {
  const { key, name, description, active, is_demo } = definition
  const fields = { name, description, active, is_demo, metadata: metadataFor(definition, null) }
  for (let count = 0; count < max_creations; count += 1) {
    let wasReplayed = false
    const onResponse = ({ headers }: Response) => (wasReplayed = headers.get('idempotent-replayed') === 'true')
    const idempotency_key = `parley-agents-apply:${key}:${count}`
    try {
      const agent = await client.createAgent({ ...fields, idempotency_key }, { onResponse })
      if (!wasReplayed) return agent
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'idempotency_key_reused') throw error
    }
    const [found] = (await client.listAgents({ metadata: JSON.stringify({ [key_entry]: key }), limit: 1 })).data
    if (found) return found
  }
  throw new AgentsError(`${key} was made and deleted too often today; give it another key`)
}
