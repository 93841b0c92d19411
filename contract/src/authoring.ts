// Operations for authors of agents: compare versions, generate instructions, list models.
import { Type } from './type.ts'
import { AgentVersion, agentPath, versionPath } from './agents.ts'
import { defineOperation } from './operation.ts'
import { JsonAny, idempotencyHeader, named, nullable, oneOf } from './schema.ts'

export const ConfigDifference = named(
  'ConfigDifference',
  Type.Object({
    op: oneOf(['added', 'removed', 'changed'] as const),
    path: Type.String({
      description:
        'JSON Pointer (RFC 6901) into the configuration of `to_version` with `added`, otherwise of `from_version`. Empty: the whole configuration.',
    }),
    label: Type.String({
      description:
        'The path for people, with names instead of indexes where there are names: `tools[find_order].description`.',
    }),
    from: Type.Optional({ ...JsonAny, description: 'The value before; absent with `added`.' }),
    to: Type.Optional({ ...JsonAny, description: 'The value after; absent with `removed`.' }),
  }),
)

export const VersionComparison = named(
  'VersionComparison',
  Type.Object({
    from_version: Type.Integer(),
    to_version: Type.Integer(),
    differences: Type.Array(ConfigDifference, {
      description:
        'In the order of the configuration, with sorted keys; empty if the configurations are equal. Applying `changed`, then `removed` from last to first, then `added` from first to last turns the first configuration into the second. Lists whose entries have a `name` or `id` are compared by it. A part with more than 1000 differences counts as one that `changed` as a whole.',
    }),
  }),
)

const versionChoice = (description: string) =>
  Type.Unsafe<number | string>({
    description,
    anyOf: [
      { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
      { type: 'string', pattern: '^(latest|[1-9][0-9]{0,9})$' },
    ],
  })

const ListedModel = named(
  'ListedModel',
  Type.Object({
    provider: Type.String({ description: '`llm.provider` of a configuration.' }),
    model: nullable(
      Type.String({ description: '`llm.model`; null: any model of the provider, by the provider’s own name.' }),
    ),
    is_default: Type.Boolean({ description: 'Whether agents without a configured model use it.' }),
    source: oneOf(
      ['built_in', 'environment', 'organization'] as const,
      "What makes it available: the server itself, the server's settings, or a key among the organization's secrets.",
    ),
  }),
)

const tag = 'Agents'
const read = ['agents:read', 'agents:manage'] as const

export const authoringOperations = {
  compareAgentVersions: defineOperation({
    id: 'compareAgentVersions',
    method: 'POST',
    path: '/core/agents/{agent_id}/versions/compare',
    tag,
    summary: 'Compare the configurations of two versions',
    description:
      'The response is a streamed text written by the default model; with `?format=json` it is the exact difference, without a model. If the text is incomplete, the connection ends with an error. Changes nothing.',
    access: read,
    narrowed: true,
    audit: false,
    changes_nothing: true,
    cost: 10,
    params: agentPath,
    query: Type.Object({ format: Type.Optional(oneOf(['text', 'json'] as const, 'Default `text`.')) }),
    body: Type.Object({
      from_version: versionChoice('A number, or `latest` for the highest number. Does not create a draft.'),
      to_version: versionChoice('Same as `from_version`.'),
    }),
    answer: { kind: 'text', says: 'A summary of the differences, at most 20,000 characters.' },
    success: { status: 200, description: 'The comparison.', schema: VersionComparison },
    errors: ['not_found', 'budget_exceeded', 'model_failed', 'model_timed_out', 'unavailable'],
  }),
  generateAgentInstructions: defineOperation({
    id: 'generateAgentInstructions',
    method: 'POST',
    path: '/core/agents/{agent_id}/versions/{version}/generate-instructions',
    tag,
    summary: 'Generate the instructions of a draft with the default model',
    description:
      "A job writes them from the draft's `instruction_builder_inputs`: read the version until `instruction_generation.status` is `done` or `failed`. The text replaces `config.instructions` and `revision` increases. If the draft was changed or published after the call, the generation fails, and the text is in `instruction_generation.instructions`. While a generation for the same revision is running, another call joins it; after a change, it starts again. `latest` creates a draft if necessary.",
    access: ['agents:manage'],
    narrowed: true,
    audit: { target: 'agent', id: 'agent_id', part: { as: 'versions', id: 'version' } },
    params: versionPath,
    headers: Type.Object(idempotencyHeader),
    success: { status: 202, description: 'The draft; the job is queued.', schema: AgentVersion },
    errors: ['not_found', 'version_published'],
  }),
  listModels: defineOperation({
    id: 'listModels',
    method: 'GET',
    path: '/core/models',
    tag: 'Models',
    summary: 'List the available models',
    description: 'The default model comes first. Keys and addresses are never included.',
    access: read,
    narrowed: true,
    audit: false,
    success: {
      status: 200,
      description: 'The models that are configured.',
      schema: Type.Object({ data: Type.Array(ListedModel) }),
    },
    errors: [],
  }),
}
