// What helps the authors of agents: comparing versions, having instructions written, the models there are.
import { Type } from 'typebox'
import { AgentVersion, agentPath, versionPath } from './agents.ts'
import { defineOperation } from './operation.ts'
import { JsonAny, idempotencyHeader, named, nullable, oneOf } from './schema.ts'

export const ConfigDifference = named(
  'ConfigDifference',
  Type.Object({
    op: oneOf(['added', 'removed', 'changed'] as const),
    path: Type.String({
      description:
        'JSON Pointer (RFC 6901): into the configuration of `to_version` with `added`, of `from_version` otherwise. Empty: the whole.',
    }),
    label: Type.String({
      description: 'The path for a person, things that have names by their names: `tools[find_order].description`.',
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
        'Empty: the configurations are equal. In the order of the configuration, keys sorted. Carried out (`changed`, then `removed` from the last to the first, then `added` from the first to the last) they make one configuration of the other. Lists of things with a `name` or `id` are compared by it. A part with more than 1000 differences is one that `changed` as a whole.',
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
      Type.String({ description: '`llm.model`; null: any model that the provider has can be named, by its own name.' }),
    ),
    is_default: Type.Boolean({ description: 'Whether it answers for agents that name no model.' }),
    source: oneOf(
      ['built_in', 'environment', 'organization'] as const,
      "What makes it available: the server itself, the settings that it was started with, or a key among the organization's secrets.",
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
      'The answer is a text that the default model writes, streamed; with `?format=json` the exact difference, without a model. A text that breaks off ends its connection with an error. Changes nothing.',
    access: read,
    narrowed: true,
    changes_nothing: true,
    cost: 10,
    params: agentPath,
    query: Type.Object({ format: Type.Optional(oneOf(['text', 'json'] as const, 'Default `text`.')) }),
    body: Type.Object({
      from_version: versionChoice('A number, or `latest`: the one with the highest number; no draft is made.'),
      to_version: versionChoice('As `from_version`.'),
    }),
    answer: { kind: 'text', says: 'A summary of the difference, at most 20,000 characters.' },
    success: { status: 200, description: 'The comparison.', schema: VersionComparison },
    errors: ['not_found', 'model_failed', 'model_timed_out', 'unavailable'],
  }),
  generateAgentInstructions: defineOperation({
    id: 'generateAgentInstructions',
    method: 'POST',
    path: '/core/agents/{agent_id}/versions/{version}/generate-instructions',
    tag,
    summary: 'Have the instructions of a draft written by the default model',
    description:
      "Out of the draft's `instruction_builder_inputs`, by a job: read the version until `instruction_generation.status` is `done` or `failed`. The text takes the place of `config.instructions`, and `revision` rises, unless the draft was changed or published since the call: then it fails, and the text is in `instruction_generation.instructions`. While one is under way for the same revision, a further call joins it; after a change it begins anew. `latest` makes a draft exist.",
    access: ['agents:manage'],
    narrowed: true,
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
    summary: 'List the models that can be named',
    description: 'The default first. Never a key or an address.',
    access: read,
    narrowed: true,
    success: {
      status: 200,
      description: 'What is configured.',
      schema: Type.Object({ data: Type.Array(ListedModel) }),
    },
    errors: [],
  }),
}
