// The settings of the model providers, and what can be told from them without the providers' packages.

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
export type Provider = (typeof PROVIDERS)[number]

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

export function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== ''
}

export function isOpenAiHost(base_url: string): boolean {
  return /(^|\.)api\.openai\.com$/.test(new URL(base_url).hostname)
}
