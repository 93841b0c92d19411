// The model of an agent's configuration, or the server's default, with its retries, timeout and fallbacks.
import type { ResolvedConfig } from '../agents/rules/config.ts'
import type { Core } from '../calls/core.ts'
import { AppError } from '../base/errors.ts'
import type { ModelCatalog } from './catalog.ts'
import { type CountedModel, type ModelRequest, ModelError } from './port.ts'
import type { ModelRef } from './adapters/provider-settings.ts'

/** What is needed to find a model. */
export interface ModelServices extends Pick<Core, 'config'> {
  readonly models: ModelCatalog
}

/** Throws a `ModelError` if the model is not configured here. */
export function modelOf({ models }: Pick<ModelServices, 'models'>, { llm }: Pick<ResolvedConfig, 'llm'>): CountedModel {
  return models.resolve(llm, { timeout_ms: llm.timeout_ms, fallbacks: llm.fallbacks })
}

/** The model for agents that name none, and for texts written for agents' authors. */
export function defaultModel({ models, config }: ModelServices): ModelRef {
  const ref = models.parse(config.default_model)
  if (!ref) throw new Error('no default model, although the settings were checked at start')
  return ref
}

/** The error for a caller who waits for the model; errors not caused by the model are returned unchanged. */
export function toRefusal(error: unknown): unknown {
  if (!(error instanceof ModelError)) return error
  const name = error.kind === 'timeout' ? 'model_timed_out' : 'model_failed'
  return new AppError(name, error.message, {}, { cause: error })
}

export function samplingOf({
  llm,
}: Pick<ResolvedConfig, 'llm'>): Pick<ModelRequest, 'temperature' | 'max_output_tokens'> {
  const { temperature, max_output_tokens } = llm
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(max_output_tokens === undefined ? {} : { max_output_tokens }),
  }
}
