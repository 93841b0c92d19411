// Admits callers to an operation: authenticate → limit → authorize; and checks again while a stream is open.
import {
  type ErrorName,
  type Operation,
  type OperationId,
  type OperationLoad,
  type ResourceKind,
  loadOf,
  operations,
} from '@parley/contract'
import {
  authenticate,
  authenticateSession,
  type ConversationTokens,
  type Standings,
  readBearer,
  readPresentedCredential,
  readPresentedSession,
} from '../access/access.ts'
import { type Principal, describeRights, ownerOf, subjectsOf } from '../calls/principal.ts'
import { looksLikeCredential } from '../access/rules/credentials.ts'
import type { Core } from '../calls/core.ts'
import type { RequestOrigin } from '../calls/call.ts'
import type { CheckVisitor, Resources } from '../calls/room.ts'
import { AppError } from '../base/errors.ts'
import type { Clock } from '../base/ports.ts'
import { noteRefusal } from '../calls/refused.ts'
import { authorize } from '../calls/rules/authorize.ts'
import type { CallReply, CallRequest } from './call-request.ts'
import { readCookie } from './cookies.ts'
import { isFromOwnPage } from './rules/cross-site.ts'
import { rightsKey, rights_changed } from '../live/shared.ts'
import type { RateDecision, RateLimiter } from '../calls/rate-limit.ts'
import type { Sites } from './sites.ts'
import type { AddressLimiter, UnknownCallers } from './unknown-callers.ts'

/** One of each for a server. */
export interface Admission extends Gate {
  readmission: ReturnType<typeof createReadmission>
}

export interface Gate {
  core: Core
  /** What pages of other sites ask for, by address. */
  site_callers: AddressLimiter
  sites: Sites
  tokens: ConversationTokens
  standings: Standings
  resources: Resources
  /** Throws what forbids a visitor to call with the token of their conversation. */
  checkVisitor: CheckVisitor
  limiter: RateLimiter
  unknown_callers: UnknownCallers
}

const loads = new Map<string, OperationLoad>(
  Object.values<Operation>(operations).map((operation) => [operation.id, loadOf(operation)]),
)

export async function admit(
  gate: Gate,
  operation: Operation,
  request: CallRequest,
  reply: CallReply,
): Promise<Principal | null> {
  const { core, limiter, unknown_callers, sites, site_callers } = gate
  const load = loads.get(operation.id)!
  const readCredential = () => readCredentialOf(core, operation, request)
  core.load.admit(load, readCredential)
  if (operation.from_sites) requireRoom(site_callers.take(request.ip), reply)
  if (operation.access === 'public') {
    if (operation.sign_in) {
      requireOwnPage(core, request)
      requireRoom(unknown_callers.take(request.ip), reply)
    }
    return null
  }
  const principal = await findCaller(gate, operation, request, reply)
  const owner = ownerOf(principal)
  core.load.admitOwner(load, readCredential, owner)
  if (operation.waits && load === 'normal') countUntilAnswered(core, owner, reply)
  sites.requireOwnKind(request, principal)
  requireRoom(limiter.take(subjectsOf(principal), (operation.cost ?? 1) + costOfBody(gate, operation, request)), reply)
  requireAuthorized(core, operation, request, principal)
  return principal
}

function requireAuthorized(core: Core, operation: Operation, request: CallRequest, caller: Principal): void {
  try {
    authorize(operation, caller)
  } catch (error) {
    const edge = { address: request.ip, user_agent: request.headers['user-agent'] ?? null }
    const named = request.params as Record<string, unknown>
    const from = { via: request.via ?? ('http' as const), request_id: request.id, edge }
    noteRefusal(core, error, { operation, caller, from, named })
    throw error
  }
}

/** Until its answer is over, or its caller is gone. */
function countUntilAnswered({ load }: Core, owner: string, reply: CallReply): void {
  // Its caller may be gone by now, and would never close it again.
  if (!reply.raw.closed) reply.raw.once('close', load.beginCall(owner))
}

/** The credential as the caller sent it, with the organization that it is for. */
function readCredentialOf(core: Core, operation: Operation, request: CallRequest): string | null {
  const credential = readSessionToken(core, operation, request) ?? authorizationOf(operation, request)
  return credential === undefined ? null : `${organizationNamed(operation, request) ?? ''} ${credential}`
}

async function findCaller(
  gate: Gate,
  operation: Operation,
  request: CallRequest,
  reply: CallReply,
): Promise<Principal> {
  const { access } = operation
  const from = requestOriginOf(gate, request)
  if (typeof access === 'string' || !('by' in access)) {
    const principal = await identify(gate, operation, request)
    if (principal.kind === 'member' && principal.access.visitor) {
      requireRoom(gate.site_callers.take(request.ip), reply)
      await gate.checkVisitor(principal.access, from)
    }
    return principal
  }
  const path = request.params as Record<string, string>
  const query = request.query as Record<string, unknown>
  const operation_id = operation.id as OperationId
  const found = await gate.resources[access.by]?.({ operation_id, path, query, from })
  if (found) return { kind: 'resource', resource: access.by, access: found }
  // As a failed authentication: anyone who guesses is soon refused.
  requireRoom(gate.unknown_callers.take(request.ip), reply)
  throw new AppError(refusals[access.by])
}

const refusals = { upload: 'upload_url_invalid', visitor: 'unauthorized' } as const satisfies Record<
  ResourceKind,
  ErrorName
>

export function requestOriginOf({ sites }: Pick<Gate, 'sites'>, request: CallRequest): RequestOrigin {
  const { method, headers, ip } = request
  return {
    writes: method !== 'GET' && method !== 'HEAD',
    bearer: readBearer(headers.authorization),
    origin: headers.origin ?? null,
    own_origin: sites.ownOrigin(request),
    address: ip,
  }
}

/** A request counts once more for each such part of its body and of its response, because both cost the server time. */
const bytes_of_a_request = 131_072
/** Of files, which are neither parsed nor kept in memory. */
const file_bytes_of_a_request = 1_048_576

type Charged = Pick<Admission, 'limiter' | 'unknown_callers'>

/** Of a body whose length is announced and permitted: what exceeds the caller's limit is not even read. */
function costOfBody({ core }: Gate, { upload }: Operation, { headers }: CallRequest): number {
  const bytes = Number(headers['content-length'] ?? 0)
  return upload || !(bytes <= core.config.limits.body_bytes) ? 0 : Math.floor(bytes / bytes_of_a_request)
}

/**
 * Charges for a body once it has arrived: that of a caller who is not known, or whose length was not announced. Throws `rate_limited` if
 * that exceeds the caller's limit.
 */
export function chargeForBody(
  { limiter, unknown_callers }: Charged,
  operation: Operation,
  request: CallRequest,
  reply: CallReply,
): void {
  const cost = Math.floor(request.body_bytes / bytes_of_a_request)
  if (cost === 0) return
  if (request.principal === null) {
    if (operation.access === 'public') unknown_callers.charge(request.ip, cost)
  } else if (request.headers['content-length'] === undefined) {
    requireRoom(limiter.take(subjectsOf(request.principal), cost), reply)
  }
}

/** A request that calls no operation counts as one. */
export function takeRequest({ limiter }: Pick<Charged, 'limiter'>, principal: Principal, reply: CallReply): void {
  requireRoom(limiter.take(subjectsOf(principal), 1), reply)
}

/** Charges for the response once it is written, because its cost is not known before. */
export function chargeForAnswer(
  { limiter, unknown_callers }: Charged,
  operation: Operation,
  request: CallRequest,
  bytes: number,
): void {
  const isFile = operation.answer?.kind === 'file'
  const cost = Math.floor(bytes / (isFile ? file_bytes_of_a_request : bytes_of_a_request))
  if (cost === 0) return
  if (request.principal !== null) limiter.charge(subjectsOf(request.principal), cost)
  else if (operation.access === 'public') unknown_callers.charge(request.ip, cost)
}

/** Charges for a file once it is stored: to refuse it then would only make the caller send it again. */
export function chargeForFile({ limiter }: Charged, principal: Principal, bytes: number): void {
  const cost = Math.floor(bytes / file_bytes_of_a_request)
  if (cost > 0) limiter.charge(subjectsOf(principal), cost)
}

async function identify(
  { core, tokens, standings, unknown_callers }: Gate,
  operation: Operation,
  request: CallRequest,
): Promise<Principal> {
  const { database, config } = core
  const authentication = { database, config, tokens, standings, log: request.log }
  const organization_header = organizationNamed(operation, request)
  if (request.identify) return request.identify(organization_header, operation)
  const token = readSessionToken(core, operation, request)
  if (token === null) {
    const authorization = authorizationOf(operation, request)
    return unknown_callers.authenticate(request.ip, {
      authenticate: () => authenticate(authentication, { authorization, organization_header }),
      readPresented: () => readPresentedCredential(readBearer(authorization)),
    })
  }
  requireOwnPage(core, request)
  return unknown_callers.authenticate(request.ip, {
    authenticate: () => authenticateSession(authentication, { token, organization_header }, operation.access),
    readPresented: () => readPresentedSession(token),
  })
}

/** The cookie is used only without another credential, because a browser sends it with every request. */
function readSessionToken({ config }: Core, operation: Operation, request: CallRequest): string | null {
  if (operation.access === 'public' || authorizationOf(operation, request) !== undefined) return null
  return readCookie(request, 'session', config.sign_in)
}

/** Reading is exempt: it changes nothing, and pages of other origins cannot read the response. */
function requireOwnPage({ config }: Core, { method, headers }: CallRequest): void {
  if (method === 'GET' || method === 'HEAD') return
  if (!isFromOwnPage(headers, config.sign_in.public_url)) throw new AppError('cross_site_refused')
}

/** A conversation token in the query replaces the header if the operation permits it; other credentials cannot be in the query. */
function authorizationOf({ token_in_query }: Operation, { headers, query }: CallRequest): string | undefined {
  const { token } = query as { token?: unknown }
  if (!token_in_query || headers.authorization !== undefined || typeof token !== 'string') return headers.authorization
  return looksLikeCredential(token) ? undefined : `Bearer ${token}`
}

/** Operations about the user concern no organization, whatever the headers name. */
function organizationNamed({ access }: Operation, { headers }: CallRequest): string | undefined {
  const header =
    access === 'user' || access === 'session' ? undefined : (headers['x-anyreach-org'] ?? headers['x-parley-org'])
  return Array.isArray(header) ? header[0] : header
}

function requireRoom(taken: RateDecision, reply: CallReply): void {
  if (taken.limit > 0) {
    reply.header('ratelimit-limit', taken.limit)
    reply.header('ratelimit-remaining', taken.remaining)
    reply.header('ratelimit-reset', taken.reset_seconds)
  }
  if (!taken.allowed) {
    throw new AppError('rate_limited', undefined, {}, { retry_after: taken.retry_after_seconds })
  }
}

/** Whether an admitted caller still may call; throws if that cannot be checked right now. */
export type IsStillAdmitted = () => Promise<boolean>

/** Within this time, one check serves all streams of a credential. */
const shared_ms = 5000

/** Only for open streams: a shared result never admits a new call. */
export function createReadmission(gate: Gate) {
  const answers = new Map<string, Promise<boolean>>()
  const { live, ports } = gate.core
  const { clock } = ports
  live.bus.subscribe(rights_changed, (organization_id) => {
    answers.clear()
    live.signals.notify(rightsKey(organization_id))
  })

  return (operation: Operation, request: CallRequest): IsStillAdmitted =>
    () => {
      const ask = () => isAdmitted(gate, operation, request)
      const key = sharedKeyOf(operation, request.principal)
      return key === null ? ask() : share(answers, clock, key, ask)
    }
}

function share(answers: Map<string, Promise<boolean>>, clock: Clock, key: string, ask: IsStillAdmitted) {
  const known = answers.get(key)
  if (known) return known
  const answer = ask()
  answers.set(key, answer)
  clock.after(shared_ms, () => void answers.delete(key))
  return answer
}

/** Null for conversation tokens, because each expires at its own time. */
function sharedKeyOf({ id }: Operation, principal: Principal | null): string | null {
  if (principal?.kind !== 'member' || principal.access.conversation !== null) return null
  const { access, session_id = '' } = principal
  // Sessions share a limit with others of the same user or key, but each ends by itself.
  return `${id} ${access.limit_key} ${session_id} ${describeReach(principal)}`
}

/** Callers whose permissions or organization changed must reconnect, because the stream was admitted under the old ones. */
async function isAdmitted(gate: Gate, operation: Operation, request: CallRequest): Promise<boolean> {
  try {
    const principal = await identify(gate, operation, request)
    authorize(operation, principal)
    return request.principal === null || describeReach(principal) === describeReach(request.principal)
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
}

function describeReach(principal: Principal): string {
  const organization_id = principal.kind === 'member' ? principal.access.organization_id : ''
  return `${organization_id} ${describeRights(principal)}`
}
