import { describe, expect, test } from 'vitest'
import { chooseOwnSettings, listKeyNames } from './own-keys.ts'

const plain = { provider_base_urls: {}, base_urls_for_organization_keys: [] }
const elsewhere = {
  ...plain,
  provider_base_urls: { openai: 'http://gateway.internal/v1', google: 'https://proxy.test/' },
}
const trusted = { ...elsewhere, base_urls_for_organization_keys: ['openai'] }
const gpt = { provider: 'openai', model: 'gpt-5-mini' }
const compatible = { provider: 'openai-compatible', model: 'llama' }
const keys = new Map([
  ['OPENAI_API_KEY', 'own-openai'],
  ['GOOGLE_GENERATIVE_AI_API_KEY', 'own-google'],
])

describe('an organization’s key', () => {
  test('is read only if a call could use it', () => {
    expect(listKeyNames([gpt], plain)).toEqual(['OPENAI_API_KEY'])
    expect(listKeyNames([gpt, { provider: 'google', model: 'g' }, gpt], plain)).toEqual([
      'OPENAI_API_KEY',
      'GOOGLE_GENERATIVE_AI_API_KEY',
    ])
    for (const provider of ['demo', 'nonsense', '__proto__', 'constructor']) {
      expect(listKeyNames([{ provider, model: 'm' }], plain)).toEqual([])
    }
    expect(listKeyNames([compatible], plain)).toEqual([])
    expect(listKeyNames([gpt, compatible], elsewhere)).toEqual([])
    expect(listKeyNames([compatible], trusted)).toEqual(['OPENAI_API_KEY'])
  })

  test('is sent to the provider', () => {
    expect(chooseOwnSettings(plain, keys)).toEqual({
      openai: { api_key: 'own-openai' },
      google: { api_key: 'own-google' },
    })
    const eu = { ...plain, provider_base_urls: { openai: 'https://eu.api.openai.com/v1' } }
    expect(chooseOwnSettings(eu, keys).openai).toEqual({
      api_key: 'own-openai',
      base_url: 'https://eu.api.openai.com/v1',
    })
  })

  test('is never sent to a base URL of the environment unless the operator allows it', () => {
    expect(chooseOwnSettings(elsewhere, keys)).toEqual({})
    expect(chooseOwnSettings(trusted, keys)).toEqual({
      openai: { api_key: 'own-openai', base_url: 'http://gateway.internal/v1' },
    })
    for (const openai of [
      'http://api.openai.com/v1',
      'https://api.openai.com.evil.test/',
      'https://evilapi.openai.com/',
    ]) {
      expect(chooseOwnSettings({ ...plain, provider_base_urls: { openai } }, keys).openai).toBeUndefined()
    }
  })

  test('for Azure needs a resource name of the organization', () => {
    const azure = (resource?: string) =>
      chooseOwnSettings(
        plain,
        new Map([['AZURE_API_KEY', 'k'], ...(resource ? [['AZURE_RESOURCE_NAME', resource] as const] : [])]),
      ).azure
    expect(azure()).toBeUndefined()
    expect(azure('ours')).toEqual({ api_key: 'k', resource_name: 'ours' })
    for (const resource of ['evil.test/', 'evil.test#', '-a', 'a:b', 'a@b']) expect(azure(resource)).toBeUndefined()
  })
})
