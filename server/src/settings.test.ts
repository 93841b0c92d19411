import { describe, expect, test } from 'vitest'
import { ConfigError } from './config/config.ts'
import { limitSettings } from './config/limits.ts'
import { secretSettings } from './secrets/settings.ts'
import { readConfig } from './settings.ts'

function faultsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

test('without settings, every default is that of the reference', () => {
  const config = readConfig({})
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    database_url: undefined,
    log_level: 'info',
    warnings: [],
  })
  expect(config.default_model).toBe('demo/parley-demo')
  const limits = [...limitSettings.settings, ...secretSettings.settings].map((setting) => Number(setting.default))
  const own = config.of(secretSettings)
  expect([...Object.values(config.limits), own.secret_bytes].toSorted()).toEqual(limits.toSorted())
})

test('a blank setting counts as absent', () => {
  expect(readConfig({ PORT: ' ', OPENAI_API_KEY: '' }).port).toBe(8080)
})

test('name servers are addresses, with a port if it is not the default', () => {
  expect(readConfig({}).name_servers).toEqual([])
  const given = '1.1.1.1, 127.0.0.11:5353,[2606:4700::1111]:53,::1'
  expect(readConfig({ PARLEY_NAME_SERVERS: given }).name_servers).toEqual(given.split(',').map((one) => one.trim()))
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
  ['PARLEY_NAME_SERVERS', { PARLEY_NAME_SERVERS: '1.1.1.1, dns.example' }],
  ['PARLEY_NAME_SERVERS', { PARLEY_NAME_SERVERS: '1.1.1.1:99999' }],
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

test('all faults are reported at once', () => {
  expect(faultsOf({ PORT: 'x', PARLEY_LOG_LEVEL: 'x', DATABASE_URL: 'x' })).toHaveLength(3)
})

test('an unknown setting is a warning, so that typing errors are noticed', () => {
  expect(readConfig({ PARLEY_LOGLEVEL: 'debug' }).warnings).toEqual([
    'PARLEY_LOGLEVEL is not a setting and has no effect',
  ])
})

test('a socket address of the private PostgreSQL is an address too', () => {
  expect(faultsOf({ DATABASE_URL: 'postgresql://parley@/parley?host=%2Ftmp%2Fx' })).toEqual([])
})

describe('signing in', () => {
  const openid = {
    PARLEY_OIDC_ISSUER: 'https://login.example.com',
    PARLEY_OIDC_CLIENT_ID: 'parley',
    PARLEY_OIDC_CLIENT_SECRET: 's',
    PARLEY_PUBLIC_URL: 'https://parley.example.com/',
  }

  test('by default is by password and key, for eight hours and a week', () => {
    expect(readConfig({}).sign_in).toEqual({
      public_url: undefined,
      trusted_proxies: [],
      idle_minutes: 480,
      session_hours: 168,
      openid: undefined,
    })
  })

  test('with an identity provider needs all of its settings', () => {
    expect(readConfig(openid).sign_in).toMatchObject({
      public_url: 'https://parley.example.com',
      openid: { issuer: 'https://login.example.com', client_id: 'parley', client_secret: 's', name: 'Single sign-on' },
    })
    for (const name of [
      'PARLEY_OIDC_CLIENT_ID',
      'PARLEY_OIDC_CLIENT_SECRET',
      'PARLEY_PUBLIC_URL',
      'PARLEY_OIDC_ISSUER',
    ])
      expect(faultsOf({ ...openid, [name]: '' }), name).toHaveLength(1)
  })

  test('a secret is sent in plain text only on this machine', () => {
    expect(faultsOf({ ...openid, PARLEY_OIDC_ISSUER: 'http://login.example.com' })).toHaveLength(1)
    for (const host of ['localhost', '127.0.0.1:9000', '[::1]:9000'])
      expect(faultsOf({ ...openid, PARLEY_OIDC_ISSUER: `http://${host}` })).toEqual([])
  })

  test.each(['parley.example.com', 'https://parley.example.com/console', 'https://a@b', 'ftp://a', 'https://a?b'])(
    '%s is not a public address',
    (address) => expect(faultsOf({ PARLEY_PUBLIC_URL: address })).toHaveLength(1),
  )

  test('trusts proxies that are addresses or networks', () => {
    const list = '10.0.0.0/8, ::1,fd00::/8, loopback'
    expect(readConfig({ PARLEY_TRUSTED_PROXIES: list }).sign_in.trusted_proxies).toEqual([
      ...['10.0.0.0/8', '::1', 'fd00::/8', 'loopback'],
    ])
    for (const entry of ['true', '*', '10.0.0.0/33', 'proxy.example.com', '10.0.0.0/'])
      expect(faultsOf({ PARLEY_TRUSTED_PROXIES: entry })).toHaveLength(1)
  })
})
