// The models of one server: the demo model and those of the configured providers, each with a timeout, retries and fallbacks.
import { agentDefaults } from '@parley/contract'
import { DEMO_MODEL, DEMO_MODEL_ID, DEMO_PROVIDER, createDemoModel } from './demo.ts'
import type { CountedModel, Model } from './port.ts'
import { createModelError } from './adapters/provider-errors.ts'
import { type ProviderClient, openProviderClient } from './adapters/provider-client.ts'
import { type ModelProviders, createModelProviders } from './adapters/providers.ts'
import { type ModelRef, PROVIDERS, type ProviderSettings } from './adapters/provider-settings.ts'
import { createResilientModel, type ResilienceOptions } from './resilient.ts'
import { createStorableModel } from './storable.ts'

export interface ModelCatalogOptions extends Pick<
  ResilienceOptions,
  'clock' | 'random' | 'retries' | 'onFailure' | 'onCall'
> {
  /** Replaces the catalog's own HTTP client. */
  client?: ProviderClient
  traceparentFor?: (url: URL) => string | null
}

export interface ModelPolicy {
  /** Bound of each attempt; default 60000. */
  timeout_ms?: number
  /** Tried in order; those that are not configured are left out. */
  fallbacks?: ModelRef[]
}

export interface ModelListing {
  /** `provider/model`, or only the provider if any of its models may be named. */
  id: string
  provider: string
  model: string | null
  configured: boolean
  /** Where its settings come from. */
  source: 'built_in' | 'environment'
}

export interface ModelCatalog extends AsyncDisposable {
  /** Throws a `ModelError` of kind `not_configured`. `own` replaces the server's settings for its providers. */
  resolve(ref: ModelRef, policy?: ModelPolicy, own?: ProviderSettings): CountedModel
  list(): ModelListing[]
  /** Splits `provider/model` at the first slash; null if either half is missing. Does not check that the provider exists. */
  parse(id: string): ModelRef | null
}

export function createModelCatalog(settings: ProviderSettings, options: ModelCatalogOptions): ModelCatalog {
  const stack = new AsyncDisposableStack()
  const client = options.client ?? stack.use(openProviderClient(undefined, options.traceparentFor))
  const providers = createModelProviders(settings, { client })
  const demo = createDemoModel()

  function find(ref: ModelRef, { createModel }: ModelProviders): Model {
    if (ref.provider !== DEMO_PROVIDER) return createModel(ref)
    if (ref.model !== DEMO_MODEL) throw createModelError('not_configured', `${ref.provider}/${ref.model}`)
    return demo
  }

  function isAvailable(ref: ModelRef, { mayName }: ModelProviders): boolean {
    return ref.provider === DEMO_PROVIDER ? ref.model === DEMO_MODEL : mayName(ref)
  }

  return {
    resolve(ref, policy = {}, own = {}) {
      const hasOwn = Object.keys(own).length > 0
      const all = hasOwn ? createModelProviders({ ...settings, ...own }, { client }) : providers
      const fallbacks = (policy.fallbacks ?? [])
        .filter((fallback) => isAvailable(fallback, all))
        .map((fallback) => find(fallback, all))
      const timeout_ms = policy.timeout_ms ?? agentDefaults.model_timeout_ms
      return createStorableModel(createResilientModel(find(ref, all), fallbacks, { ...options, timeout_ms }))
    },
    list: () => [
      { id: DEMO_MODEL_ID, provider: DEMO_PROVIDER, model: DEMO_MODEL, configured: true, source: 'built_in' as const },
      ...PROVIDERS.map((provider) => ({
        id: provider,
        provider,
        model: null,
        configured: providers.isConfigured(provider),
        source: 'environment' as const,
      })),
    ],
    parse: parseModelId,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

export function parseModelId(id: string): ModelRef | null {
  const slash = id.indexOf('/')
  if (slash < 1 || slash === id.length - 1) return null
  return { provider: id.slice(0, slash), model: id.slice(slash + 1) }
}
