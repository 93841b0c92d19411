// Calls an operation for any origin: authorize → idempotency key → handler. HTTP is one of several callers.
import { type Operation, type OperationId, operations } from '@parley/contract'
import { isUuid } from '../base/ports.ts'
import type { KeyQueue } from '../idempotency/key-queue.ts'
import { type FindNamespace, createNamespaces } from '../idempotency/namespace.ts'
import { fingerprintOf, runOnce } from '../idempotency/run-once.ts'
import { AppError } from '../base/errors.ts'
import { type RunOptions, createRuns } from './audited-runs.ts'
import { authorize } from './rules/authorize.ts'
import type { Invoke, Origin, RequestKey } from './call.ts'
import { keys_replayed } from './metrics.ts'
import { noteRefusal } from './refused.ts'
import { type Principal, describeRights, keyHolderOf, ownerOf } from './principal.ts'
import type { WorkShares } from './work-shares.ts'

export interface InvokeOptions extends RunOptions {
  key_queue: KeyQueue
  work_shares: WorkShares
}

/** Their keys are assumed to be new, and the commit finds out: the look would cost each of them a statement. */
const assumed_new: ReadonlySet<string> = new Set<OperationId>(['createConversation', 'sendConversationMessage'])

export function createInvoke(options: InvokeOptions): Invoke {
  const { core, work_shares } = options
  core.metrics.declare(keys_replayed)
  const findNamespace = createNamespaces(core.database)
  const runsOf = createRuns(options)
  const call: Invoke = async (id, caller, input, from) => {
    const operation: Operation = operations[id]
    admit(operation, caller, from)
    const { origin, keyed: named } = withoutBody(from, caller)
    const runs = runsOf({ operation, caller, origin, input })
    const owner = caller && ownerOf(caller)
    const within = <T>(work: () => Promise<T>) => work_shares.within(operation, owner, work, input as object)
    if (named === null || caller === null) {
      return { output: (await within(runs.alone)) as never, replayed: false }
    }
    const keyed = await keyedCall({ ...options, findNamespace }, operation, caller, named)
    let replayed = false
    const onReplay = () => {
      if (!replayed) core.metrics.count(keys_replayed, {})
      replayed = true
      // Set immediately: an earlier call may be refused again, and that response is a replay too.
      origin.edge?.setHeader('idempotent-replayed', 'true')
    }
    const output = await runOnce({ ...keyed, within, run: runs.in, onReplay })
    return { output: output as never, replayed }
  }
  return async (id, caller, input, from) => {
    try {
      return await call(id, caller, input, from)
    } catch (error) {
      noteRefusal(core, error, { operation: operations[id], caller, from, named: input as object as Values })
      throw error
    }
  }
}

type Values = Readonly<Record<string, unknown>>

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
