// The model providers: builds a Model for a provider's model from plain settings. Never reads the environment, and keeps the
// provider packages from doing so by always passing them a key and a base URL.
import { createAnthropic } from '@ai-sdk/anthropic'
import { createAzure } from '@ai-sdk/azure'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import { model_name_pattern } from '@parley/contract'
import { createAiSdkModel } from './ai-sdk-model.ts'
import { createChatModels } from './chat-model.ts'
import type { Model } from '../port.ts'
import { createModelError } from './provider-errors.ts'
import { type Fetch, type Post, type ProviderClient, isPage, openProviderClient } from './provider-client.ts'

export interface ProviderSettings {
  /** With `base_url`, any server that speaks `chat/completions`; the key is then optional. */
  openai?: { api_key?: string; base_url?: string }
  anthropic?: { api_key: string; base_url?: string }
  google?: { api_key: string; base_url?: string }
  /**
   * Needs `resource_name` or `base_url`. Without `api_version`, or with `v1`, the v1 API is used; a dated version uses
   * the older paths, which name the deployment.
   */
  azure?: { api_key: string; resource_name?: string; base_url?: string; api_version?: string }
}

export interface ModelRef {
  provider: string
  model: string
}

/** Of providers with one address. */
export const provider_urls = {
  openai: 'https://api.openai.com/v1',
  google: 'https://generativelanguage.googleapis.com/v1beta',
} as const

export const PROVIDERS = ['openai', 'anthropic', 'google', 'azure', 'openai-compatible'] as const
type Provider = (typeof PROVIDERS)[number]

export interface ModelProviders extends AsyncDisposable {
  isConfigured(provider: string): boolean
  /** Whether this name may be requested from a configured provider. */
  mayName(ref: ModelRef): boolean
  /** Throws a `ModelError` of kind `not_configured` for an unknown provider or one without settings. */
  createModel(ref: ModelRef): Model
}

type ModelFactory = (id: string, model: string) => Model

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

function openai(settings: ProviderSettings, { fetch, post }: ProviderClient): ModelFactory | null {
  const { api_key, base_url } = settings.openai ?? {}
  if (isSet(base_url)) {
    if (!isSet(api_key) || !isOpenAiHost(base_url)) return compatible(settings, post)
    // OpenAI's own host: its package knows which models need other parameters.
    const provider = createOpenAI({ apiKey: api_key, baseURL: base_url, fetch })
    return (id, model) => createAiSdkModel(id, provider.chat(model))
  }
  if (!isSet(api_key)) return null
  const provider = createOpenAI({ apiKey: api_key, baseURL: provider_urls.openai, fetch })
  return (id, model) => createAiSdkModel(id, provider.responses(model), UNSTORED)
}

function compatible(settings: ProviderSettings, post: Post): ModelFactory | null {
  const { api_key, base_url } = settings.openai ?? {}
  if (!isSet(base_url)) return null
  return createChatModels({ base_url, api_key: isSet(api_key) ? api_key : undefined, post })
}

function anthropic(settings: ProviderSettings, fetch: Fetch): ModelFactory | null {
  const { api_key, base_url } = settings.anthropic ?? {}
  if (!isSet(api_key)) return null
  const baseURL = isSet(base_url) ? base_url : 'https://api.anthropic.com/v1'
  const provider = createAnthropic({ apiKey: api_key, baseURL, fetch })
  return (id, model) => createAiSdkModel(id, provider.languageModel(model), WHOLE_ARGUMENTS)
}

function google(settings: ProviderSettings, fetch: Fetch): ModelFactory | null {
  const { api_key, base_url } = settings.google ?? {}
  if (!isSet(api_key)) return null
  const baseURL = isSet(base_url) ? base_url : provider_urls.google
  const provider = createGoogle({ apiKey: api_key, baseURL, fetch })
  return (id, model) => createAiSdkModel(id, provider.languageModel(model))
}

/** Null without settings. */
export function azureOptions({ azure: settings }: ProviderSettings) {
  const { api_key, resource_name, base_url, api_version } = settings ?? {}
  if (!isSet(api_key) || !(isSet(resource_name) || isSet(base_url))) return null
  return {
    apiKey: api_key,
    ...(isSet(base_url) ? { baseURL: base_url } : { resourceName: resource_name! }),
    ...(isSet(api_version) ? { apiVersion: api_version } : {}),
    useDeploymentBasedUrls: isSet(api_version) && /^\d{4}-\d{2}-\d{2}/.test(api_version),
  }
}

function azure(settings: ProviderSettings, fetch: Fetch): ModelFactory | null {
  const options = azureOptions(settings)
  if (options === null) return null
  const provider = createAzure({ ...options, fetch })
  return (id, model) =>
    options.useDeploymentBasedUrls
      ? createAiSdkModel(id, provider.chat(model))
      : createAiSdkModel(id, provider.responses(model), UNSTORED)
}

/** The Responses API keeps a copy of every conversation unless told otherwise; Parley keeps its own. */
const UNSTORED: SharedV4ProviderOptions = { openai: { store: false } }

/** Anthropic then checks a call's arguments before it sends them, which it does not do if it streams them at once. */
const WHOLE_ARGUMENTS: SharedV4ProviderOptions = { anthropic: { toolStreaming: false } }

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== ''
}

export function isOpenAiHost(base_url: string): boolean {
  return /(^|\.)api\.openai\.com$/.test(new URL(base_url).hostname)
}

function refusePages(fetch: Fetch): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    if (!response.ok || !isPage(response.headers.get('content-type') ?? '')) return response
    await response.body?.cancel()
    throw new Error('The answer is a page, not an event stream')
  }
}
