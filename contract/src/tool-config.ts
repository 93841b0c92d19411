// The tools of an agent's configuration: what the model may call, and what a call does.
import { Type, type Static } from 'typebox'
import { ToolAction } from './actions/index.ts'
import { JsonObject, named, nullable } from './schema.ts'
import { agentBounds, agentDefaults } from './vocabulary.ts'

const { tool: bounds } = agentBounds
const { tool: defaults } = agentDefaults

export const ToolConfig = named(
  'ToolConfig',
  Type.Object({
    name: Type.String({ pattern: `^[A-Za-z0-9_-]{1,${bounds.name}}$`, description: 'Unique within the agent.' }),
    description: Type.String({ maxLength: bounds.description, description: 'What the model is told of it.' }),
    properties: Type.Optional(
      nullable({
        ...JsonObject,
        description:
          'JSON Schema of each argument, 4,000 values together; patterns in the language of RE2. Default none.',
      }),
    ),
    required: Type.Optional(
      nullable(Type.Array(Type.String({ maxLength: 256 }), { maxItems: 256, description: 'Names of `properties`.' })),
    ),
    actions: Type.Optional(
      nullable(
        Type.Array(ToolAction, { maxItems: bounds.actions, description: 'Carried out in order, until one fails.' }),
      ),
    ),
    actions_on_error: Type.Optional(
      nullable(
        Type.Array(ToolAction, {
          maxItems: bounds.actions,
          description:
            'Carried out when one of `actions` has failed; their templates see `error`, a text. They have a time of their own: that of the tool, at most 10 seconds. The call remains an error.',
        }),
      ),
    ),
    output: Type.Optional(
      nullable(
        Type.String({
          maxLength: agentBounds.text,
          description:
            'A template: what the model is given as the result, over the same as those of the actions. Default: what the actions have saved, 256 KiB of it.',
        }),
      ),
    ),
    idempotent: Type.Optional(
      nullable(
        Type.Boolean({
          description: `Whether a call may be repeated when nobody knows what became of it, as after a crash. Default ${defaults.idempotent}: the model is told that the outcome is not known.`,
        }),
      ),
    ),
    timeout_ms: Type.Optional(
      nullable(
        Type.Integer({
          minimum: 1,
          maximum: 600_000,
          description: `Of a whole call, error actions aside. Default ${defaults.timeout_ms}.`,
        }),
      ),
    ),
  }),
)
export type ToolConfig = Static<typeof ToolConfig>
