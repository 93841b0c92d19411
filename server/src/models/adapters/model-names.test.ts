// The part of a model's name that reaches a provider's URL: an agent's author chooses it, and the key may be the operator's.
import { AgentConfig } from '@parley/contract'
import { Ajv } from 'ajv'
import { beforeAll, expect, test } from 'vitest'
import { collectParts } from '../../../test/support/model-contract.ts'
import { TEST_KEY } from '../../../test/support/model-fixtures.ts'
import { validateAgentConfig } from '../../agents/rules/config.ts'
import { createModelCatalog } from '../catalog.ts'
import { ModelError } from '../port.ts'
import type { ProviderSettings } from './provider-settings.ts'
import { createVirtualTime } from '../../../test/support/virtual-time.ts'
import { loadProviders } from '../../../test/support/load-providers.ts'

beforeAll(loadProviders)

const settings: ProviderSettings = {
  openai: { api_key: TEST_KEY, base_url: 'http://llm.test/v1' },
  anthropic: { api_key: TEST_KEY },
  google: { api_key: TEST_KEY },
  azure: { api_key: TEST_KEY, resource_name: 'tea', api_version: '2024-10-21' },
}

/** Where a call to the model goes after a URL parser has processed it. */
async function urlsFor(provider: string, model: string, fallbacks: { provider: string; model: string }[] = []) {
  const urls: string[] = []
  const refuse = (url: unknown) => {
    urls.push(new URL(String(url)).href)
    return Promise.reject(new Error('connection refused'))
  }
  const time = createVirtualTime()
  const client = { fetch: refuse, post: refuse } as unknown as Parameters<typeof createModelCatalog>[1]['client'] &
    object
  const catalog = createModelCatalog(settings, { clock: time, random: () => 0, retries: 0, client })
  let error: unknown
  try {
    await time.run(collectParts(catalog.resolve({ provider, model }, { fallbacks })))
  } catch (thrown) {
    error = thrown
  }
  return { urls, error: error as ModelError }
}

const verdictOf = (model: string, provider = 'google') =>
  validateAgentConfig({ llm: { provider, model } }, { agent_config_bytes: 524_288 }).faults

test.each([
  ['google', 'gemini-2.5-flash', 'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:stream'],
  ['google', 'tunedModels/mine-1', 'https://generativelanguage.googleapis.com/v1beta/tunedModels/mine-1:stream'],
  ['google', 'models/gemini-2.5-pro', 'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:stream'],
  ['azure', 'my-deployment_1', 'https://tea.openai.azure.com/openai/deployments/my-deployment_1/chat/completions?api'],
  ['anthropic', 'claude-sonnet-4-5', 'https://api.anthropic.com/v1/messages'],
  ['openai', 'gpt-5-mini', 'http://llm.test/v1/chat/completions'],
  ['openai-compatible', 'openai/gpt-5-mini', 'http://llm.test/v1/chat/completions'],
  ['openai-compatible', 'meta-llama/Llama-3.1-8B:free', 'http://llm.test/v1/chat/completions'],
  ['openai-compatible', '@cf/meta/llama-3.1-8b-instruct', 'http://llm.test/v1/chat/completions'],
  ['openai-compatible', '/data/.cache/models/llama-3.2+vision', 'http://llm.test/v1/chat/completions'],
  ['openai', 'ft:gpt-4o-mini-2024-07-18:acme::AbC123', 'http://llm.test/v1/chat/completions'],
])('%s/%s is called at its provider', async (provider, model, url) => {
  expect(verdictOf(model, provider)).toEqual([])
  const { urls } = await urlsFor(provider, model)
  expect(urls).toHaveLength(1)
  expect(urls[0]).toContain(url)
})

const hostile = [
  ...['../../x?y', 'x/../../y', '..', '.', 'a/.', './a', 'a/..', '/..', 'x?y', 'x#y', 'x%2f..%2fy', '%2e%2e/x', 'a b'],
  ...[
    'a\\b',
    '..\\x',
    'a;b',
    'a&b',
    'a//b',
    '//h/x',
    'a/',
    '/',
    '\ta',
    'a\n',
    'ä',
    'a\u2024\u2024',
    'http://h/x',
    '{a}',
    '[::1]',
  ],
]

test.each(hostile)('%j is refused and sent nowhere', async (model) => {
  expect(verdictOf(model)).toMatchObject([{ path: 'config.llm.model' }])
  const fallbacks = [{ provider: 'google', model }]
  const fault = validateAgentConfig(
    { llm: { provider: 'google', model: 'gemini-2.5-flash', fallbacks } },
    { agent_config_bytes: 524_288 },
  ).faults
  expect(fault).toMatchObject([{ path: 'config.llm.fallbacks.0.model' }])

  // The same for versions that were published earlier.
  for (const provider of ['google', 'azure', 'openai', 'openai-compatible', 'anthropic']) {
    const { urls, error } = await urlsFor(provider, model)
    expect(urls).toEqual([])
    expect(error).toBeInstanceOf(ModelError)
    expect(error.message).toContain('the model’s name contains characters that cannot be sent')
  }
  expect((await urlsFor('anthropic', 'claude-sonnet-4-5', fallbacks)).urls).toHaveLength(1)
})

test('an Azure deployment is one segment of the path', async () => {
  const { urls, error } = await urlsFor('azure', 'mine/extensions')
  expect(urls).toEqual([])
  expect(error.message).toContain('the model’s name contains characters that cannot be sent')
})

test('checking a name takes time linear in its length', () => {
  const validate = new Ajv({ allowUnionTypes: true, strict: false }).compile(AgentConfig)
  const before = process.cpuUsage()
  for (const name of ['a'.repeat(200), 'a/'.repeat(100), '.'.repeat(200), './'.repeat(100), '../'.repeat(66)]) {
    for (let time = 0; time < 1000; time += 1) validate({ llm: { provider: 'google', model: `${name}?` } })
  }
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000)
})
