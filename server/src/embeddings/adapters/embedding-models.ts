// The embedding models of the providers' library, with the settings of a server or of an organization. Never reads the environment. A
// provider's package is loaded when its first model is.
import type { EmbeddingModelV4, EmbeddingModelV4Result, SharedV4ProviderOptions } from '@ai-sdk/provider'
import { type Fetch, type ProviderSettings, azureOptions, isOpenAiHost, provider_urls } from '../../models/models.ts'
import type { TextKind } from '../rules/known-models.ts'
import type { EmbeddingModelRef, EmbeddingProvider } from '../rules/model-name.ts'
import type { EmbeddingConfig } from '../settings.ts'

export interface EmbeddingSettings {
  providers: ProviderSettings
  server: EmbeddingConfig['server']
}

export interface EmbedRequest {
  texts: string[]
  kind: TextKind
  /** Null: the model's own. */
  dimension: number | null
  signal: AbortSignal
}

export interface EmbeddingAnswer {
  /** In the order of the texts, as the provider sent them. */
  vectors: number[][]
  /** Null: the provider does not report them. */
  input_tokens: number | null
}

export type EmbeddingCaller = (request: EmbedRequest) => Promise<EmbeddingAnswer>

/** The providers that can be called with these settings. */
export function callableWith(settings: EmbeddingSettings): ReadonlySet<EmbeddingProvider> {
  const { openai, google, azure } = addressesOf(settings)
  const callable = new Set<EmbeddingProvider>()
  if (openai) callable.add('openai')
  if (compatibleOf(settings)) callable.add('openai-compatible')
  if (google) callable.add('google')
  if (azure) callable.add('azure')
  return callable
}

/** Whether `openai` is OpenAI, and not another server with its wire. */
export function isOpenAi({ providers: { openai } }: EmbeddingSettings): boolean {
  return openai !== undefined && (openai.base_url === undefined || isOpenAiHost(openai.base_url))
}

/** Null without settings for the provider. */
export async function createEmbeddingCaller(
  { provider, model }: EmbeddingModelRef,
  settings: EmbeddingSettings,
  fetch: Fetch,
): Promise<EmbeddingCaller | null> {
  const { openai, google, azure } = addressesOf(settings)
  switch (provider) {
    case 'openai':
      return openai && callerOf((await openAi(openai, fetch)).embeddingModel(model))
    case 'openai-compatible': {
      const server = compatibleOf(settings)
      return server && callerOf((await openAi(server, fetch)).embeddingModel(model))
    }
    case 'azure': {
      if (azure === null) return null
      const { createAzure } = await import('@ai-sdk/azure')
      return callerOf(createAzure({ ...azure, fetch }).embeddingModel(model))
    }
    case 'google': {
      if (google === null) return null
      const { createGoogle } = await import('@ai-sdk/google')
      return callerOf(createGoogle({ ...google, fetch }).embeddingModel(model), taskTypes)
    }
  }
}

interface Address {
  base_url: string
  api_key: string | null
}

function addressesOf({ providers }: EmbeddingSettings) {
  const { openai, google } = providers
  return {
    openai: openai ? { base_url: openai.base_url ?? provider_urls.openai, api_key: openai.api_key ?? null } : null,
    google: google ? { apiKey: google.api_key, baseURL: google.base_url ?? provider_urls.google } : null,
    azure: azureOptions(providers),
  }
}

/** The embedding server, or else what `openai` names instead of OpenAI. */
function compatibleOf(settings: EmbeddingSettings): Address | null {
  const { server, providers } = settings
  const { openai } = providers
  if (server) return server
  if (openai?.base_url === undefined || isOpenAi(settings)) return null
  return { base_url: openai.base_url, api_key: openai.api_key ?? null }
}

async function openAi({ base_url, api_key }: Address, fetch: Fetch) {
  const { createOpenAI } = await import('@ai-sdk/openai')
  // Without a key the library would look for one in the environment.
  return createOpenAI({
    apiKey: api_key ?? 'none',
    baseURL: base_url,
    fetch: api_key === null ? withoutKey(fetch) : fetch,
  })
}

function withoutKey(fetch: Fetch): Fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers)
    headers.delete('authorization')
    return fetch(input, { ...init, headers: Object.fromEntries(headers) })
  }
}

const taskTypes: Record<TextKind, SharedV4ProviderOptions> = {
  query: { google: { taskType: 'RETRIEVAL_QUERY' } },
  document: { google: { taskType: 'RETRIEVAL_DOCUMENT' } },
}

function callerOf(model: EmbeddingModelV4, options?: Record<TextKind, SharedV4ProviderOptions>): EmbeddingCaller {
  return async ({ texts, kind, dimension, signal }) => {
    // Azure's package reads the dimension among the options of OpenAI only.
    const asked = dimension === null ? {} : { dimensions: dimension }
    const answer = await model.doEmbed({
      ...{ values: texts, abortSignal: signal, ...asked },
      providerOptions: options?.[kind] ?? { openai: asked },
    })
    return { vectors: inOrder(answer), input_tokens: answer.usage?.tokens ?? null }
  }
}

/** Each vector of OpenAI's wire has the `index` of its text. The library leaves it aside, but some servers answer in any order. */
function inOrder({ embeddings, response }: EmbeddingModelV4Result): number[][] {
  const { data } = (response?.body ?? {}) as { data?: { index?: unknown }[] }
  if (!Array.isArray(data) || data.every(({ index }, at) => index === undefined || index === at)) return embeddings
  const ordered: number[][] = []
  for (const [at, { index }] of data.entries()) {
    const isPlace = typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < embeddings.length
    if (!isPlace || ordered[index] !== undefined) throw new Error('two vectors are of the same text')
    ordered[index] = embeddings[at]!
  }
  return ordered
}
