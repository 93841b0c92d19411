// One operation as a route: authenticate → authorize → limit → validate → idempotency → call → serialize.
import type { Operation, OperationId } from '@parley/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Principal, authenticate, authenticateSession } from '../access/authenticate.ts'
import type { Context, Handlers, PublicContext, Services, SessionContext, UserContext } from '../context.ts'
import type { Database } from '../database/database.ts'
import { looksLikeCredential } from '../access/credentials.ts'
import { openStore } from '../database/store.ts'
import { AppError } from '../errors.ts'
import { type CallKey, fingerprintOf, runOnce } from '../idempotency/run-once.ts'
import { isUuid } from '../ports.ts'
import { authorize } from './authorize.ts'
import { createVisitor, readCookie } from './cookies.ts'
import { isFromOwnPage } from './cross-site.ts'
import { EventStream, TextStream } from '../event-stream.ts'
import { sendEventStream } from './event-stream.ts'
import { createInputReader } from './input.ts'
import type { RateLimiter } from './rate-limit.ts'
import { sendTextStream } from './text-stream.ts'

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null
  }
}

type AnyHandler = (ctx: never, input: never) => Promise<unknown>

export function registerOperation(
  server: FastifyInstance,
  services: Services,
  limiter: RateLimiter,
  operation: Operation,
  handler: Handlers[OperationId],
): void {
  const readInput = createInputReader(operation)
  const { status, schema } = operation.success
  server.route({
    method: operation.method,
    url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    schema: { response: schema ? { [status]: schema } : {} },
    config: { operation_id: operation.id },
    // Before the body is read: who may not call gets no further.
    onRequest: async (request, reply) => {
      request.principal = await admit(services, limiter, operation, request, reply)
    },
    handler: async (request, reply) => {
      const { idempotency_key, ...input } = readInput(request)
      const run = (database: Database, key: CallKey | null) => {
        const ctx = createContext({ ...services, database }, request, reply, key)
        return (handler as AnyHandler)(ctx as never, input as never)
      }
      const output = await (typeof idempotency_key === 'string'
        ? runOnce({
            ...callOf(services, operation, request, idempotency_key),
            run,
            onReplay: () => markReplayed(reply),
          })
        : run(services.database, null))
      if (output instanceof EventStream) return sendEventStream(request, reply, output, services.ports.clock)
      if (output instanceof TextStream) return sendTextStream(request, reply, output, services.ports.clock)
      return reply.code(status).send(output)
    },
  })
}

function callOf(services: Services, operation: Operation, request: FastifyRequest, key: string) {
  const principal = request.principal!
  const path = request.url.split('?', 1)[0]!
  const fingerprint = fingerprintOf(operation.method, path, request.body, describeRights(principal))
  const { conversation_id = null } = request.params as { conversation_id?: string }
  return {
    database: services.database,
    sealer: services.sealer,
    request: { namespace: namespaceOf(principal), key, fingerprint },
    conversation_id: conversation_id !== null && isUuid(conversation_id) ? conversation_id : null,
    is_atomic: !operation.waits,
  }
}

function markReplayed(reply: FastifyReply): void {
  reply.header('idempotent-replayed', 'true')
}

/** An end user's browser cannot get in the way of the organization's own keys, nor of other conversations'. */
function namespaceOf(principal: Principal): string {
  if (principal.kind === 'user') return principal.user.id
  if (principal.kind === 'session') return principal.session.id
  return principal.access.conversation?.id ?? principal.access.organization_id
}

function describeRights(principal: Principal): string {
  if (principal.kind !== 'member') return principal.kind
  const { scopes, agent_ids, conversation } = principal.access
  const parts = [scopes, agent_ids ?? ['*'], conversation?.permissions ?? ['*']]
  return parts.map((part) => [...part].toSorted().join(' ')).join('; ')
}

async function admit(
  services: Services,
  limiter: RateLimiter,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Principal | null> {
  if (operation.sign_in) reply.header('cache-control', 'no-store')
  if (operation.access === 'public') {
    if (operation.sign_in) requireOwnPage(services, request)
    return null
  }
  const principal = await identify({ ...services, log: request.log as PublicContext['log'] }, operation, request, reply)
  limit(limiter, limitKeyOf(principal), reply)
  authorize(operation, principal)
  return principal
}

/** A cookie counts where there is no other credential: it comes with every request of a browser, wanted or not. */
async function identify(
  services: Services & { log: PublicContext['log'] },
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Principal> {
  const authorization = authorizationOf(operation, request)
  const organization_header = organizationNamed(operation, request)
  const token = authorization === undefined ? readCookie(request, 'session', services.config.sign_in) : null
  if (token === null) return authenticate(services, { authorization, organization_header })
  reply.header('cache-control', 'no-store')
  requireOwnPage(services, request)
  return authenticateSession(services, { token, organization_header }, operation.access)
}

/** Reading changes nothing, and no other page can read what it is answered. */
function requireOwnPage({ config }: Services, { method, headers }: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD') return
  if (!isFromOwnPage(headers, config.sign_in.public_url)) throw new AppError('cross_site_refused')
}

/** A conversation token in the query stands for the header, where that is allowed; no other credential does. */
function authorizationOf({ token_in_query }: Operation, { headers, query }: FastifyRequest): string | undefined {
  const { token } = query as { token?: unknown }
  if (!token_in_query || headers.authorization !== undefined || typeof token !== 'string') return headers.authorization
  return looksLikeCredential(token) ? undefined : `Bearer ${token}`
}

/** What concerns a user himself concerns no organization, whatever the headers name. */
function organizationNamed({ access }: Operation, { headers }: FastifyRequest): string | undefined {
  const header =
    access === 'user' || access === 'session' ? undefined : (headers['x-anyreach-org'] ?? headers['x-parley-org'])
  return Array.isArray(header) ? header[0] : header
}

function limitKeyOf(principal: Principal): string {
  return principal.kind === 'member' ? principal.access.limit_key : principal.limit_key
}

function limit(limiter: RateLimiter, key: string, reply: FastifyReply): void {
  const taken = limiter.take(key)
  if (taken.limit > 0) {
    reply.header('ratelimit-limit', taken.limit)
    reply.header('ratelimit-remaining', taken.remaining)
    reply.header('ratelimit-reset', taken.reset_seconds)
  }
  if (!taken.allowed) {
    throw new AppError('rate_limited', undefined, {}, { retry_after: taken.retry_after_seconds })
  }
}

function createContext(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  key: CallKey | null,
): PublicContext | UserContext | SessionContext | Context {
  const base: PublicContext = {
    services,
    request_id: request.id,
    log: request.log as PublicContext['log'],
    url: request.url,
    setHeader: (name, value) => void reply.header(name, value),
    visitor: createVisitor(request, reply, services.config.sign_in),
  }
  const { principal } = request
  if (!principal) return base
  if (principal.kind === 'user') return { ...base, user: principal.user }
  if (principal.kind === 'session') return { ...base, session: principal.session }
  const { access } = principal
  const accepts_stream = /(^|[,\s])text\/event-stream\b/i.test(request.headers.accept ?? '')
  return { ...base, access, key, accepts_stream, store: openStore(services.database, access.organization_id) }
}
