// One operation as a route: authenticate → authorize → limit → validate → idempotency → call → serialize.
import type { Operation, OperationId } from '@parley/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../access/authenticate.ts'
import type { Context, Handlers, PublicContext, Services, SessionContext, UserContext } from '../calls/context.ts'
import type { Database } from '../database/database.ts'
import { openStore } from '../database/store.ts'
import type { KeyQueue } from '../idempotency/key-queue.ts'
import { type KeyHolder, findNamespace } from '../idempotency/namespace.ts'
import { type CallKey, fingerprintOf, runOnce } from '../idempotency/run-once.ts'
import { isUuid } from '../base/ports.ts'
import { acceptsEventStream } from './accept.ts'
import {
  type Admission,
  type IsStillAdmitted,
  admit,
  chargeForAnswer,
  chargeForBody,
  describeRights,
} from './admission.ts'
import { createVisitor } from './cookies.ts'
import { EventStream, TextStream } from '../calls/event-stream.ts'
import { sendEventStream } from './event-stream.ts'
import { createInputReader } from './input.ts'
import { sendTextStream } from './text-stream.ts'
import type { WorkShares } from './work-shares.ts'

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null
    /** Of the body, as far as it was read. */
    body_bytes: number
    /** Of an answer that is written while it comes about. */
    streamed_bytes: number
  }
}

type AnyHandler = (ctx: never, input: never) => Promise<unknown>

/** One of each for a server. */
export interface Shared {
  admission: Admission
  key_queue: KeyQueue
  work_shares: WorkShares
}

export function registerOperation(
  server: FastifyInstance,
  services: Services,
  { admission, key_queue, work_shares }: Shared,
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
      request.principal = await admit(services, admission, operation, request, reply)
    },
    onResponse: async (request, reply) =>
      chargeForAnswer(admission, operation, request, Number(reply.getHeader('content-length') ?? 0)),
    handler: async (request, reply) => {
      chargeForBody(admission, operation, request, reply)
      const { idempotency_key, ...input } = readInput(request)
      const run = (database: Database, key: CallKey | null) => {
        const ctx = createContext({ ...services, database }, request, reply, key)
        return (handler as AnyHandler)(ctx as never, input as never)
      }
      const call = typeof idempotency_key === 'string' ? callOf(services, operation, request, idempotency_key) : null
      // All that is needed of it has been read, and the call may wait for minutes.
      request.body = undefined
      const owner = request.principal && ownerOf(request.principal)
      const within = <T>(work: () => Promise<T>) => work_shares.within(operation, owner, work)
      const output = await (call
        ? runOnce({
            ...(await call),
            key_queue,
            within,
            run,
            onReplay: () => markReplayed(reply),
          })
        : within(() => run(services.database, null)))
      if (output instanceof EventStream || output instanceof TextStream) {
        const isStillAdmitted = admission.readmission(operation, request)
        return sendStream(request, reply, output, { services, isStillAdmitted }).finally(() =>
          chargeForAnswer(admission, operation, request, request.streamed_bytes),
        )
      }
      return reply.code(status).send(output)
    },
  })
}

function sendStream(
  request: FastifyRequest,
  reply: FastifyReply,
  output: EventStream | TextStream,
  keeping: { services: Services; isStillAdmitted: IsStillAdmitted },
): Promise<unknown> {
  return output instanceof EventStream
    ? sendEventStream(request, reply, output, keeping)
    : sendTextStream(request, reply, output, keeping.services)
}

async function callOf(services: Services, operation: Operation, request: FastifyRequest, key: string) {
  const principal = request.principal!
  const path = request.url.split('?', 1)[0]!
  const fingerprint = fingerprintOf(operation.method, path, request.body, describeRights(principal))
  const { conversation_id = null } = request.params as { conversation_id?: string }
  const namespace = await findNamespace(services.database, keyHolderOf(principal))
  const owner = ownerOf(principal)
  return {
    database: services.database.sharedBy(owner),
    sealer: services.sealer,
    clock: services.ports.clock,
    request: { namespace, key, fingerprint },
    owner,
    conversation_id: conversation_id !== null && isUuid(conversation_id) ? conversation_id : null,
    commits: howItCommits(operation),
  }
}

function howItCommits({ waits, in_parts }: Operation) {
  if (waits) return 'itself' as const
  return in_parts ? ('in_parts' as const) : ('once' as const)
}

function markReplayed(reply: FastifyReply): void {
  reply.header('idempotent-replayed', 'true')
}

/** An end user's browser cannot get in the way of the organization's own keys, nor of other conversations'. */
function keyHolderOf(principal: Principal): KeyHolder {
  if (principal.kind === 'user') return { kind: 'user', id: principal.user.id }
  if (principal.kind === 'session') return { kind: 'session', id: principal.session.id }
  const { conversation, organization_id } = principal.access
  return conversation
    ? { kind: 'conversation', id: conversation.id, organization_id }
    : { kind: 'organization', id: organization_id }
}

/** Whose share of what is bounded a call uses: all sessions of a user, or of a key, have one. */
function ownerOf(principal: Principal): string {
  if (principal.kind === 'member') return principal.access.organization_id
  return principal.kind === 'user' ? principal.user.id : principal.session.access.limit_key
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
  if (principal.kind === 'user') return { ...base, user: principal.user, minter: principal.minter }
  if (principal.kind === 'session') return { ...base, session: principal.session }
  const { access } = principal
  const accepts_stream = acceptsEventStream(request.headers.accept)
  return { ...base, access, key, accepts_stream, store: openStore(services.database, access.organization_id) }
}
