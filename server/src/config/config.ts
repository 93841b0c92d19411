// Settings: environment → checked configuration. The only reader of the environment; every fault is listed at once.
import { Resolver } from 'node:dns'
import { join, resolve } from 'node:path'
import { type Limits, limitSettings, readLimits } from './limits.ts'
import { readSignIn, type SignInConfig, signInSettings } from './sign-in.ts'

export interface Config {
  host: string
  port: number
  /** Absent: the server runs its own PostgreSQL in `data_dir`. */
  database_url: string | undefined
  database_connections: number
  data_dir: string
  bootstrap_key: string | undefined
  bootstrap_pat: string | undefined
  /** 32 bytes; absent: kept in a file of the data folder that is made at first start. */
  secret_key: Buffer | undefined
  /** The key after a rotation: taken as soon as the database knows it. */
  secret_key_next: Buffer | undefined
  default_model: string
  providers: {
    openai?: { api_key?: string; base_url?: string }
    anthropic?: { api_key: string; base_url?: string }
    google?: { api_key: string; base_url?: string }
    azure?: { api_key: string; resource_name?: string; base_url?: string; api_version?: string }
  }
  /** Where the environment leads a provider's calls, with or without a key. */
  provider_base_urls: Partial<Record<keyof Config['providers'], string>>
  /** Providers whose base URL the keys of organizations may be sent to. */
  base_urls_for_organization_keys: string[]
  allowed_private_hosts: string[]
  /** Empty: those of the operating system. */
  name_servers: string[]
  drain_seconds: number
  log_level: LogLevel
  limits: Limits
  sign_in: SignInConfig
  /** Odd but harmless: said in the log at start. */
  warnings: string[]
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** One setting of the reference page. */
export interface Setting {
  name: string
  default: string
  meaning: string
  secret?: boolean
}

/** Every setting, in the order of the reference page (docs/settings.md is written from this list). */
export const settings: readonly Setting[] = [
  { name: 'PORT', default: '8080', meaning: 'TCP port, 0 to 65535; 0 takes a free one.' },
  { name: 'HOST', default: '127.0.0.1', meaning: 'Address to listen on; `0.0.0.0` for every interface.' },
  {
    name: 'DATABASE_URL',
    default: 'none',
    meaning:
      'A PostgreSQL (15 to 18) of your own, as `postgresql://…`. Without it the server runs a private one in its data folder.',
    secret: true,
  },
  {
    name: 'PARLEY_DATABASE_CONNECTIONS',
    default: '20',
    meaning: 'Size of the connection pool, 2 to 1000; one organization uses at most a share of it.',
  },
  {
    name: 'PARLEY_DATA_DIR',
    default: '`data` beside package.json',
    meaning: 'Folder of the private PostgreSQL, the secret key and the first admin key.',
  },
  {
    name: 'PARLEY_BOOTSTRAP_KEY',
    default: 'none',
    meaning: 'A full `ak_<id>.<secret>`: installed in the first organization, if absent.',
    secret: true,
  },
  {
    name: 'PARLEY_BOOTSTRAP_PAT',
    default: 'none',
    meaning: 'A full `pat_<id>.<secret>`: installed for the first admin user of the first organization, if absent.',
    secret: true,
  },
  {
    name: 'PARLEY_SECRET_KEY',
    default: 'a file in the data folder',
    meaning:
      '32 bytes as 64 hexadecimal digits or Base64. Signs conversation tokens and encrypts secrets. Every node of one database needs the same.',
    secret: true,
  },
  {
    name: 'PARLEY_SECRET_KEY_NEXT',
    default: 'none',
    meaning: 'The key that `parley secret-key rotate` changes to. A start takes whichever of both the database knows.',
    secret: true,
  },
  {
    name: 'PARLEY_DEFAULT_MODEL',
    default: 'the first provider with a key, else `demo/parley-demo`',
    meaning: '`provider/model` for agents that name none.',
  },
  { name: 'OPENAI_API_KEY', default: 'none', meaning: 'Key for `openai/…` models.', secret: true },
  {
    name: 'OPENAI_BASE_URL',
    default: "OpenAI's",
    meaning:
      'Any OpenAI-compatible server (Ollama, vLLM, LM Studio …); then `chat/completions` is used and a key is optional.',
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
  { name: 'AZURE_BASE_URL', default: 'none', meaning: 'In place of the resource name.' },
  { name: 'AZURE_API_VERSION', default: 'the newest known', meaning: 'API version of Azure OpenAI.' },
  {
    name: 'PARLEY_BASE_URLS_FOR_ORGANIZATION_KEYS',
    default: 'none',
    meaning:
      "Providers, with commas (`openai`, `anthropic`, `google`), whose base URL is also sent the keys that organizations keep as secrets. Else such a key goes to the provider's own address only, and does not count where a base URL leads elsewhere.",
  },
  {
    name: 'PARLEY_ALLOW_PRIVATE_HOSTS',
    default: 'none',
    meaning:
      'Host names, with commas, that tool calls and webhooks may reach although they are private; with `:port`, only that port.',
  },
  {
    name: 'PARLEY_NAME_SERVERS',
    default: 'those of the operating system',
    meaning:
      'IP addresses, with commas and with `:port` where it is not 53 (`1.1.1.1,[2606:4700::1111]:5353`), of the DNS servers that are asked for the hosts of tool calls, MCP servers and webhooks. Hosts of `PARLEY_ALLOW_PRIVATE_HOSTS` are looked up by the operating system.',
  },
  {
    name: 'PARLEY_DRAIN_SECONDS',
    default: '10',
    meaning:
      'How long running turns may go on once the server is told to stop, 0 to 3600; what is left is given to the next.',
  },
  ...signInSettings,
  { name: 'PARLEY_LOG_LEVEL', default: '`info`', meaning: logLevels.join(', ') + '.' },
  ...limitSettings,
]

/** Everything that is wrong with the settings, for a person to read at once. */
export class ConfigError extends Error {
  readonly faults: string[]
  constructor(faults: string[]) {
    super(`These settings cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

type Environment = Record<string, string | undefined>

export function readConfig(environment: Environment = process.env): Config {
  const faults: string[] = []
  const warnings: string[] = []
  const read = createReader(environment, faults, warnings)
  const config: Config = {
    host: read.text('HOST') ?? '127.0.0.1',
    port: read.integer('PORT', 0, 65_535),
    database_url: read.url('DATABASE_URL', /^postgres(ql)?:\/\/./, 'postgresql://user@host/database'),
    database_connections: read.integer('PARLEY_DATABASE_CONNECTIONS', 2, 1000),
    data_dir: resolve(read.text('PARLEY_DATA_DIR') ?? join(import.meta.dirname, '..', '..', '..', 'data')),
    bootstrap_key: read.matching(
      'PARLEY_BOOTSTRAP_KEY',
      /^ak_[A-Za-z0-9_-]{1,64}\.[\x21-\x7e]{16,256}$/,
      'ak_<id>.<secret>, the secret of at least 16 characters',
    ),
    bootstrap_pat: read.matching(
      'PARLEY_BOOTSTRAP_PAT',
      /^pat_[A-Za-z0-9_-]{1,64}\.[\x21-\x7e]{16,256}$/,
      'pat_<id>.<secret>, the secret of at least 16 characters',
    ),
    secret_key: parseSecretKey('PARLEY_SECRET_KEY', read.text('PARLEY_SECRET_KEY'), faults),
    secret_key_next: parseSecretKey('PARLEY_SECRET_KEY_NEXT', read.text('PARLEY_SECRET_KEY_NEXT'), faults),
    default_model: '',
    ...readProviders(read, faults),
    base_urls_for_organization_keys: splitList(read.text('PARLEY_BASE_URLS_FOR_ORGANIZATION_KEYS')),
    allowed_private_hosts: splitList(read.text('PARLEY_ALLOW_PRIVATE_HOSTS')),
    name_servers: readNameServers(read.text('PARLEY_NAME_SERVERS'), faults),
    drain_seconds: read.integer('PARLEY_DRAIN_SECONDS', 0, 3600),
    log_level: readLogLevel(read.text('PARLEY_LOG_LEVEL'), faults),
    sign_in: readSignIn(read, faults),
    warnings,
    limits: readLimits(read),
  }
  if (!config.base_urls_for_organization_keys.every((provider) => ['openai', 'anthropic', 'google'].includes(provider)))
    faults.push('PARLEY_BASE_URLS_FOR_ORGANIZATION_KEYS must be a list of openai, anthropic and google')
  config.default_model = readDefaultModel(read.text('PARLEY_DEFAULT_MODEL'), config.providers, faults)
  if (faults.length > 0) throw new ConfigError(faults)
  return config
}

export type Reader = ReturnType<typeof createReader>

function createReader(environment: Environment, faults: string[], warnings: string[]) {
  const known = new Set(settings.map((setting) => setting.name))
  for (const name of Object.keys(environment)) {
    if (name.startsWith('PARLEY_') && !known.has(name)) warnings.push(`${name} is not a setting and has no effect`)
  }
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined
  return {
    text,
    integer(name: string, least: number, most: number): number {
      const value = text(name) ?? settings.find((setting) => setting.name === name)!.default
      if (/^\d{1,12}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value)
      faults.push(`${name} must be a whole number from ${least} to ${most}, not "${value}"`)
      return least
    },
    matching(name: string, pattern: RegExp, form: string): string | undefined {
      const value = text(name)
      if (value !== undefined && !pattern.test(value)) faults.push(`${name} must look like ${form}`)
      return value
    },
    url(name: string, protocol: RegExp, example: string): string | undefined {
      const value = text(name)
      if (value === undefined || protocol.test(value)) return value
      faults.push(`${name} must be an address such as ${example}`)
      return undefined
    },
  }
}

function splitList(text = ''): string[] {
  return text
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter(Boolean)
}

function readNameServers(text: string | undefined, faults: string[]): string[] {
  const servers = splitList(text)
  try {
    if (servers.length > 0) new Resolver().setServers(servers)
  } catch {
    faults.push('PARLEY_NAME_SERVERS must be a list of IP addresses such as 1.1.1.1 or [2606:4700::1111]:53')
  }
  return servers
}

function readProviders(read: Reader, faults: string[]): Pick<Config, 'providers' | 'provider_base_urls'> {
  const web = (name: string) => read.url(name, /^https?:\/\/[^/]/, 'https://host/v1')
  const providers: Config['providers'] = {}
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
      faults.push('AZURE_API_KEY needs exactly one of AZURE_RESOURCE_NAME and AZURE_BASE_URL')
    providers.azure = withoutUndefined({ ...azure, api_key: azure.api_key })
  } else if (azure.resource_name ?? azure.base_url ?? azure.api_version) {
    faults.push('AZURE_RESOURCE_NAME, AZURE_BASE_URL and AZURE_API_VERSION need AZURE_API_KEY')
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

/** What a new agent is answered by, for each provider, when nothing else is said. */
const defaultModels: Record<keyof Config['providers'], string | undefined> = {
  openai: 'openai/gpt-5-mini',
  anthropic: 'anthropic/claude-sonnet-4-5',
  google: 'google/gemini-2.5-flash',
  azure: undefined,
}

function readDefaultModel(value: string | undefined, providers: Config['providers'], faults: string[]): string {
  if (value !== undefined) {
    if (!/^[a-z-]+\/\S+$/.test(value)) faults.push('PARLEY_DEFAULT_MODEL must look like provider/model')
    const provider = value.slice(0, value.indexOf('/'))
    const key = provider === 'openai-compatible' ? 'openai' : provider
    if (key !== 'demo' && !Object.hasOwn(providers, key))
      faults.push(`PARLEY_DEFAULT_MODEL names ${provider}, which has no key (or is unknown)`)
    return value
  }
  for (const [provider, model] of Object.entries(defaultModels)) {
    if (model && providers[provider as keyof typeof providers]?.api_key) return model
  }
  return 'demo/parley-demo'
}

function readLogLevel(value: string | undefined, faults: string[]): LogLevel {
  const level = logLevels.find((known) => known === (value ?? 'info'))
  if (!level) faults.push(`PARLEY_LOG_LEVEL must be one of ${logLevels.join(', ')}`)
  return level ?? 'info'
}

function parseSecretKey(name: string, value: string | undefined, faults: string[]): Buffer | undefined {
  if (value === undefined) return undefined
  const key = /^[0-9a-f]{64}$/i.test(value) ? Buffer.from(value, 'hex') : Buffer.from(value, 'base64')
  if (key.length !== 32) faults.push(`${name} must be 32 bytes, as 64 hexadecimal digits or Base64`)
  return key
}
