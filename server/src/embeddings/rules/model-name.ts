// Which provider and model a name means, as a dataset or the settings write it. Pure.
import { model_name_pattern } from '@parley/contract'

export const embedding_providers = ['openai', 'google', 'azure', 'openai-compatible'] as const
export type EmbeddingProvider = (typeof embedding_providers)[number]

export interface EmbeddingModelRef {
  provider: EmbeddingProvider
  model: string
}

/** Names of models contain slashes too, such as `BAAI/bge-m3`: only a provider's name before the first one is a provider. */
export function splitModelName(name: string): { provider: string | null; model: string } {
  const slash = name.indexOf('/')
  const provider = name.slice(0, Math.max(slash, 0))
  const isProvider = slash < name.length - 1 && [...embedding_providers, 'anthropic'].includes(provider)
  return isProvider ? { provider, model: name.slice(slash + 1) } : { provider: null, model: name }
}

/** Null: no provider that can be called has it. `callable`: the providers with settings. */
export function resolveModelName(
  name: string,
  callable: ReadonlySet<string>,
  usual: EmbeddingModelRef | null,
): EmbeddingModelRef | null {
  const { provider, model } = splitModelName(name)
  const found = provider ?? guessProvider(model, callable, usual)
  if (found === null || !callable.has(found)) return null
  return { provider: found as EmbeddingProvider, model }
}

const makers: readonly [RegExp, readonly EmbeddingProvider[]][] = [
  [/^text-embedding-(3|ada)-/, ['openai', 'azure']],
  [/^gemini-embedding-/, ['google']],
]

/** The default's provider, the model's maker, a server of the operator's own, the only provider there is. */
function guessProvider(
  model: string,
  callable: ReadonlySet<string>,
  usual: EmbeddingModelRef | null,
): EmbeddingProvider | null {
  if (usual?.model === model) return usual.provider
  const of_makers = makers.find(([pattern]) => pattern.test(model))?.[1].find((provider) => callable.has(provider))
  if (of_makers) return of_makers
  const others = embedding_providers.filter((provider) => callable.has(provider))
  if (others.includes('openai-compatible')) return 'openai-compatible'
  return usual?.provider ?? (others.length === 1 ? others[0]! : null)
}

const is_model_name = new RegExp(model_name_pattern)

/** With some providers the name becomes part of a URL; on Azure's older paths, one segment. */
export function isModelName({ provider, model }: EmbeddingModelRef): boolean {
  return is_model_name.test(model) && !(provider === 'azure' && model.includes('/'))
}
