// Which of an organization's secrets are keys of model providers, and where such a key may be sent. Pure.
import type { Config } from '../../config/config.ts'
import type { ModelRef, ProviderSettings } from '../adapters/provider-settings.ts'

type Part = Pick<Config, 'provider_base_urls' | 'base_urls_for_organization_keys'>
type Provider = keyof ProviderSettings

/** Named like the server's own settings. */
const keyNames: Record<Provider, readonly string[]> = {
  openai: ['OPENAI_API_KEY'],
  anthropic: ['ANTHROPIC_API_KEY'],
  google: ['GOOGLE_GENERATIVE_AI_API_KEY'],
  azure: ['AZURE_API_KEY', 'AZURE_RESOURCE_NAME'],
}

const ownHosts: Record<Provider, RegExp> = {
  openai: /(^|\.)api\.openai\.com$/,
  anthropic: /(^|\.)api\.anthropic\.com$/,
  google: /^generativelanguage\.googleapis\.com$/,
  azure: /(^|\.)openai\.azure\.com$/,
}

/** The secrets that calls of these models could use; none for a provider whose base URL must not get an organization's key. */
export function listKeyNames(refs: readonly ModelRef[], config: Part): string[] {
  const names = refs.flatMap((ref) => {
    const provider = providerOf(ref, config)
    return provider && mayTakeKey(provider, config) ? keyNames[provider] : []
  })
  return [...new Set(names)]
}

function providerOf({ provider }: ModelRef, config: Part): Provider | null {
  // Exists by its base URL alone.
  if (provider === 'openai-compatible') return config.provider_base_urls.openai === undefined ? null : 'openai'
  return Object.hasOwn(keyNames, provider) ? (provider as Provider) : null
}

/**
 * A key is sent to the provider in its name. A base URL of the environment is the operator's choice: the organization does not
 * know that server, so its key is not sent there and does not bypass it either, unless the operator allows it.
 */
function mayTakeKey(provider: Provider, config: Part): boolean {
  const base_url = config.provider_base_urls[provider]
  if (base_url === undefined || config.base_urls_for_organization_keys.includes(provider)) return true
  const { protocol, hostname } = new URL(base_url)
  return protocol === 'https:' && ownHosts[provider].test(hostname)
}

/** The settings of the providers for which the organization has keys, each complete: never mixed with the server's own. */
export function chooseOwnSettings(config: Part, secrets: ReadonlyMap<string, string>): ProviderSettings {
  const own: ProviderSettings = {}
  for (const provider of ['openai', 'anthropic', 'google'] as const) {
    const api_key = secrets.get(keyNames[provider][0]!)
    const base_url = config.provider_base_urls[provider]
    if (api_key === undefined || !mayTakeKey(provider, config)) continue
    own[provider] = { api_key, ...(base_url === undefined ? {} : { base_url }) }
  }
  const api_key = secrets.get('AZURE_API_KEY')
  const resource_name = secrets.get('AZURE_RESOURCE_NAME') ?? ''
  // It becomes part of the host name.
  const isResource = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/.test(resource_name)
  if (api_key !== undefined && isResource && mayTakeKey('azure', config)) own.azure = { api_key, resource_name }
  return own
}
