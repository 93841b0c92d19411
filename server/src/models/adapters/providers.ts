// The model providers: builds a Model for a provider's model from plain settings. Never reads the environment, and keeps the
// provider packages from doing so by always passing them a key and a base URL. A package is loaded by the first call of one of its models.
import { model_name_pattern } from '@parley/contract'
import { type Later, later } from '../../base/later.ts'
import type { Model, ModelFactory } from '../port.ts'
import { createModelError } from './provider-errors.ts'
import { type Fetch, type Post, type ProviderClient, isPage, openProviderClient } from './provider-client.ts'
import {
  type ModelRef,
  type Provider,
  type ProviderSettings,
  azureOptions,
  isOpenAiHost,
  isSet,
  provider_urls,
} from './provider-settings.ts'

const packages = {
  openai: later(() => import('./openai.ts')),
  anthropic: later(() => import('./anthropic.ts')),
  google: later(() => import('./google.ts')),
  azure: later(() => import('./azure.ts')),
  compatible: later(() => import('./chat-model.ts')),
}

export interface ModelProviders extends AsyncDisposable {
  isConfigured(provider: string): boolean
  /** Whether this name may be requested from a configured provider. */
  mayName(ref: ModelRef): boolean
  /** Throws a `ModelError` of kind `not_configured` for an unknown provider or one without settings. */
  createModel(ref: ModelRef): Model
}

/** With `options.client`, which replaces the HTTP client, there is nothing to dispose of. */
export function createModelProviders(
  settings: ProviderSettings,
  options: { client?: ProviderClient } = {},
): ModelProviders {
  const stack = new AsyncDisposableStack()
  const client = options.client ?? stack.use(openProviderClient())
  const { post } = client
  const fetch = refusePages(client.fetch)
  // A map, because a configuration's author chooses the name that is looked up.
  const factories = new Map<string, ModelFactory | null>(
    Object.entries({
      openai: openai(settings, { fetch, post }),
      anthropic: anthropic(settings, fetch),
      google: google(settings, fetch),
      azure: azure(settings, fetch),
      'openai-compatible': compatible(settings, post),
    } satisfies Record<Provider, ModelFactory | null>),
  )
  const isConfigured = (provider: string) => (factories.get(provider) ?? null) !== null
  return {
    isConfigured,
    mayName: (ref) => isConfigured(ref.provider) && canBeSent(ref),
    createModel({ provider, model }) {
      const id = `${provider}/${model}`
      const factory = factories.get(provider)
      if (factory === undefined) throw createModelError('not_configured', id, null, 'unknown provider')
      if (factory === null || model === '') throw createModelError('not_configured', id)
      // In a version that was published when any name was accepted.
      if (!canBeSent({ provider, model })) {
        throw createModelError(
          'not_configured',
          id,
          null,
          'the model’s name contains characters that cannot be sent; publish a version with another model',
        )
      }
      return factory(id, model)
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

const is_model_name = new RegExp(model_name_pattern)

/** With some providers the name becomes part of a URL; on Azure's older paths, one segment. */
function canBeSent({ provider, model }: ModelRef): boolean {
  return is_model_name.test(model) && !(provider === 'azure' && model.includes('/'))
}

/** Creates the factory at the first call, and waits for its package if no call has before. */
function whenCalled<Adapter>(adapter: Later<Adapter>, create: (adapter: Adapter) => ModelFactory): ModelFactory {
  let factory: ModelFactory | undefined
  const open = (loaded: Adapter, id: string, model: string): Model => (factory ??= create(loaded))(id, model)
  return (id, model) => {
    if (adapter.loaded) return open(adapter.loaded, id, model)
    return {
      id,
      async *stream(request, signal) {
        yield* open(await adapter(), id, model).stream(request, signal)
      },
    }
  }
}

function openai(settings: ProviderSettings, { fetch, post }: ProviderClient): ModelFactory | null {
  const { api_key, base_url } = settings.openai ?? {}
  if (isSet(base_url)) {
    if (!isSet(api_key) || !isOpenAiHost(base_url)) return compatible(settings, post)
    const options = { apiKey: api_key, baseURL: base_url, fetch }
    return whenCalled(packages.openai, ({ createCompletionsModels }) => createCompletionsModels(options))
  }
  if (!isSet(api_key)) return null
  const options = { apiKey: api_key, baseURL: provider_urls.openai, fetch }
  return whenCalled(packages.openai, ({ createResponsesModels }) => createResponsesModels(options))
}

function compatible(settings: ProviderSettings, post: Post): ModelFactory | null {
  const { api_key, base_url } = settings.openai ?? {}
  if (!isSet(base_url)) return null
  const server = { base_url, api_key: isSet(api_key) ? api_key : undefined, post }
  return whenCalled(packages.compatible, ({ createChatModels }) => createChatModels(server))
}

function anthropic(settings: ProviderSettings, fetch: Fetch): ModelFactory | null {
  const { api_key, base_url } = settings.anthropic ?? {}
  if (!isSet(api_key)) return null
  const options = { apiKey: api_key, baseURL: isSet(base_url) ? base_url : 'https://api.anthropic.com/v1', fetch }
  return whenCalled(packages.anthropic, ({ createAnthropicModels }) => createAnthropicModels(options))
}

function google(settings: ProviderSettings, fetch: Fetch): ModelFactory | null {
  const { api_key, base_url } = settings.google ?? {}
  if (!isSet(api_key)) return null
  const options = { apiKey: api_key, baseURL: isSet(base_url) ? base_url : provider_urls.google, fetch }
  return whenCalled(packages.google, ({ createGoogleModels }) => createGoogleModels(options))
}

function azure(settings: ProviderSettings, fetch: Fetch): ModelFactory | null {
  const options = azureOptions(settings)
  return options && whenCalled(packages.azure, ({ createAzureModels }) => createAzureModels({ ...options, fetch }))
}

function refusePages(fetch: Fetch): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    if (!response.ok || !isPage(response.headers.get('content-type') ?? '')) return response
    await response.body?.cancel()
    throw new Error('The answer is a page, not an event stream')
  }
}
