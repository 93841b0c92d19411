// A model of a configuration, with its fallbacks and all defaults. Pure.
import { type AgentConfig, agentDefaults } from '@parley/contract'

export interface ResolvedModel {
  provider: string
  model: string
  temperature?: number
  max_output_tokens?: number
  timeout_ms: number
}

export type ResolvedModels = ResolvedModel & { fallbacks: ResolvedModel[] }

type Models = NonNullable<AgentConfig['llm']>

/** `default_model` is `provider/model`; the name of a model may contain slashes too. */
export function resolveModels(llm: Models | null, default_model: string): ResolvedModels {
  if (llm !== null) return { ...resolveModel(llm), fallbacks: (llm.fallbacks ?? []).map(resolveModel) }
  const slash = default_model.indexOf('/')
  const [provider, model] = [default_model.slice(0, slash), default_model.slice(slash + 1)]
  return { ...resolveModel({ provider, model }), fallbacks: [] }
}

function resolveModel(model: Omit<Models, 'fallbacks'>): ResolvedModel {
  return {
    provider: model.provider,
    model: model.model,
    ...(typeof model.temperature === 'number' ? { temperature: model.temperature } : {}),
    ...(typeof model.max_output_tokens === 'number' ? { max_output_tokens: model.max_output_tokens } : {}),
    timeout_ms: model.timeout_ms ?? agentDefaults.model_timeout_ms,
  }
}
