// Agents as files: what their files hold, and how the server is read and changed.
import { type Client, type Output } from '@parley/sdk'
import { keyField, optionalBoolean, optionalObject, optionalText, textField } from '../files/fields.ts'
import { keyOf, ownMetadata } from '../files/key.ts'
import type { Kind, State, Verdict } from '../files/kind.ts'
import { faultsOfAnswer, noteReplay } from '../files/answers.ts'
import type { AgentDefinition } from './agent.ts'
import { renderAgent } from './render-agent.ts'

type ServerAgent = Output<'listAgents'>['data'][number]

export const agentFiles: Kind<AgentDefinition, ServerAgent> = {
  noun: 'agent',
  named: ['workflow'],
  fields: {
    key: keyField,
    name: textField,
    description: optionalText,
    active: optionalBoolean,
    is_demo: optionalBoolean,
    metadata: optionalObject,
    config: optionalObject,
    instruction_builder_inputs: optionalObject,
  },
  defaults: {
    description: null,
    active: true,
    is_demo: false,
    metadata: {},
    config: null,
    instruction_builder_inputs: null,
  },
  judge: (content) =>
    Object.hasOwn(content, 'instruction_builder_inputs') && !Object.hasOwn(content, 'config')
      ? [{ path: 'instruction_builder_inputs', message: 'belongs to a version, so it requires config' }]
      : [],
  own_fields: ['name', 'description', 'active', 'is_demo', 'metadata'],
  version_fields: ['config', 'instruction_builder_inputs'],
  contentOf: ({ config, instruction_builder_inputs }) => config && [config, instruction_builder_inputs],
  render: renderAgent,

  list: (client, page) => client.listAgents(page),
  get: (client, agent_id) => client.getAgent({ agent_id }),
  readState,
  check: checkAgent,
  create: (client, { name, description, active, is_demo }, metadata, repeated) => {
    const { idempotency_key } = repeated
    return client.createAgent({ name, description, active, is_demo, metadata, idempotency_key }, noteReplay(repeated))
  },
  update: (client, agent_id, fields) => client.updateAgent({ agent_id, ...fields }),
  createVersion: (client, agent_id, { config, instruction_builder_inputs }, idempotency_key) =>
    client.createAgentVersion({ agent_id, config, instruction_builder_inputs, idempotency_key }),
  publish: (client, agent_id, { version }) => client.publishAgentVersion({ agent_id, version: String(version) }),
  goLive: null,
}

/** Uses a list because reading the version `latest` can create a draft. */
async function readState(client: Client, agent: ServerAgent): Promise<State<AgentDefinition>> {
  const { data } = await client.listAgentVersions({ agent_id: agent.id, limit: 1 })
  const [newest = null] = data
  const { name, description, active, is_demo } = agent
  const { config = null, instruction_builder_inputs = null } = newest ?? {}
  return {
    resource: agent,
    definition: {
      key: keyOf(agent),
      name,
      description,
      active,
      is_demo,
      metadata: ownMetadata(agent),
      config,
      instruction_builder_inputs,
    },
    newest: newest && {
      version: newest.version,
      revision: newest.revision,
      status: newest.published ? 'published' : 'draft',
    },
  }
}

async function checkAgent(
  client: Client,
  { name, description, config, instruction_builder_inputs }: AgentDefinition,
  metadata: AgentDefinition['metadata'],
): Promise<Verdict> {
  try {
    const fields = { name, description, metadata, config, instruction_builder_inputs }
    const { warnings } = await client.checkAgent(fields)
    return { warnings, faults: [] }
  } catch (error) {
    return { warnings: [], faults: faultsOfAnswer(error) }
  }
}
