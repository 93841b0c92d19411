// The settings of signing in.
import { isIP } from 'node:net'
import type { Reader, Setting, SettingsGroup } from './reader.ts'

export interface OpenIdConfig {
  issuer: string
  client_id: string
  client_secret: string
  /** The label of the sign-in button. */
  name: string
}

export interface SignInConfig {
  /** The origin that browsers use, without a trailing slash. */
  public_url: string | undefined
  /** Addresses and networks whose `X-Forwarded-*` headers are trusted. */
  trusted_proxies: string[]
  idle_minutes: number
  session_hours: number
  openid: OpenIdConfig | undefined
}

const settings: readonly Setting[] = [
  {
    name: 'PARLEY_PUBLIC_URL',
    default: 'none',
    meaning:
      'The address that browsers use, such as `https://parley.example.com`, for links in invitations and redirects from an identity provider. With `https`, session cookies are only sent over HTTPS.',
  },
  {
    name: 'PARLEY_TRUSTED_PROXIES',
    default: 'none',
    meaning:
      'Comma-separated addresses and networks of your proxies (`10.0.0.0/8`, `loopback`), whose `X-Forwarded-For` header gives the client address. Without it, all clients behind a proxy share the limits of one address.',
  },
  {
    name: 'PARLEY_SESSION_IDLE_MINUTES',
    default: '480',
    meaning: 'Minutes without use after which a session ends, 5 to 43200.',
  },
  {
    name: 'PARLEY_SESSION_HOURS',
    default: '168',
    meaning: 'Hours after which a session ends even if it is used, 1 to 8760.',
  },
  {
    name: 'PARLEY_OIDC_ISSUER',
    default: 'none',
    meaning:
      'An OpenID Connect identity provider, such as `https://login.example.com`; `http` only on this machine. Requires the next two settings and `PARLEY_PUBLIC_URL`. Register `<PARLEY_PUBLIC_URL>/auth/openid/callback` as the redirect URL.',
  },
  {
    name: 'PARLEY_OIDC_CLIENT_ID',
    default: 'none',
    meaning: 'The client id that the identity provider assigned to this server.',
  },
  {
    name: 'PARLEY_OIDC_CLIENT_SECRET',
    default: 'none',
    meaning: 'The client secret that belongs to this id.',
    secret: true,
  },
  {
    name: 'PARLEY_OIDC_NAME',
    default: '`Single sign-on`',
    meaning: 'The name of the identity provider on the sign-in page.',
  },
]

export const signInSettings: SettingsGroup<SignInConfig> = { settings, read: readSignIn }

function readSignIn(read: Reader): SignInConfig {
  const public_url = readOrigin(read)
  const trusted_proxies = read.list('PARLEY_TRUSTED_PROXIES')
  if (!trusted_proxies.every(isNetwork))
    read.fault(
      'PARLEY_TRUSTED_PROXIES must be a list of addresses, networks (10.0.0.0/8) or loopback, linklocal, uniquelocal',
    )
  return {
    public_url,
    trusted_proxies,
    idle_minutes: read.integer('PARLEY_SESSION_IDLE_MINUTES', 5, 43_200),
    session_hours: read.integer('PARLEY_SESSION_HOURS', 1, 8760),
    openid: readOpenId(read, public_url),
  }
}

function readOrigin(read: Reader): string | undefined {
  const text = read.text('PARLEY_PUBLIC_URL')
  if (text === undefined) return undefined
  const url = URL.parse(text)
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !/[?#@]/.test(text)
  if (!isOrigin) read.fault('PARLEY_PUBLIC_URL must be an address without a path, such as https://parley.example.com')
  return url?.origin
}

function isNetwork(entry: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return true
  const [address = '', bits] = entry.split('/')
  const family = isIP(address)
  if (family === 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

function readOpenId(read: Reader, public_url: string | undefined): OpenIdConfig | undefined {
  const issuer = read.url('PARLEY_OIDC_ISSUER', /^https?:\/\/[^/]/, 'https://login.example.com')
  const client_id = read.text('PARLEY_OIDC_CLIENT_ID')
  const client_secret = read.text('PARLEY_OIDC_CLIENT_SECRET')
  const name = read.text('PARLEY_OIDC_NAME') ?? 'Single sign-on'
  if (issuer === undefined) {
    if (client_id ?? client_secret)
      read.fault('PARLEY_OIDC_CLIENT_ID and PARLEY_OIDC_CLIENT_SECRET require PARLEY_OIDC_ISSUER')
    return undefined
  }
  if (!isSafeIssuer(issuer)) read.fault('PARLEY_OIDC_ISSUER must start with https:// unless it is on this machine')
  if (!client_id || !client_secret || !public_url) {
    read.fault('PARLEY_OIDC_ISSUER requires PARLEY_OIDC_CLIENT_ID, PARLEY_OIDC_CLIENT_SECRET and PARLEY_PUBLIC_URL')
    return undefined
  }
  return { issuer, client_id, client_secret, name }
}

function isSafeIssuer(issuer: string): boolean {
  const url = URL.parse(issuer)
  if (!url || url.username || url.password) return false
  return url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
}
