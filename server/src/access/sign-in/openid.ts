// The identity provider: OpenID Connect with code flow, PKCE, state and nonce, over the guarded client. Never uses the database.
import * as client from 'openid-client'
import type { Config } from '../../config/config.ts'
import { createOutboundClient, type OutboundClient, OutboundError, type OutboundMethod } from '../../outbound/client.ts'
import type { Clock } from '../../base/ports.ts'
import { type Identity, type OpenId, OpenIdFailure, type OpenIdSettings, type World } from './openid-port.ts'

const callback_path = '/auth/openid/callback'

/** Time limit of one request; a sign-in makes at most four, including the provider's metadata. */
const timeout_ms = 10_000
const max_body_bytes = 262_144

/** How long the provider's metadata is cached. */
const metadata_ms = 3_600_000

/** Permitted difference between the two clocks. */
const clock_tolerance_seconds = 30

export function createOpenId({ openid, public_url }: OpenIdSettings, config: Config, { clock, lookup }: World): OpenId {
  const redirect_uri = `${public_url}${callback_path}`
  const readProvider = createProviderReader(openid, createGuardedFetch(openid.issuer, config, { clock, lookup }), clock)
  return {
    begin: ({ return_to, expires_at }) =>
      explaining(async () => {
        const provider = await readProvider()
        const code_verifier = client.randomPKCECodeVerifier()
        const pending = {
          state: client.randomState(),
          nonce: client.randomNonce(),
          code_verifier,
          return_to,
          expires_at,
        }
        const url = client.buildAuthorizationUrl(provider, {
          redirect_uri,
          scope: 'openid email profile',
          state: pending.state,
          nonce: pending.nonce,
          code_challenge: await client.calculatePKCECodeChallenge(code_verifier),
          code_challenge_method: 'S256',
        })
        return { url: url.href, pending }
      }),
    finish: (path, { state, nonce, code_verifier }) =>
      explaining(async () => {
        const provider = await readProvider()
        const current = new URL(path, public_url)
        const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: code_verifier }
        const answer = await client.authorizationCodeGrant(provider, current, { ...checks, idTokenExpected: true })
        return readIdentity(provider, answer)
      }),
  }
}

type ProviderReader = () => Promise<client.Configuration>

/** Reads the provider's metadata once an hour, in one call at a time. A failed call is repeated. */
function createProviderReader(
  { issuer, client_id, client_secret }: NonNullable<Config['sign_in']['openid']>,
  guardedFetch: client.CustomFetch,
  clock: Pick<Clock, 'monotonic'>,
): ProviderReader {
  let known: { provider: Promise<client.Configuration>; until: number } | null = null
  return () => {
    if (known && clock.monotonic() < known.until) return known.provider
    const provider = client.discovery(
      new URL(issuer),
      client_id,
      { client_secret, [client.clockTolerance]: clock_tolerance_seconds },
      undefined,
      {
        [client.customFetch]: guardedFetch,
        timeout: timeout_ms / 1000,
        execute: issuer.startsWith('http:') ? [client.allowInsecureRequests] : [],
      },
    )
    const asked = { provider, until: clock.monotonic() + metadata_ms }
    known = asked
    provider.catch(() => {
      if (known === asked) known = null
    })
    return provider
  }
}

/** The operator chose the issuer, so it may be a private host. Addresses that it names are checked like any other. */
function createGuardedFetch(issuer: string, config: Config, world: World): client.CustomFetch {
  const { host, port, protocol } = new URL(issuer)
  const own = port ? host : `${host}:${protocol === 'https:' ? 443 : 80}`
  const outbound: OutboundClient = createOutboundClient({
    allowed_hosts: [...config.allowed_private_hosts, own],
    ...world,
  })
  return async (url, { method, headers, body, signal }) => {
    const answer = await outbound.request({
      owner: 'sign_in',
      url,
      method: method as OutboundMethod,
      headers: Object.fromEntries(new Headers(headers as Record<string, string>)),
      ...(body === undefined || body === null ? {} : { body: bodyOf(body) }),
      ...(signal ? { signal } : {}),
      timeout_ms,
      max_body_bytes,
      keeps_redirects: true,
    })
    if (answer.truncated) throw new OutboundError('invalid_response', 'The response is too large, or a redirect', true)
    return new Response(without_body.has(answer.status) ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers: answer.headers,
    })
  }
}

const without_body = new Set([204, 205, 304])

function bodyOf(body: client.FetchBody): string | Uint8Array {
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  if (body instanceof URLSearchParams) return body.toString()
  throw new TypeError('the request has an unsupported kind of body')
}

/** Reads the ID token, and the user info response if the token has no address. */
async function readIdentity(
  provider: client.Configuration,
  answer: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers,
): Promise<Identity> {
  const token = answer.claims()
  if (!token) throw new OpenIdFailure('failed', 'the response has no ID token')
  const has_more = token['email'] === undefined && provider.serverMetadata().userinfo_endpoint !== undefined
  const more = has_more ? await client.fetchUserInfo(provider, answer.access_token, token.sub) : {}
  const claims: Record<string, unknown> = { ...more, ...token }
  // The standard limits subjects to this length.
  if (!/^[\x20-\x7e]{1,255}$/.test(token.sub)) throw new OpenIdFailure('failed', 'the subject is not valid')
  return {
    issuer: token.iss,
    subject: token.sub,
    email: readAddress(claims['email']),
    email_verified: claims['email_verified'] === true,
    name: readText(claims['name']),
  }
}

/** Null if the value is not a text, or cannot be stored or shown. */
function readText(value: unknown): string | null {
  if (typeof value !== 'string' || !value.isWellFormed() || /\p{Cc}/u.test(value)) return null
  const text = value.trim()
  return text.length > 0 && text.length <= 320 ? text : null
}

/** Addresses are compared in lower case, which turns a few other letters into ASCII: the Kelvin sign K becomes k. */
function readAddress(value: unknown): string | null {
  const text = readText(value)
  return text !== null && [...text].some((letter) => letter > '\x7f' && letter.toLowerCase() < '\x7f') ? null : text
}

/** Errors of the library may contain data from the provider, so only their name and code are kept. */
async function explaining<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof OpenIdFailure) throw error
    if (error instanceof client.AuthorizationResponseError) throw new OpenIdFailure('refused', word(error.error))
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : null
    if (error instanceof OutboundError) throw new OpenIdFailure('failed', error.message)
    if (cause instanceof OutboundError) throw new OpenIdFailure('failed', cause.message)
    const { name, code, error: said } = error as { name?: unknown; code?: unknown; error?: unknown }
    throw new OpenIdFailure(
      'failed',
      [name, code, said]
        .filter((part) => typeof part === 'string')
        .map(word)
        .join(' '),
    )
  }
}

function word(text: unknown): string {
  return String(text)
    .replace(/[^\w .-]/g, '')
    .slice(0, 60)
}
