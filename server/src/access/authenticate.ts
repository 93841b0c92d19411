// Finds the caller from a request's headers. Every refusal is the same 401, so as not to reveal the reason. Nothing is cached, so
// that a deleted credential is refused at once.
import type { OperationAccess, Role } from '@parley/contract'
import type { Logger } from 'pino'
import { type Executor, acrossOrganizations, statement } from '../database/database.ts'
import { rowsOf } from '../database/rows.ts'
import { AppError } from '../base/errors.ts'
import { isUuid } from '../base/ports.ts'
import { knownScopes, roleScopes } from '../calls/access.ts'
import { respondersSee, teamsOnly } from './rules/responders.ts'
import type { Principal } from '../calls/principal.ts'
import type { ConversationTokens } from './conversation-token.ts'
import { looksLikeCredential, type ParsedCredential, parseCredential, secretMatches } from './rules/credentials.ts'
import { type Standing, type Standings, requireStanding, standingOf } from './standing.ts'
import { judgeView, scopesOfView } from './rules/view.ts'
import { findViewOfToken } from './view-rows.ts'
import { findSession, type SessionServices } from './sign-in/find-session.ts'

export interface AuthenticationServices {
  database: Executor
  tokens: ConversationTokens
  standings: Standings
  log: Pick<Logger, 'warn'>
}

export interface AuthenticationHeaders {
  authorization: string | undefined
  /** The value of `X-Anyreach-Org`, or else of `X-Parley-Org`. */
  organization_header: string | undefined
}

/** Null if the header has none. */
export function readBearer(authorization: string | undefined): string | null {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? null
}

/** Returns the caller. Throws `unauthorized`, always with the same body, for unknown callers. */
export async function authenticate(
  services: AuthenticationServices,
  { authorization, organization_header }: AuthenticationHeaders,
): Promise<Principal> {
  const bearer = readBearer(authorization)
  if (bearer === null) throw new AppError('unauthorized')
  if (!looksLikeCredential(bearer)) return authenticateConversation(services, bearer)
  const credential = parseCredential(bearer)
  if (credential === null) throw new AppError('unauthorized')
  if (credential.kind === 'view_token') return authenticateView(services, credential)
  return credential.kind === 'organization_key'
    ? authenticateKey(services, credential)
    : authenticateToken(services, credential, organization_header?.trim() || null)
}

/** Returns the caller with a session's cookie, as the kind of principal that the operation needs. */
export async function authenticateSession(
  services: Pick<AuthenticationServices, 'log'> & SessionServices,
  { token, organization_header }: { token: string; organization_header: string | undefined },
  concerns: OperationAccess,
): Promise<Principal> {
  const session = await findSession(services, token, organization_header?.trim() || null)
  if (session === null) throw new AppError('unauthorized')
  const { access, user } = session
  const { limit_key } = access
  if (concerns === 'session') return { kind: 'session', session, limit_key }
  if (concerns === 'user' && user !== null) {
    return { kind: 'user', user, minter: { session_id: session.id, key_id: null }, limit_key }
  }
  if (session.blocked) throw new AppError(session.blocked)
  return { kind: 'member', access, session_id: session.id }
}

/** The holder of the credential, and whether its `last_used_at` is more than a minute old. */
interface CredentialHead {
  secret_hash: Buffer
  use_is_stale: boolean
}

interface KeyRow extends CredentialHead {
  organization_id: string
  name: string
  role: Role | null
  scopes: string[] | null
  agent_ids: string[] | null
  standing: Standing
}

const use_is_stale = `coalesce(c.last_used_at < now() - interval '1 minute', true) as use_is_stale`
const is_current = `(c.expires_at is null or c.expires_at > now())`

// As `rowOf`: one of an organization, and one of a user, can have the same id.
const byKey = 'lateral (select * from credentials where key_id = wanted.key_id limit 2) c'

const findKey = statement(
  'find_organization_key',
  `select wanted.call, c.secret_hash, c.organization_id, c.name, c.role, c.scopes, c.agent_ids,
     ${standingOf('c.organization_id')} as standing, ${use_is_stale}
   from ${rowsOf('wanted', 'key_id text')} cross join ${byKey}
   where c.user_id is null and ${is_current}`,
)

/** One queue for all callers: ids of unknown callers can be invented, so they get no fair share of their own. */
const unproven = 'unproven'

async function authenticateKey(services: AuthenticationServices, credential: ParsedCredential): Promise<Principal> {
  const [found] = await services.database.lookUp<KeyRow>(findKey, [credential.key_id], unproven)
  const key = requireSecret(credential, found)
  requireStanding(key.standing)
  noteUse(services, credential, key)
  return {
    kind: 'member',
    access: {
      organization_id: key.organization_id,
      actor: { type: 'credential', id: credential.key_id, name: key.name },
      scopes: key.role === null ? knownScopes(key.scopes ?? []) : roleScopes[key.role],
      agent_ids: key.agent_ids && new Set(key.agent_ids),
      conversation: null,
      limit_key: limitKey(credential),
    },
  }
}

interface TokenRow extends CredentialHead {
  user_id: string
  email: string
  name: string | null
  organization_id: string | null
  role: Role | null
  responders_see: string | null
  standing: Standing
  minted_by_session: string | null
}

const findToken = statement(
  'find_personal_access_token',
  `select c.secret_hash, c.user_id, u.email, u.name, m.organization_id, m.role, ${respondersSee('m')} as responders_see,
     ${standingOf('m.organization_id')} as standing, c.minted_by_session, ${use_is_stale}
   from credentials c
   join users u on u.id = c.user_id
   left join members m on m.user_id = c.user_id and m.organization_id = $2
   where c.key_id = $1 and ${is_current}`,
)

async function authenticateToken(
  services: AuthenticationServices,
  credential: ParsedCredential,
  organization: string | null,
): Promise<Principal> {
  const organization_id = organization !== null && isUuid(organization) ? organization : null
  const [found] = await services.database.query<TokenRow>(findToken, [credential.key_id, organization_id])
  const token = requireSecret(credential, found)
  if (organization !== null && token.role === null) throw new AppError('unauthorized')
  requireStanding(token.standing)
  noteUse(services, credential, token)
  if (token.organization_id === null || token.role === null) {
    return {
      kind: 'user',
      user: { id: token.user_id, email: token.email },
      minter: { session_id: token.minted_by_session, key_id: credential.key_id },
      limit_key: limitKey(credential),
    }
  }
  return {
    kind: 'member',
    access: {
      organization_id: token.organization_id,
      actor: { type: 'user', id: token.user_id, name: token.name ?? token.email },
      scopes: roleScopes[token.role],
      agent_ids: null,
      conversation: null,
      ...teamsOnly(token.role, token.responders_see),
      limit_key: limitKey(credential),
    },
  }
}

/** Nothing about a view is remembered from one request to the next. */
async function authenticateView(services: AuthenticationServices, credential: ParsedCredential): Promise<Principal> {
  const found = await findViewOfToken(services.database, credential.key_id)
  const { view, user_id, email, name } = requireSecret(credential, found)
  const refusal = judgeView(view)
  if (refusal) throw new AppError(refusal)
  return {
    kind: 'member',
    access: {
      organization_id: view.organization_id,
      actor: { type: 'user', id: user_id, name: name ?? email },
      scopes: new Set(scopesOfView(view.partner_access)),
      agent_ids: null,
      conversation: null,
      view: { id: view.id, partner_id: view.partner_id, partner_name: view.partner_name },
      limit_key: `user ${user_id}`,
    },
  }
}

async function authenticateConversation(
  { tokens, standings }: AuthenticationServices,
  token: string,
): Promise<Principal> {
  const claims = await tokens.verify(token)
  if (claims === null) throw new AppError('unauthorized')
  await standings.require(claims.organization_id)
  return {
    kind: 'member',
    access: {
      organization_id: claims.organization_id,
      actor: { type: 'end_user', id: null, name: null },
      scopes: new Set(),
      agent_ids: null,
      conversation: { id: claims.conversation_id, permissions: new Set(claims.permissions) },
      ...(claims.visitor ? { visitor: claims.visitor } : {}),
      limit_key: `conversation ${claims.conversation_id}`,
    },
  }
}

/** Does the same work for an unknown id as for a wrong secret. */
function requireSecret<Row extends Pick<CredentialHead, 'secret_hash'>>(
  { secret }: ParsedCredential,
  found: Row | undefined,
): Row {
  const matches = secretMatches(secret, found?.secret_hash ?? null)
  if (found === undefined || !matches) throw new AppError('unauthorized')
  return found
}

function limitKey({ kind, key_id }: ParsedCredential): string {
  return `${kind} ${key_id}`
}

const markUsed = acrossOrganizations(
  'a credential belongs to an organization or a user',
  'mark_credential_used',
  `update credentials set last_used_at = now()
   where key_id = $1 and (user_id is null) = $2 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
)

/** Credentials whose use is being written: of many simultaneous requests, one writes. */
const being_marked = new Set<string>()

/** Writes `last_used_at` once a minute, beside the request, which neither waits for it nor fails with it. */
function noteUse({ database, log }: AuthenticationServices, credential: ParsedCredential, head: CredentialHead): void {
  const mark = limitKey(credential)
  if (!head.use_is_stale || being_marked.has(mark)) return
  being_marked.add(mark)
  const { key_id, kind } = credential
  database
    .query(markUsed, [key_id, kind === 'organization_key'])
    .catch((error: unknown) => log.warn({ err: error, key_id }, 'could not record the use of a credential'))
    .finally(() => being_marked.delete(mark))
}
