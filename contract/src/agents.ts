// Agents and their versions: operations.
import { Type } from './type.ts'
import { AgentConfig } from './agent-config.ts'
import { defineOperation } from './operation.ts'
import { JsonObject, nullable, oneOf, pageOf, pageQuery, timestampFilter, idempotencyHeader } from './schema.ts'
import { Agent, AgentDetail, AgentVersion, ListedAgent, agentFields, versionRecord } from './agent-objects.ts'
import { publishDirections } from './agent-words.ts'

const jsonFilter = Type.Optional(
  Type.String({ maxLength: 16_384, description: 'A JSON object as text: matches rows that contain it.' }),
)

const ifMatch = Type.Optional(
  Type.String({
    maxLength: 64,
    description:
      'The last `revision` that the caller has seen, quoted or not, or `*`. If it has changed since, the response is 412.',
  }),
)

const phoneNumbers = (description: string) =>
  Type.Optional(nullable(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 1000, description })))

export const agentPath = Type.Object({ agent_id: Type.String() })
export const versionPath = Type.Object({
  agent_id: Type.String(),
  version: Type.String({ description: 'A number, or `latest`: the version with the highest number.' }),
})

const tag = 'Agents'
const read = ['agents:read', 'agents:manage'] as const
const manage = ['agents:manage'] as const
const ofNarrowed =
  'A credential that is narrowed to agents can only name datasets that the newest or the newest published version of one of these agents names, and with the same `filter` (403).'

export const agentOperations = {
  listAgents: defineOperation({
    id: 'listAgents',
    method: 'GET',
    path: '/core/agents',
    tag,
    summary: 'List agents, newest first',
    access: read,
    narrowed: true,
    audit: false,
    query: Type.Object({
      name: Type.Optional(Type.String({ maxLength: 200, description: 'Case-insensitive substring.' })),
      active: Type.Optional(Type.Boolean()),
      is_demo: Type.Optional(Type.Boolean()),
      metadata: jsonFilter,
      standing: Type.Optional(
        Type.Boolean({ description: 'Whether to include `versions` and `statistics` of each. Default false.' }),
      ),
      created_after: timestampFilter('Inclusive.'),
      created_before: timestampFilter('Inclusive.'),
      updated_after: timestampFilter('Inclusive.'),
      updated_before: timestampFilter('Inclusive.'),
      ...pageQuery,
    }),
    success: { status: 200, description: 'A page of agents.', schema: pageOf(ListedAgent) },
    errors: [],
  }),
  createAgent: defineOperation({
    id: 'createAgent',
    method: 'POST',
    path: '/core/agents',
    tag,
    summary: 'Create an agent',
    access: manage,
    narrowed: false,
    audit: { target: 'agent', id: 'agent_id' },
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      name: agentFields.name,
      description: Type.Optional(agentFields.description),
      active: Type.Optional(nullable(agentFields.active)),
      is_demo: Type.Optional(nullable(agentFields.is_demo)),
      metadata: Type.Optional(nullable(agentFields.metadata)),
    }),
    success: { status: 200, description: 'The new agent. It has no versions.', schema: Agent },
    errors: [],
  }),
  checkAgent: defineOperation({
    id: 'checkAgent',
    method: 'POST',
    path: '/core/agents/check',
    tag,
    summary: 'Check an agent without storing it',
    description:
      'Makes the same checks as `createAgent` and `createAgentVersion`: 422 lists every fault. Nothing is stored.',
    access: read,
    narrowed: true,
    audit: false,
    cost: 4,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      name: Type.Optional(nullable(agentFields.name)),
      description: Type.Optional(agentFields.description),
      metadata: Type.Optional(nullable(agentFields.metadata)),
      config: Type.Optional(nullable(AgentConfig)),
      instruction_builder_inputs: Type.Optional(nullable(JsonObject)),
    }),
    success: {
      status: 200,
      description: 'The agent is valid.',
      schema: Type.Object({ warnings: versionRecord.warnings }),
    },
    errors: [],
  }),
  getAgent: defineOperation({
    id: 'getAgent',
    method: 'GET',
    path: '/core/agents/{agent_id}',
    tag,
    summary: 'Read an agent, its versions and its statistics',
    access: read,
    narrowed: true,
    audit: false,
    params: agentPath,
    success: { status: 200, description: 'The agent.', schema: AgentDetail },
    errors: ['not_found'],
  }),
  updateAgent: defineOperation({
    id: 'updateAgent',
    method: 'PUT',
    path: '/core/agents/{agent_id}',
    tag,
    summary: 'Change the given fields of an agent',
    access: manage,
    narrowed: true,
    audit: { target: 'agent', id: 'agent_id' },
    params: agentPath,
    body: Type.Object({
      name: Type.Optional(nullable(agentFields.name)),
      description: Type.Optional(agentFields.description),
      active: Type.Optional(nullable(agentFields.active)),
      is_demo: Type.Optional(nullable(agentFields.is_demo)),
      metadata: Type.Optional(nullable(agentFields.metadata)),
    }),
    success: { status: 200, description: 'The agent after the change.', schema: Agent },
    errors: ['not_found'],
  }),
  deleteAgent: defineOperation({
    id: 'deleteAgent',
    method: 'DELETE',
    path: '/core/agents/{agent_id}',
    tag,
    summary: 'Delete an agent',
    description: 'Its ended conversations remain readable.',
    access: manage,
    narrowed: true,
    audit: { target: 'agent', id: 'agent_id' },
    params: agentPath,
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found', 'agent_in_use'],
  }),
  listAgentVersions: defineOperation({
    id: 'listAgentVersions',
    method: 'GET',
    path: '/core/agents/{agent_id}/versions',
    tag,
    summary: "List an agent's versions, newest first",
    access: read,
    narrowed: true,
    audit: false,
    params: agentPath,
    query: Type.Object({
      version: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
      published: Type.Optional(Type.Boolean()),
      created_after: timestampFilter('Inclusive.'),
      created_before: timestampFilter('Inclusive.'),
      updated_after: timestampFilter('Inclusive.'),
      updated_before: timestampFilter('Inclusive.'),
      ...pageQuery,
    }),
    success: { status: 200, description: 'A page of versions.', schema: pageOf(AgentVersion) },
    errors: ['not_found'],
  }),
  getAgentVersion: defineOperation({
    id: 'getAgentVersion',
    method: 'GET',
    path: '/core/agents/{agent_id}/versions/{version}',
    tag,
    summary: 'Read a version',
    description:
      'For `latest` there is always a draft: if the newest version is published, the call creates a copy of it, and for an agent without versions an empty one. Calls at the same time create one draft.',
    access: read,
    narrowed: true,
    audit: false,
    params: versionPath,
    success: { status: 200, description: 'The version.', schema: AgentVersion },
    errors: ['not_found'],
  }),
  createAgentVersion: defineOperation({
    id: 'createAgentVersion',
    method: 'POST',
    path: '/core/agents/{agent_id}/versions',
    tag,
    summary: 'Create a draft version',
    description: `Needs exactly one of \`config\` and \`base_version\`. ${ofNarrowed}`,
    access: manage,
    narrowed: true,
    audit: { target: 'agent', id: 'agent_id', part: { as: 'versions', id: 'version' } },
    cost: 4,
    params: agentPath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      config: Type.Optional(nullable(AgentConfig)),
      base_version: Type.Optional(
        nullable(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'The version to copy.' })),
      ),
      instruction_builder_inputs: Type.Optional(nullable(JsonObject)),
    }),
    success: { status: 200, description: 'The draft.', schema: AgentVersion },
    errors: ['not_found'],
  }),
  updateAgentVersion: defineOperation({
    id: 'updateAgentVersion',
    method: 'PUT',
    path: '/core/agents/{agent_id}/versions/{version}',
    tag,
    summary: 'Change a draft version',
    description: ofNarrowed,
    access: manage,
    narrowed: true,
    audit: { target: 'agent', id: 'agent_id', part: { as: 'versions', id: 'version' } },
    cost: 4,
    params: versionPath,
    headers: Type.Object({ if_match: ifMatch }),
    body: Type.Object({
      config: Type.Optional(nullable(AgentConfig)),
      instruction_builder_inputs: Type.Optional(nullable(JsonObject)),
    }),
    success: { status: 200, description: 'The draft after the change.', schema: AgentVersion },
    errors: ['not_found', 'version_published', 'revision_mismatch'],
  }),
  publishAgentVersion: defineOperation({
    id: 'publishAgentVersion',
    method: 'POST',
    path: '/core/agents/{agent_id}/versions/{version}/publish',
    tag,
    summary: 'Publish a version',
    description: 'A published version can no longer change. Publishing it again has no effect.',
    access: manage,
    narrowed: true,
    audit: { target: 'agent', id: 'agent_id', part: { as: 'versions', id: 'version' } },
    params: versionPath,
    headers: Type.Object({ ...idempotencyHeader, if_match: ifMatch }),
    body: Type.Object({
      phone_numbers: phoneNumbers('The numbers that the version is to answer. AnyReach has the same field.'),
      unassign_phone_numbers: phoneNumbers(
        'The numbers that no version of this agent is to answer. AnyReach has the same field.',
      ),
      direction: Type.Optional(
        nullable(
          oneOf(
            publishDirections,
            'Which calls of these numbers: those to them, those from them, or both. Default `inbound`. AnyReach has the same field.',
          ),
        ),
      ),
    }),
    body_optional: true,
    success: {
      status: 200,
      description: 'The phone numbers that changed. Always empty until the server has phone numbers.',
      schema: Type.Array(JsonObject),
    },
    errors: ['not_found', 'revision_mismatch'],
  }),
  getAgentConfigSchema: defineOperation({
    id: 'getAgentConfigSchema',
    method: 'GET',
    path: '/core/agent-config-schema',
    tag,
    summary: 'Read the JSON Schema of AgentConfig',
    access: read,
    narrowed: true,
    audit: false,
    success: { status: 200, description: 'The schema that validates configurations.', schema: JsonObject },
    errors: [],
  }),
}
