// Who sends a request to the MCP server, and what they can reach there.
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { ServerResponse } from 'node:http'
import { authenticate, authenticateSubject, readBearer, readPresentedCredential } from '../access/access.ts'
import { isViewToken, looksLikeCredential } from '../access/rules/credentials.ts'
import { AppError } from '../base/errors.ts'
import type { Principal } from '../calls/principal.ts'
import { openStore } from '../database/store.ts'
import type { CallRequest, Carrying } from '../http/http.ts'
import { readStoredSettings } from './queries.ts'
import { type Asked, type Reach, reachOf } from './rules/reach.ts'
import type { TokenCheck } from './tokens.ts'

/** Of the request to the MCP server, what its calls see. */
export interface Outer {
  readonly id: string
  readonly ip: string
  readonly host: string
  readonly protocol: string
  readonly log: FastifyBaseLogger
  readonly headers: FastifyRequest['headers']
  readonly body_bytes: number
  readonly raw_reply: Pick<ServerResponse, 'closed' | 'once'>
}

export interface Caller {
  readonly outer: Outer
  /** As it was sent: each call authenticates it again. */
  readonly credential: string
  readonly identify: CallRequest['identify']
  readonly principal: Principal
  readonly asked: Asked
  readonly reach: Reach
  readReach(principal: Principal): Promise<Reach>
}

/** What a caller without a valid credential is told. */
export class Unauthenticated extends Error {}

const unrecognized =
  'Unrecognized token format. Expected a personal access token (pat_...) or organization API key (ak_...).'

export type Identified = Pick<Caller, 'credential' | 'identify' | 'principal'>

/** Throws `Unauthenticated`. Only the header counts: no cookie, and no token of a conversation, a visitor or a view. */
export async function identifyCaller(
  { core, admission }: Carrying,
  request: FastifyRequest,
  tokens: { check: () => Promise<TokenCheck>; audience: string } | null,
): Promise<Identified> {
  const { authorization } = request.headers
  const credential = readBearer(authorization)
  if (credential === null) throw new Unauthenticated('Missing Bearer token')
  const organization_header = organizationNamed(request.headers)
  const isToken = tokens !== null && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(credential)
  if ((!looksLikeCredential(credential) || isViewToken(credential)) && !isToken) throw new Unauthenticated(unrecognized)
  core.load.admit('normal', () => `${organization_header ?? ''} ${authorization!}`)
  try {
    if (isToken && !looksLikeCredential(credential)) {
      const identify = await identifierOf(core, credential, tokens)
      return { credential, identify, principal: await identify(organization_header, null) }
    }
    const { tokens: conversation_tokens, standings } = admission
    const services = { database: core.database, tokens: conversation_tokens, standings, log: request.log }
    const principal = await admission.unknown_callers.authenticate(request.ip, {
      authenticate: () => authenticate(services, { authorization, organization_header }),
      readPresented: () => readPresentedCredential(credential),
    })
    return { credential, identify: undefined, principal }
  } catch (error) {
    if (!(error instanceof AppError) || error.error !== 'unauthorized') throw error
    if (isToken) admission.unknown_callers.take(request.ip)
    throw new Unauthenticated('Invalid or expired token')
  }
}

async function identifierOf(
  { database }: Carrying['core'],
  token: string,
  { check, audience }: { check: () => Promise<TokenCheck>; audience: string },
) {
  const subject = await (await check())(token, audience)
  return (organization: string | undefined, operation: Parameters<NonNullable<CallRequest['identify']>>[1] | null) => {
    // Such a call could make a credential that may do more than the token.
    if (operation?.access === 'user') throw new AppError('forbidden', 'This needs a personal access token.')
    return authenticateSubject(database, subject, organization?.trim() || null)
  }
}

function organizationNamed(headers: FastifyRequest['headers']): string | undefined {
  const header = headers['x-anyreach-org'] ?? headers['x-parley-org']
  return Array.isArray(header) ? header[0] : header
}

/** Without an organization, what it offers is known only when a call names it. */
export async function readReach({ core }: Carrying, principal: Principal, asked: Asked): Promise<Reach> {
  if (principal.kind !== 'member') return reachOf(null, null, asked)
  const { organization_id, actor } = principal.access
  const key_id = actor.type === 'credential' ? actor.id : null
  const { organization, key } = await readStoredSettings(openStore(core.database, organization_id), key_id)
  return reachOf(organization, key, asked)
}

export const switched_off = 'MCP is switched off for this organization.'

/** Of a call, whose organization may be another one than that of the request. */
export async function requireReach(caller: Caller, principal: Principal | null): Promise<Reach> {
  const own = organizationOf(caller.principal)
  const isOther = principal !== null && organizationOf(principal) !== own
  const reach = isOther ? await caller.readReach(principal) : caller.reach
  if (!reach.enabled) throw new AppError('forbidden', switched_off)
  return reach
}

const organizationOf = (principal: Principal) => (principal.kind === 'member' ? principal.access.organization_id : null)
