// The settings for pages of other sites: which can call from a browser, and where web widgets live.
import type { Reader, Setting, SettingsGroup } from './reader.ts'

export interface SitesConfig {
  /** The origin that web widgets have of their own. */
  widget_url: string | undefined
  /** Of sites whose pages may call with tokens of conversations and visitors. */
  cors_origins: string[]
  /** Public requests of an address in a minute, and its open streams, on each node. */
  requests_of_address_per_minute: number
  streams_of_address: number
}

const most_origins = 100

const settings: readonly Setting[] = [
  {
    name: 'PARLEY_WIDGET_URL',
    default: 'none',
    meaning:
      'An origin for web widgets alone, such as `https://chat.example.com`, that leads to this server too. Loader, frame and what they call live there; everything else is a 404 there. Recommended: what visitors run is then apart from the console.',
  },
  {
    name: 'PARLEY_CORS_ORIGINS',
    default: 'none',
    meaning:
      'Comma-separated origins of sites, at most 100, whose pages may call the operations that take a conversation token or a visitor token. API keys and personal access tokens are refused from there.',
  },
  {
    name: 'PARLEY_LIMIT_WIDGET_REQUESTS_OF_ADDRESS_PER_MINUTE',
    default: '600',
    meaning:
      'Public requests for web widgets, and those with the token of a visitor’s conversation, per minute from each address (for IPv6: each /64) on each node. Further ones are answered with 429. 0 disables it.',
  },
  {
    name: 'PARLEY_LIMIT_WIDGET_STREAMS_OF_ADDRESS',
    default: '50',
    meaning:
      'Open event streams of visitors of web widgets from each address on each node. Further ones are answered with 429. 0 disables it.',
  },
]

export const sitesSettings: SettingsGroup<SitesConfig> = {
  settings,
  read: (read) => ({
    widget_url: readOrigin(read, 'PARLEY_WIDGET_URL'),
    cors_origins: readOrigins(read),
    requests_of_address_per_minute: read.integer('PARLEY_LIMIT_WIDGET_REQUESTS_OF_ADDRESS_PER_MINUTE', 0, 100_000_000),
    streams_of_address: read.integer('PARLEY_LIMIT_WIDGET_STREAMS_OF_ADDRESS', 0, 1_000_000),
  }),
}

function readOrigin(read: Reader, name: string): string | undefined {
  const text = read.text(name)
  if (text === undefined) return undefined
  const origin = originOf(text)
  if (origin === null) read.fault(`${name} must be an address without a path, such as https://chat.example.com`)
  return origin ?? undefined
}

function readOrigins(read: Reader): string[] {
  const origins = read.list('PARLEY_CORS_ORIGINS').map(originOf)
  const isFine = origins.length <= most_origins && !origins.includes(null)
  if (!isFine)
    read.fault(`PARLEY_CORS_ORIGINS must be at most ${most_origins} exact origins such as https://example.com`)
  return isFine ? (origins as string[]) : []
}

/** Null: it is no origin. */
function originOf(text: string): string | null {
  const url = URL.parse(text)
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !/[?#@*]/.test(text)
  return isOrigin ? url.origin : null
}
