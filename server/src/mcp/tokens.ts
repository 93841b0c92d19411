// Checks access tokens of the authorization server that the settings name: its signature, for whom it is, and until when.
import { type Role, roles } from '@parley/contract'
import { type JSONWebKeySet, type JWTVerifyGetKey, createLocalJWKSet, errors, jwtVerify } from 'jose'
import type { Subject } from '../access/access.ts'
import { AppError } from '../base/errors.ts'
import type { Core } from '../calls/core.ts'
import { type OutboundClient, createOutboundClient } from '../outbound/client.ts'

const timeout_ms = 10_000
const max_body_bytes = 262_144
/** How long its keys are kept. A token with a key that is not among them has them read again, at most so often. */
const keys_ms = 600_000
const least_ms = 10_000
const algorithms = ['RS256', 'ES256', 'EdDSA']

export interface TokenCheck {
  /** Throws `unauthorized`, or `unavailable` if the server's keys cannot be read. */
  (token: string, audience: string): Promise<Subject>
}

export function createTokenCheck(
  { config, ports, log }: Pick<Core, 'config' | 'ports' | 'log'>,
  issuer: string,
): TokenCheck {
  const { clock } = ports
  const { host, port, protocol } = new URL(issuer)
  // The operator chose it, so it may be a private host. Addresses that it names are checked like any other.
  const own = port ? host : `${host}:${protocol === 'https:' ? 443 : 80}`
  const outbound = createOutboundClient({ allowed_hosts: [...config.allowed_private_hosts, own], clock })
  let known: { keys: Promise<JWTVerifyGetKey>; at: number } | null = null

  function readKeys(is_fresh: boolean): Promise<JWTVerifyGetKey> {
    const age_ms = known === null ? Infinity : clock.monotonic() - known.at
    if (known && age_ms < (is_fresh ? least_ms : keys_ms)) return known.keys
    const asked = { keys: findKeys(outbound, issuer), at: clock.monotonic() }
    known = asked
    asked.keys.catch(() => {
      if (known === asked) known = null
    })
    return asked.keys
  }

  async function keysOf(is_fresh: boolean): Promise<JWTVerifyGetKey> {
    try {
      return await readKeys(is_fresh)
    } catch (error) {
      log.warn({ err: error, issuer }, 'could not read the keys of PARLEY_MCP_ISSUER')
      throw new AppError('unavailable', 'The authorization server cannot be reached. Try again.', {}, { cause: error })
    }
  }

  return async (token, audience) => {
    const rules = {
      issuer,
      audience,
      algorithms,
      requiredClaims: ['exp', 'sub', 'aud'],
      currentDate: new Date(clock.now()),
    }
    const verify = async (keys: JWTVerifyGetKey) => (await jwtVerify(token, keys, rules)).payload
    try {
      const first = await keysOf(false)
      const claims = await verify(first).catch(async (error: unknown) => {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        return verify(await keysOf(true))
      })
      return { issuer, subject: claims.sub!, role: roleIn(claims['scope']) }
    } catch (error) {
      if (error instanceof errors.JOSEError) throw new AppError('unauthorized')
      throw error
    }
  }
}

/** The least of the roles that it names. */
function roleIn(scope: unknown): Role | null {
  const named = typeof scope === 'string' ? scope.split(' ') : []
  return roles.toReversed().find((role) => named.includes(role)) ?? null
}

/** By its metadata, in either form. */
async function findKeys(outbound: OutboundClient, issuer: string): Promise<JWTVerifyGetKey> {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]
  for (const url of places) {
    const metadata = await readJson(outbound, url)
    if (metadata === null || metadata['issuer'] !== issuer || typeof metadata['jwks_uri'] !== 'string') continue
    const set = await readJson(outbound, metadata['jwks_uri'])
    if (set && Array.isArray(set['keys'])) return createLocalJWKSet(set as unknown as JSONWebKeySet) as JWTVerifyGetKey
  }
  throw new Error('the authorization server has no metadata with its own name and keys')
}

async function readJson(outbound: OutboundClient, url: string): Promise<Record<string, unknown> | null> {
  const answer = await outbound.request({ owner: 'mcp', method: 'GET', url, timeout_ms, max_body_bytes })
  if (answer.status !== 200 || answer.truncated) return null
  try {
    const value: unknown = JSON.parse(answer.body.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
