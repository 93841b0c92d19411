// Calls an operation for any origin: authorize → idempotency key → handler. HTTP is one of several callers.
import { type Operation, type OperationId, operations } from '@parley/contract'
import { isUuid } from '../base/ports.ts'
import type { Database } from '../database/database.ts'
import { openStore } from '../database/store.ts'
import type { KeyQueue } from '../idempotency/key-queue.ts'
import { type FindNamespace, createNamespaces } from '../idempotency/namespace.ts'
import { type CallKey, fingerprintOf, runOnce } from '../idempotency/run-once.ts'
import { AppError } from '../base/errors.ts'
import { authorize } from './rules/authorize.ts'
import type { Invoke, Origin, RequestKey } from './call.ts'
import type { Context, Handlers, PublicContext, SessionContext, UserContext } from './context.ts'
import type { Core } from './core.ts'
import { keys_replayed } from './metrics.ts'
import { type Principal, describeRights, keyHolderOf, ownerOf } from './principal.ts'
import type { WorkShares } from './work-shares.ts'

export interface InvokeOptions {
  core: Core
  handlers: Handlers
  key_queue: KeyQueue
  work_shares: WorkShares
}

type AnyHandler = (ctx: unknown, input: unknown) => Promise<unknown>

/** Their keys are assumed to be new, and the commit finds out: the look would cost each of them a statement. */
const assumed_new: ReadonlySet<string> = new Set<OperationId>(['createConversation', 'sendConversationMessage'])

export function createInvoke(options: InvokeOptions): Invoke {
  const { core, handlers, work_shares } = options
  core.metrics.declare(keys_replayed)
  const findNamespace = createNamespaces(core.database)
  return async (id, caller, input, from) => {
    const operation: Operation = operations[id]
    admit(operation, caller, from)
    const { origin, keyed: named } = withoutBody(from, caller)
    const handler = handlers[id] as unknown as AnyHandler
    const run = (database: Database, key: CallKey | null) =>
      handler(contextOf({ ...core, database }, caller, origin, key), input)
    const owner = caller && ownerOf(caller)
    const within = <T>(work: () => Promise<T>) => work_shares.within(operation, owner, work, input as object)
    if (named === null || caller === null) {
      return { output: (await within(() => run(core.database, null))) as never, replayed: false }
    }
    const keyed = await keyedCall({ ...options, findNamespace }, operation, caller, named)
    let replayed = false
    const onReplay = () => {
      if (!replayed) core.metrics.count(keys_replayed, {})
      replayed = true
      // Set immediately: an earlier call may be refused again, and that response is a replay too.
      origin.edge?.setHeader('idempotent-replayed', 'true')
    }
    const output = await runOnce({ ...keyed, within, run, onReplay })
    return { output: output as never, replayed }
  }
}

function admit(operation: Operation, caller: Principal | null, { edge }: Origin): void {
  if (operation.access !== 'public') {
    if (caller === null) throw new AppError('unauthorized')
    authorize(operation, caller)
  }
  if (operation.sign_in && edge === null)
    throw new AppError('forbidden', 'Only a browser can sign in. Use an API key or a token instead.')
}

type NamedRequest = Pick<RequestKey, 'value' | 'conversation_id'> & { fingerprint: Buffer }

/** The body that a key stands for may be large, and the call may wait for minutes: only its fingerprint is kept. */
function withoutBody(
  { key, ...origin }: Origin,
  caller: Principal | null,
): { origin: Omit<Origin, 'key'>; keyed: NamedRequest | null } {
  if (key === null || caller === null) return { origin, keyed: null }
  const { value, method, path, body, conversation_id } = key
  const fingerprint = fingerprintOf(method, path, body, describeRights(caller))
  return { origin, keyed: { value, fingerprint, conversation_id } }
}

async function keyedCall(
  { core, key_queue, findNamespace }: InvokeOptions & { findNamespace: FindNamespace },
  operation: Operation,
  caller: Principal,
  { value: key, fingerprint, conversation_id }: NamedRequest,
) {
  const namespace = await findNamespace(keyHolderOf(caller))
  const owner = ownerOf(caller)
  return {
    database: core.database.sharedBy(owner),
    sealer: core.sealers.sealer,
    clock: core.ports.clock,
    request: { namespace, key, fingerprint },
    owner,
    key_queue,
    conversation_id: conversation_id !== null && isUuid(conversation_id) ? conversation_id : null,
    commits: howItCommits(operation),
    assumes_new: assumed_new.has(operation.id),
  }
}

function howItCommits({ waits, in_parts }: Operation) {
  if (waits) return 'itself' as const
  return in_parts ? ('in_parts' as const) : ('once' as const)
}

function contextOf(
  core: Core,
  caller: Principal | null,
  { via, request_id, log, edge, accepts_stream, depth = 0 }: Omit<Origin, 'key'>,
  key: CallKey | null,
): PublicContext | UserContext | Omit<SessionContext, 'edge'> | Context {
  const base: PublicContext = { core, room: undefined, request_id, log, edge, depth }
  if (caller === null) return base
  if (caller.kind === 'user') return { ...base, user: caller.user, minter: caller.minter }
  if (caller.kind === 'session') return { ...base, session: caller.session }
  const { access } = caller
  const store = openStore(core.database, access.organization_id)
  return { ...base, access, key, accepts_stream, stops_at_stored: via === 'mcp', store }
}
