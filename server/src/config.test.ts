import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig, settings } from './config.ts'

function faultsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

test('without any setting, every default is that of the reference', () => {
  const config = readConfig({})
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    database_url: undefined,
    log_level: 'info',
    warnings: [],
  })
  expect(config.default_model).toBe('demo/parley-demo')
  const limits = settings.filter(({ name }) => /LIMIT/.test(name)).map((setting) => Number(setting.default))
  expect(Object.values(config.limits).toSorted()).toEqual(limits.toSorted())
})

test('a blank setting is none', () => {
  expect(readConfig({ PORT: ' ', OPENAI_API_KEY: '' }).port).toBe(8080)
})

describe('the default model', () => {
  test.each<[Record<string, string>, string]>([
    [{ OPENAI_API_KEY: 'k' }, 'openai/'],
    [{ ANTHROPIC_API_KEY: 'k' }, 'anthropic/'],
    [{ GOOGLE_GENERATIVE_AI_API_KEY: 'k' }, 'google/'],
    [{ OPENAI_BASE_URL: 'http://localhost:11434/v1' }, 'demo/'],
    [{ OPENAI_BASE_URL: 'http://localhost:11434/v1', PARLEY_DEFAULT_MODEL: 'openai/llama3.2' }, 'openai/llama3.2'],
    [
      { OPENAI_BASE_URL: 'http://localhost:1/v1', PARLEY_DEFAULT_MODEL: 'openai-compatible/org/m' },
      'openai-compatible/org/m',
    ],
    [{ AZURE_API_KEY: 'k', AZURE_RESOURCE_NAME: 'r' }, 'demo/'],
  ])('%j: %s', (environment, expected) => {
    expect(readConfig(environment).default_model.startsWith(expected)).toBe(true)
  })
})

test.each<[string, Record<string, string>]>([
  ['PORT', { PORT: '65536' }],
  ['PORT', { PORT: '80.5' }],
  ['DATABASE_URL', { DATABASE_URL: 'localhost' }],
  ['OPENAI_BASE_URL', { OPENAI_BASE_URL: 'localhost:11434' }],
  ['PARLEY_BOOTSTRAP_KEY', { PARLEY_BOOTSTRAP_KEY: 'ak_short.secret' }],
  ['PARLEY_BOOTSTRAP_PAT', { PARLEY_BOOTSTRAP_PAT: 'ak_x.0123456789abcdef' }],
  ['PARLEY_SECRET_KEY', { PARLEY_SECRET_KEY: 'abc' }],
  ['PARLEY_DEFAULT_MODEL', { PARLEY_DEFAULT_MODEL: 'gpt' }],
  ['PARLEY_DEFAULT_MODEL', { PARLEY_DEFAULT_MODEL: '__proto__/x' }],
  ['AZURE_API_KEY', { AZURE_API_KEY: 'k' }],
  ['AZURE_API_KEY', { AZURE_API_KEY: 'k', AZURE_RESOURCE_NAME: 'r', AZURE_BASE_URL: 'https://a/b' }],
])('%s is refused: %j', (name, environment) => {
  expect(faultsOf(environment).join()).toContain(name)
})

test('faults come all at once', () => {
  expect(faultsOf({ PORT: 'x', PARLEY_LOG_LEVEL: 'x', DATABASE_URL: 'x' })).toHaveLength(3)
})

test('a setting that is none is a warning, so that a slip of the pen is seen', () => {
  expect(readConfig({ PARLEY_LOGLEVEL: 'debug' }).warnings).toEqual([
    'PARLEY_LOGLEVEL is not a setting and has no effect',
  ])
})

test('a socket address of the private PostgreSQL is an address too', () => {
  expect(faultsOf({ DATABASE_URL: 'postgresql://parley@/parley?host=%2Ftmp%2Fx' })).toEqual([])
})
