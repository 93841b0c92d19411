// The model that an agent's configuration asks for, with its retries, its time-out and its fallbacks.
import type { ResolvedConfig } from '../agents/config.ts'
import type { Services } from '../context.ts'
import type { Model, ModelRequest } from './models/port.ts'

/** Throws a `ModelError` when the model is not configured here. */
export function modelOf({ models }: Pick<Services, 'models'>, { llm }: ResolvedConfig): Model {
  return models.resolve(llm, { timeout_ms: llm.timeout_ms, fallbacks: llm.fallbacks })
}

export function samplingOf({ llm }: ResolvedConfig): Pick<ModelRequest, 'temperature' | 'max_output_tokens'> {
  const { temperature, max_output_tokens } = llm
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(max_output_tokens === undefined ? {} : { max_output_tokens }),
  }
}
