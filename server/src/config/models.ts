// The settings of the model providers.
import type { Reader, Setting, SettingsGroup } from './reader.ts'

export interface ModelConfig {
  default_model: string
  providers: {
    openai?: { api_key?: string; base_url?: string }
    anthropic?: { api_key: string; base_url?: string }
    google?: { api_key: string; base_url?: string }
    azure?: { api_key: string; resource_name?: string; base_url?: string; api_version?: string }
  }
  /** The base URLs from the environment, with or without a key. */
  provider_base_urls: Partial<Record<keyof ModelConfig['providers'], string>>
  /** Providers whose base URL can receive the keys of organizations. */
  base_urls_for_organization_keys: string[]
}

const settings: readonly Setting[] = [
  {
    name: 'PARLEY_DEFAULT_MODEL',
    default: 'the first provider with a key, otherwise `demo/parley-demo`',
    meaning: 'The `provider/model` of agents that configure none.',
  },
  { name: 'OPENAI_API_KEY', default: 'none', meaning: 'Key for `openai/…` models.', secret: true },
  {
    name: 'OPENAI_BASE_URL',
    default: "OpenAI's",
    meaning:
      'The address of an OpenAI-compatible server (Ollama, vLLM, LM Studio …). Parley then calls `chat/completions`, and a key is optional.',
  },
  { name: 'ANTHROPIC_API_KEY', default: 'none', meaning: 'Key for `anthropic/…` models.', secret: true },
  { name: 'ANTHROPIC_BASE_URL', default: "Anthropic's", meaning: 'Another address of the same API.' },
  { name: 'GOOGLE_GENERATIVE_AI_API_KEY', default: 'none', meaning: 'Key for `google/…` models.', secret: true },
  { name: 'GOOGLE_GENERATIVE_AI_BASE_URL', default: "Google's", meaning: 'Another address of the same API.' },
  {
    name: 'AZURE_API_KEY',
    default: 'none',
    meaning: 'Key for `azure/…` models (the model is the deployment).',
    secret: true,
  },
  { name: 'AZURE_RESOURCE_NAME', default: 'none', meaning: 'The Azure OpenAI resource; this or `AZURE_BASE_URL`.' },
  { name: 'AZURE_BASE_URL', default: 'none', meaning: 'The address to use instead of a resource name.' },
  { name: 'AZURE_API_VERSION', default: 'the newest known', meaning: 'API version of Azure OpenAI.' },
  {
    name: 'PARLEY_BASE_URLS_FOR_ORGANIZATION_KEYS',
    default: 'none',
    meaning:
      "Comma-separated providers (`openai`, `anthropic`, `google`) whose configured base URL also receives the keys that organizations store as secrets. Otherwise such a key is only sent to the provider's own address, and ignored if a base URL is configured.",
  },
]

export const modelSettings: SettingsGroup<ModelConfig> = {
  settings,
  read(read) {
    const base_urls_for_organization_keys = read.list('PARLEY_BASE_URLS_FOR_ORGANIZATION_KEYS')
    if (!base_urls_for_organization_keys.every((provider) => ['openai', 'anthropic', 'google'].includes(provider)))
      read.fault(
        'PARLEY_BASE_URLS_FOR_ORGANIZATION_KEYS must be a comma-separated list of openai, anthropic and google',
      )
    const found = readProviders(read)
    return { ...found, base_urls_for_organization_keys, default_model: readDefaultModel(read, found.providers) }
  },
}

function readProviders(read: Reader): Pick<ModelConfig, 'providers' | 'provider_base_urls'> {
  const web = (name: string) => read.url(name, /^https?:\/\/[^/]/, 'https://host/v1')
  const providers: ModelConfig['providers'] = {}
  const openai = { api_key: read.text('OPENAI_API_KEY'), base_url: web('OPENAI_BASE_URL') }
  if (openai.api_key ?? openai.base_url) providers.openai = withoutUndefined(openai)
  const anthropic = { api_key: read.text('ANTHROPIC_API_KEY'), base_url: web('ANTHROPIC_BASE_URL') }
  if (anthropic.api_key) providers.anthropic = withoutUndefined({ ...anthropic, api_key: anthropic.api_key })
  const google = { api_key: read.text('GOOGLE_GENERATIVE_AI_API_KEY'), base_url: web('GOOGLE_GENERATIVE_AI_BASE_URL') }
  if (google.api_key) providers.google = withoutUndefined({ ...google, api_key: google.api_key })
  const azure = {
    api_key: read.text('AZURE_API_KEY'),
    resource_name: read.text('AZURE_RESOURCE_NAME'),
    base_url: web('AZURE_BASE_URL'),
    api_version: read.text('AZURE_API_VERSION'),
  }
  if (azure.api_key) {
    if (!azure.resource_name === !azure.base_url)
      read.fault('AZURE_API_KEY requires exactly one of AZURE_RESOURCE_NAME and AZURE_BASE_URL')
    providers.azure = withoutUndefined({ ...azure, api_key: azure.api_key })
  } else if (azure.resource_name ?? azure.base_url ?? azure.api_version) {
    read.fault('AZURE_RESOURCE_NAME, AZURE_BASE_URL and AZURE_API_VERSION require AZURE_API_KEY')
  }
  const { base_url: azure_url } = azure
  const base_urls = {
    openai: openai.base_url,
    anthropic: anthropic.base_url,
    google: google.base_url,
    azure: azure_url,
  }
  return { providers, provider_base_urls: withoutUndefined(base_urls) }
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Defined<T>
}

/** The default model for each provider. */
const defaultModels: Record<keyof ModelConfig['providers'], string | undefined> = {
  openai: 'openai/gpt-5-mini',
  anthropic: 'anthropic/claude-sonnet-4-5',
  google: 'google/gemini-2.5-flash',
  azure: undefined,
}

function readDefaultModel(read: Reader, providers: ModelConfig['providers']): string {
  const value = read.text('PARLEY_DEFAULT_MODEL')
  if (value !== undefined) {
    if (!/^[a-z-]+\/\S+$/.test(value)) read.fault('PARLEY_DEFAULT_MODEL must look like provider/model')
    const provider = value.slice(0, value.indexOf('/'))
    const key = provider === 'openai-compatible' ? 'openai' : provider
    if (key !== 'demo' && !Object.hasOwn(providers, key))
      read.fault(`PARLEY_DEFAULT_MODEL names ${provider}, which is unknown or has no key`)
    return value
  }
  for (const [provider, model] of Object.entries(defaultModels)) {
    if (model && providers[provider as keyof typeof providers]?.api_key) return model
  }
  return 'demo/parley-demo'
}
