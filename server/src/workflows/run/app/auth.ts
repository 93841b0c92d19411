// How requests of a connection prove who sends them. Tokens of OAuth are fetched once, kept in memory, and forgotten when they are refused.
import { createHash } from 'node:crypto'
import type { ConnectionAuth } from '@parley/contract'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../../base/ports.ts'
import { parseForeignJson } from '../../../base/read-json.ts'
import { type OutboundClient, OutboundError } from '../../../outbound/client.ts'
import { type Redactor, createRedactor } from '../../../secrets/rules/redact.ts'
import { isTransient } from '../../rules/retry-after.ts'
import { StepFailure } from '../failure.ts'
import { outboundFailure } from '../send-request.ts'
import { fillSecrets } from './fill-secrets.ts'

export interface Authorized {
  headers: Record<string, string>
  /** That were got with a token; others cannot be renewed. */
  token: string | null
}

export interface AuthContext {
  organization_id: string
  connection_id: string
  redactor: Redactor
  signal: AbortSignal
  /** Right before a request for a token. */
  begin(): Promise<void>
}

export interface ConnectionAuths {
  /** Throws a `StepFailure`. */
  authorize(auth: ConnectionAuth, context: AuthContext): Promise<Authorized>
  /** The next call fetches another one. */
  forget(token: string): void
}

type OAuth = Extract<ConnectionAuth, { type: 'oauth2_client_credentials' }>

interface Client {
  token_url: string
  client_id: string
  client_secret: string
  scope: string
}

interface Token {
  token: string
  /** Null: until it is refused. */
  good_ms: number | null
}

const max_tokens = 1000
const fetch_ms = 30_000
const max_bytes = 65_536
/** A token is not used up to its last moment. */
const early_ms = 30_000
const standard_ms = 3_600_000

export function createConnectionAuths(services: { outbound: OutboundClient; clock: Clock }): ConnectionAuths {
  const kept = new LRUCache<string, Promise<string>>({
    max: max_tokens,
    ttlResolution: 0,
    perf: { now: () => services.clock.monotonic() },
  })
  const refused = new LRUCache<string, true>({ max: max_tokens })

  async function tokenOf(client: Client, context: AuthContext): Promise<string> {
    const key = keyOf(client, context)
    const known = await kept.get(key)?.catch(() => null)
    if (typeof known === 'string' && !refused.has(known)) return known
    await context.begin()
    const fetched = fetchToken(services.outbound, client, context)
    const token = fetched.then((one) => one.token)
    kept.set(key, token)
    void keep(key, token, fetched)
    return token
  }

  /** A fetch that fails is forgotten. */
  async function keep(key: string, token: Promise<string>, fetched: Promise<Token>): Promise<void> {
    const good_ms = await fetched.then(
      (one) => one.good_ms ?? standard_ms,
      () => null,
    )
    if (kept.peek(key) !== token) return
    if (good_ms === null) kept.delete(key)
    else kept.set(key, token, { ttl: Math.max(1, good_ms - early_ms) })
  }

  return {
    forget: (token) => void refused.set(token, true),
    async authorize(auth, context) {
      const fill = (text: string | null | undefined, path: string) => fillSecrets(text ?? '', context.redactor, path)
      switch (auth.type) {
        case 'none':
          return { headers: {}, token: null }
        case 'bearer':
          return { headers: { authorization: `Bearer ${fill(auth.token, 'auth.token')}` }, token: null }
        case 'basic': {
          const name = fill(auth.username, 'auth.username')
          return { headers: { authorization: basic(name, fill(auth.password, 'auth.password')) }, token: null }
        }
        case 'header':
          return { headers: { [(auth.name ?? '').toLowerCase()]: fill(auth.value, 'auth.value') }, token: null }
        case 'oauth2_client_credentials': {
          const token = await tokenOf(clientOf(auth, fill), context)
          return { headers: { authorization: `Bearer ${token}` }, token }
        }
      }
    },
  }
}

const basic = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

type Fill = (text: string | null | undefined, path: string) => string

const clientOf = ({ token_url, client_id, client_secret, scope }: OAuth, fill: Fill): Client => ({
  token_url: fill(token_url, 'auth.token_url'),
  client_id: fill(client_id, 'auth.client_id'),
  client_secret: fill(client_secret, 'auth.client_secret'),
  scope: fill(scope, 'auth.scope'),
})

/** Reveals nothing, and a changed secret has another one. */
function keyOf(client: Client, { organization_id, connection_id }: AuthContext): string {
  const identity = JSON.stringify([organization_id, connection_id, client])
  return createHash('sha256').update(identity).digest('base64')
}

const failed = (reason: string, may_pass: boolean) =>
  new StepFailure('app_failed', `No access token was received: ${reason}`, may_pass ? 'transient' : 'permanent')

/** The client is named in the header, as every server has to understand (RFC 6749); one that refuses that gets it in the body. */
async function fetchToken(outbound: OutboundClient, client: Client, context: AuthContext): Promise<Token> {
  const inHeader = await askForToken(outbound, client, context, true)
  const answer = [400, 401].includes(inHeader.status) ? await askForToken(outbound, client, context, false) : inHeader
  if (answer.status >= 400) throw failed(`the server answered ${answer.status}.`, isTransient(answer.status))
  return readToken(answer.text)
}

async function askForToken(outbound: OutboundClient, client: Client, context: AuthContext, in_header: boolean) {
  const { token_url, client_id, client_secret, scope } = client
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope === '' ? {} : { scope }),
    ...(in_header ? {} : { client_id, client_secret }),
  })
  const headers: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  }
  if (in_header) headers['authorization'] = basic(encode(client_id), encode(client_secret))
  try {
    const { status, body } = await outbound.request({
      ...{ owner: context.organization_id, method: 'POST', url: token_url, body: form.toString() },
      headers,
      ...{ timeout_ms: fetch_ms, max_body_bytes: max_bytes, signal: context.signal, has_sensitive_body: true },
    })
    return { status, text: body.toString('utf8') }
  } catch (error) {
    context.signal.throwIfAborted()
    if (!(error instanceof OutboundError)) throw error
    const failure = outboundFailure(error, 'app_failed', context.redactor)
    if (failure.code !== 'app_failed') throw failure
    // A token that nobody received can be fetched again.
    throw failed(failure.message, failure.failure_cause !== 'permanent')
  }
}

/** As a form writes it. */
const encode = (text: string) => new URLSearchParams({ _: text }).toString().slice(2)

function readToken(text: string): Token {
  const unusable = failed('the answer of the server has none.', false)
  let value: unknown
  try {
    value = parseForeignJson(text)
  } catch {
    throw unusable
  }
  const { access_token, expires_in } = (value ?? {}) as { access_token?: unknown; expires_in?: unknown }
  if (typeof access_token !== 'string' || access_token === '' || /[^\x21-\x7e]/.test(access_token)) throw unusable
  const seconds = Number(expires_in)
  return { token: access_token, good_ms: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null }
}

/** Nothing that comes back contains the token, either. */
export function withToken(redactor: Redactor, token: string | null): Redactor {
  return token === null ? redactor : createRedactor(new Map([...redactor.secrets, ['ACCESS_TOKEN', token]]))
}
