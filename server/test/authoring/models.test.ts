// listModels: what is configured, the default first, and never a key or an address.
import { expect, test } from 'vitest'
import { makeOrganization } from '../support/actors.ts'
import { startTestServer } from '../support/server.ts'

const environment = (provider: string, model: string | null = null, is_default = false) => ({
  ...{ provider, model, is_default },
  source: 'environment',
})
const demo = (is_default = false) => ({ provider: 'demo', model: 'parley-demo', is_default, source: 'built_in' })

test('the default comes first, then each provider that is configured', async () => {
  await using server = await startTestServer({ ANTHROPIC_API_KEY: 'sk-ant-very-secret' })
  expect(await server.client.listModels()).toEqual({
    data: [
      environment('openai', 'scripted', true),
      demo(),
      environment('openai'),
      environment('anthropic'),
      environment('openai-compatible'),
    ],
  })
})

test('without any key the demo model is the default', async () => {
  await using server = await startTestServer({ PARLEY_DEFAULT_MODEL: '', OPENAI_BASE_URL: '' })
  expect(await server.client.listModels()).toEqual({ data: [demo(true)] })
})

test('no key, resource or address is revealed', async () => {
  await using server = await startTestServer({
    OPENAI_API_KEY: 'sk-very-secret',
    OPENAI_BASE_URL: 'http://name:password-secret@127.0.0.1:9/secret-path',
    ANTHROPIC_API_KEY: 'sk-ant-very-secret',
    GOOGLE_GENERATIVE_AI_API_KEY: 'google-secret',
    AZURE_API_KEY: 'azure-secret',
    AZURE_RESOURCE_NAME: 'secret-resource',
    PARLEY_DEFAULT_MODEL: 'azure/deployment/with/slashes',
  })
  const { data } = await server.client.listModels()
  expect(data[0]).toEqual(environment('azure', 'deployment/with/slashes', true))
  expect(data.map(({ provider }) => provider)).toEqual([
    ...['azure', 'demo', 'openai', 'anthropic', 'google', 'azure', 'openai-compatible'],
  ])
  expect(JSON.stringify(data)).not.toMatch(/secret|127\.0|password/)
})

test('a key among the secrets of an organization makes its provider available to that organization only', async () => {
  await using server = await startTestServer({ GOOGLE_GENERATIVE_AI_API_KEY: 'google-secret' })
  const other = await makeOrganization(server)
  const before = await other.client.listModels()
  await server.client.setSecret({ name: 'ANTHROPIC_API_KEY', value: 'sk-ant-very-secret' })
  await server.client.setSecret({ name: 'GOOGLE_GENERATIVE_AI_API_KEY', value: 'own-google-secret' })
  const { data } = await server.client.listModels()
  expect(data.map(({ provider, source }) => `${provider} ${source}`)).toEqual([
    'openai environment',
    'demo built_in',
    'openai environment',
    'anthropic organization',
    'google organization',
    'openai-compatible environment',
  ])
  expect(JSON.stringify(data)).not.toContain('secret')
  expect(await other.client.listModels()).toEqual(before)
})
