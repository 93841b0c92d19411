// The catalog: which models exist, and that each has its timeout, retries and fallbacks.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { GREETING, collectParts, describeModelContract, joinText } from '../../test/support/model-contract.ts'
import { TEST_KEY, loadBody, reachNobody, streamChunks } from '../../test/support/model-fixtures.ts'
import { createVirtualTime } from '../../test/support/virtual-time.ts'
import { createModelCatalog, parseModelId, type ModelCatalog } from './catalog.ts'
import { DEMO_LABEL } from './demo.ts'
import type { ProviderClient } from './adapters/provider-client.ts'
import type { ProviderSettings } from './adapters/provider-settings.ts'
import { loadProviders } from '../../test/support/load-providers.ts'

beforeAll(loadProviders)

const DEMO = { provider: 'demo', model: 'parley-demo' }
const CLAUDE = { provider: 'anthropic', model: 'claude-sonnet-4-5' }
const SETTINGS = { anthropic: { api_key: TEST_KEY } }

function openCatalog(settings: ProviderSettings, client: ProviderClient = reachNobody()) {
  const time = createVirtualTime()
  const catalog = createModelCatalog(settings, { clock: time, random: () => 0, client })
  return { time, catalog }
}

function listConfigured(catalog: ModelCatalog): string[] {
  return catalog.list().flatMap(({ id, configured }) => (configured ? [id] : []))
}

describe('the list', () => {
  test('lists every provider, and only the demo model if none is configured', () => {
    const { catalog } = openCatalog({})
    expect(catalog.list()).toEqual([
      { id: 'demo/parley-demo', provider: 'demo', model: 'parley-demo', configured: true, source: 'built_in' },
      { id: 'openai', provider: 'openai', model: null, configured: false, source: 'environment' },
      { id: 'anthropic', provider: 'anthropic', model: null, configured: false, source: 'environment' },
      { id: 'google', provider: 'google', model: null, configured: false, source: 'environment' },
      { id: 'azure', provider: 'azure', model: null, configured: false, source: 'environment' },
      { id: 'openai-compatible', provider: 'openai-compatible', model: null, configured: false, source: 'environment' },
    ])
  })

  test('lists what is configured, and never a key', () => {
    const { catalog } = openCatalog({
      openai: { api_key: TEST_KEY },
      google: { api_key: TEST_KEY },
      azure: { api_key: TEST_KEY, resource_name: 'tea' },
    })
    expect(listConfigured(catalog)).toEqual(['demo/parley-demo', 'openai', 'google', 'azure'])
    expect(JSON.stringify(catalog.list())).not.toContain(TEST_KEY)
    expect(listConfigured(openCatalog({ openai: { base_url: 'http://127.0.0.1:11434/v1' } }).catalog)).toEqual([
      'demo/parley-demo',
      'openai',
      'openai-compatible',
    ])
  })
})

describe('resolving', () => {
  test('the demo model answers', async () => {
    const { catalog, time } = openCatalog({})
    const model = catalog.resolve(DEMO)
    expect(model.id).toBe('demo/parley-demo')
    expect(joinText(await time.run(collectParts(model)))).toContain(DEMO_LABEL)
  })

  test.for([
    CLAUDE,
    { provider: 'mistral', model: 'm' },
    { provider: '__proto__', model: 'm' },
    { ...DEMO, model: 'x' },
  ])('$provider/$model is not configured', (ref) => {
    const { catalog } = openCatalog({})
    const kind = 'not_configured'
    expect(() => catalog.resolve(ref)).toThrow(expect.objectContaining({ kind, model: `${ref.provider}/${ref.model}` }))
  })

  test('a model without a name is not configured', () => {
    const { catalog } = openCatalog(SETTINGS)
    expect(() => catalog.resolve({ ...CLAUDE, model: '' })).toThrow(expect.objectContaining({ kind: 'not_configured' }))
  })

  test('an unavailable provider is called three times, then the fallback', async () => {
    let calls = 0
    const { catalog, time } = openCatalog(
      SETTINGS,
      reachNobody(() => void (calls += 1)),
    )
    const model = catalog.resolve(CLAUDE, { fallbacks: [{ provider: 'google', model: 'not-configured' }, DEMO] })
    expect(model.id).toBe('anthropic/claude-sonnet-4-5')
    expect(joinText(await time.run(collectParts(model)))).toContain(DEMO_LABEL)
    expect(calls).toBe(3)
  })

  test.for([
    [undefined, 60_000],
    [1500, 1500],
  ] as const)('with a timeout of %s a provider that hangs is left after %i ms', async ([timeout_ms, expected]) => {
    const hang = () => new Promise<never>(() => undefined)
    const { catalog, time } = openCatalog(SETTINGS, { fetch: hang, post: hang })
    const call = time.run(collectParts(catalog.resolve(CLAUDE, { timeout_ms })))
    await expect(call).rejects.toMatchObject({ kind: 'timeout' })
    expect(time.now()).toBe(3 * expected + 125 + 250)
  })
})

describe('names of models', () => {
  test.for([
    ['openai/gpt-4.1', { provider: 'openai', model: 'gpt-4.1' }],
    ['openai-compatible/qwen/qwen3:8b', { provider: 'openai-compatible', model: 'qwen/qwen3:8b' }],
    ['demo/parley-demo', DEMO],
    ['openai', null],
    ['openai/', null],
    ['/gpt', null],
    ['/', null],
    ['', null],
  ] as const)('%s', ([id, ref]) => {
    expect(parseModelId(id)).toEqual(ref)
    expect(openCatalog({}).catalog.parse(id)).toEqual(ref)
  })

  test('are split at the first slash', () => {
    const provider = fc.string({ minLength: 1 }).filter((text) => !text.includes('/'))
    fc.assert(
      fc.property(provider, fc.string({ minLength: 1 }), (provider, model) => {
        expect(parseModelId(`${provider}/${model}`)).toEqual({ provider, model })
      }),
    )
  })
})

describeModelContract('a model of the catalog', () => {
  const client = streamChunks(() => [loadBody('anthropic', 'text.txt')])
  return openCatalog(SETTINGS, client).catalog.resolve(CLAUDE)
})

test('a catalog closes its HTTP client, and can be closed twice', async () => {
  const time = createVirtualTime()
  const catalog = createModelCatalog(SETTINGS, { clock: time, random: () => 0, retries: 0 })
  await catalog[Symbol.asyncDispose]()
  await catalog[Symbol.asyncDispose]()
  const call = time.run(collectParts(catalog.resolve(CLAUDE), GREETING))
  await expect(call).rejects.toMatchObject({ kind: 'connection' })
})
