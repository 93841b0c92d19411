// Agents and their versions, as they are answered.
import { Type } from './type.ts'
import { Id, JsonObject, Timestamp, named, nullable, oneOf } from './schema.ts'
import { agentBounds, generationStatuses } from './agent-words.ts'
import { AgentWebWidget } from './web-widgets/objects.ts'

export const agentFields = {
  name: Type.String({ minLength: 1, maxLength: agentBounds.name, description: 'Not unique.' }),
  description: nullable(Type.String({ maxLength: agentBounds.description })),
  active: Type.Boolean({ description: 'An inactive agent accepts no new conversations.' }),
  is_demo: Type.Boolean(),
  metadata: JsonObject,
}

const agentRecord = {
  id: Id,
  agent_id: Type.String({ description: 'The same as `id`.' }),
  organization_id: Id,
  ...agentFields,
  created_at: Timestamp,
  updated_at: Timestamp,
}

export const Agent = named('Agent', Type.Object(agentRecord))

export const versionRecord = {
  id: Id,
  agent_id: Id,
  version: Type.Integer({ description: '1, 2, 3 … within the agent.' }),
  published: Type.Boolean({ description: 'A published version never changes.' }),
  published_at: nullable(Timestamp),
  revision: Type.Integer({
    description: 'Increases with every change of a draft and from version to version. For `If-Match`.',
  }),
  warnings: Type.Array(Type.String(), { description: 'Keys of the configuration that are stored but have no effect.' }),
  created_at: Timestamp,
  updated_at: Timestamp,
}

export const AgentVersionSummary = named('AgentVersionSummary', Type.Object(versionRecord))

const InstructionGeneration = named(
  'InstructionGeneration',
  Type.Object(
    {
      status: oneOf(generationStatuses, 'When `done`, the instructions are in `config.instructions`.'),
      error: nullable(Type.String({ description: 'Why the generation failed.' })),
      instructions: nullable(
        Type.String({ description: 'With `failed`: the generated text, if it could not be stored in the version.' }),
      ),
      requested_at: Timestamp,
      finished_at: nullable(Timestamp),
    },
    {
      description: 'The latest generation of instructions; null: none. Publishing the version does not stop it.',
    },
  ),
)

export const AgentVersion = named(
  'AgentVersion',
  Type.Object({
    ...versionRecord,
    config: JsonObject,
    instruction_builder_inputs: nullable(JsonObject),
    instruction_generation: nullable(InstructionGeneration),
  }),
)

const AgentStatistics = Type.Object({
  conversations: Type.Integer(),
  active_conversations: Type.Integer(),
  user_turns: Type.Integer(),
  average_duration: nullable(Type.Number({ description: 'Average length of ended conversations in seconds.' })),
})

export const AgentDetail = named(
  'AgentDetail',
  Type.Object({
    ...agentRecord,
    versions: Type.Array(AgentVersionSummary, {
      description: 'The newest 100 versions, newest first, without their configurations.',
    }),
    phone_numbers: Type.Array(JsonObject),
    web_widgets: Type.Array(AgentWebWidget, { description: 'The newest 100, newest first.' }),
    statistics: AgentStatistics,
  }),
)

export const ListedAgent = named(
  'ListedAgent',
  Type.Object({
    ...agentRecord,
    versions: Type.Optional(
      Type.Array(AgentVersionSummary, {
        description:
          'With `standing`: the newest version, and the newest published one if that is a different version; newest first.',
      }),
    ),
    statistics: Type.Optional(AgentStatistics),
  }),
)
