// The tools in an agent's configuration: what the model may call, and what a call does.
import type { Static } from 'typebox'
import { Type } from './type.ts'
import { ToolAction } from './actions/index.ts'
import { JsonObject, named, nullable } from './schema.ts'
import { agentBounds, agentDefaults } from './agent-words.ts'

const { tool: bounds } = agentBounds
const { tool: defaults } = agentDefaults

export const ToolConfig = named(
  'ToolConfig',
  Type.Object({
    name: Type.String({ pattern: `^[A-Za-z0-9_-]{1,${bounds.name}}$`, description: 'Unique within the agent.' }),
    description: Type.String({ maxLength: bounds.description, description: 'Describes the tool to the model.' }),
    properties: Type.Optional(
      nullable({
        ...JsonObject,
        description:
          'JSON Schema of each argument, at most 4,000 values in total; patterns use RE2 syntax. Default none.',
      }),
    ),
    required: Type.Optional(
      nullable(Type.Array(Type.String({ maxLength: 256 }), { maxItems: 256, description: 'Names of `properties`.' })),
    ),
    actions: Type.Optional(
      nullable(Type.Array(ToolAction, { maxItems: bounds.actions, description: 'Run in order until one fails.' })),
    ),
    actions_on_error: Type.Optional(
      nullable(
        Type.Array(ToolAction, {
          maxItems: bounds.actions,
          description:
            'Run if one of `actions` failed; their templates have the error message as `error`. They have their own time limit: that of the tool, at most 10 seconds. The call remains an error.',
        }),
      ),
    ),
    output: Type.Optional(
      nullable(
        Type.String({
          maxLength: agentBounds.text,
          description:
            'A template for the result that the model gets, with the same variables as the actions. If an action failed, only one that refers to `error` is used; else the result is the reason. Default: what the actions saved, at most 256 KiB.',
        }),
      ),
    ),
    idempotent: Type.Optional(
      nullable(
        Type.Boolean({
          description: `Whether a call may be repeated if its outcome is unknown, for example after a crash. Default ${defaults.idempotent}: the model learns that the outcome is unknown.`,
        }),
      ),
    ),
    timeout_ms: Type.Optional(
      nullable(
        Type.Integer({
          minimum: 1,
          maximum: 600_000,
          description: `Time limit of the whole call, not counting error actions. Default ${defaults.timeout_ms}.`,
        }),
      ),
    ),
  }),
)
export type ToolConfig = Static<typeof ToolConfig>
