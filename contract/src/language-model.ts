// A language model and what to try when it cannot answer, wherever a configuration names one.
import { Type } from './type.ts'
import { named, nullable } from './schema.ts'
import { agentBounds, agentDefaults } from './agent-words.ts'

const model_segment = '\\.{0,2}[A-Za-z0-9_:@+-][A-Za-z0-9._:@+-]*'

/** Some providers have the model's name in the path of their URL, so it must not be able to change that path. */
export const model_name_pattern = `^/?${model_segment}(/${model_segment})*$`

const modelFields = {
  provider: Type.String({
    minLength: 1,
    maxLength: agentBounds.provider,
    description: 'For example `openai`, `anthropic`, `google`, `azure`, `openai-compatible`, `demo`.',
  }),
  model: Type.String({
    minLength: 1,
    maxLength: agentBounds.model,
    pattern: model_name_pattern,
    description:
      "The provider's own name for the model: letters, digits and `.` `_` `:` `@` `+` `-`, in parts separated by `/`; no part is `.` or `..`.",
  }),
  temperature: Type.Optional(nullable(Type.Number({ minimum: 0, maximum: 2 }))),
  max_output_tokens: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 1_000_000 }))),
  timeout_ms: Type.Optional(
    nullable(
      Type.Integer({
        minimum: 1,
        maximum: 600_000,
        description: `Time limit of one model call. Default ${agentDefaults.model_timeout_ms}.`,
      }),
    ),
  ),
}

export const LanguageModel = named(
  'LanguageModel',
  Type.Object({
    ...modelFields,
    fallbacks: Type.Optional(
      nullable(
        Type.Array(Type.Object(modelFields), {
          maxItems: agentBounds.fallbacks,
          description: 'Models to try, in order, if the first one cannot answer.',
        }),
      ),
    ),
  }),
)
