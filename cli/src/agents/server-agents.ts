// The agents of a server as files see them: listing them, their newest version, and creating one for a key exactly once.
import { type Client, type Output, ApiError } from '@parley/sdk'
import { type AgentDefinition, type JsonObject, keyOf, key_entry, ownMetadata } from './agent.ts'
import { ClientError } from '../client/faults.ts'

export type ServerAgent = Output<'listAgents'>['data'][number]
export type ServerVersion = Output<'listAgentVersions'>['data'][number]

/** An agent as it currently is on the server. */
export interface AgentState {
  agent: ServerAgent
  /** Null if it has no version. */
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
    if (agents.length >= max_agents) throw new ClientError(`the organization has more than ${max_agents} agents`)
    cursor = page.pagination.next_cursor
  }
}

export function groupByKey(agents: readonly ServerAgent[]): Map<string, ServerAgent[]> {
  return Map.groupBy(agents, keyOf)
}

/** Uses a list because reading the version `latest` can create a draft. */
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

/** The metadata to store on the server. An existing key entry there is kept. */
export function metadataFor(definition: AgentDefinition, agent: ServerAgent | null): JsonObject {
  if (agent === null) return { ...definition.metadata, [key_entry]: definition.key }
  return Object.hasOwn(agent.metadata, key_entry)
    ? { ...definition.metadata, [key_entry]: agent.metadata[key_entry] }
    : definition.metadata
}

/** How often an agent with one key can be created and deleted within 24 hours, the lifetime of an idempotency key. */
const max_creations = 50

/**
 * Creates one agent for a key, even when two runs do so at once: the idempotency key is derived from the agent's key. If the
 * agent that an idempotency key created was deleted since, the next idempotency key is tried.
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
  throw new ClientError(
    `${key} was created and deleted more than ${max_creations} times within 24 hours; use another key`,
  )
}
