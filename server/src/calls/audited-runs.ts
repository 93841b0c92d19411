// How a call of an operation runs: as it is, or in a transaction with its entry in the audit log.
import type { Operation, OperationId } from '@parley/contract'
import { LRUCache } from 'lru-cache'
import { auditSettings } from '../audit/settings.ts'
import type { Clock } from '../base/ports.ts'
import type { Database } from '../database/database.ts'
import { type RootStore, openStore } from '../database/store.ts'
import type { CallKey } from '../idempotency/run-once.ts'
import { maySeeSensitive } from './access.ts'
import { type AuditedCall, type Auditing, originOf, withEntry } from './audited.ts'
import type { Origin } from './call.ts'
import type { Audited, Context, Handlers, PublicContext, SessionContext, UserContext } from './context.ts'
import type { Core } from './core.ts'
import { type Principal, ownerOf } from './principal.ts'
import { type AuditPlan, planOf } from './rules/audit-plan.ts'

export interface RunOptions {
  readonly core: Core
  readonly handlers: Handlers
  readonly auditing: Auditing
}

/** One call. */
export interface Call {
  readonly operation: Operation
  readonly caller: Principal | null
  readonly origin: Omit<Origin, 'key'>
  readonly input: object
}

export interface Runs {
  /** Of a call that is one transaction, that one. */
  in(database: Database, key: CallKey | null): Promise<unknown>
  /** Without a key. */
  alone(): Promise<unknown>
}

type AnyHandler = (ctx: unknown, input: unknown) => Promise<unknown>
type AnyContext = PublicContext | UserContext | Omit<SessionContext, 'edge'> | Context

export function createRuns(options: RunOptions): (call: Call) => Runs {
  const { core, handlers } = options
  const isShown = createReads(core)
  return (call) => {
    const { operation, caller, input } = call
    const handler = handlers[operation.id as OperationId] as unknown as AnyHandler
    const audited = auditedCall(options, call)
    const run = (database: Database, key: CallKey | null, within?: Audited) =>
      handler(contextOf({ ...core, database }, call, key, within), input)
    const runs: Runs = { in: run, alone: () => run(core.database, null) }
    if (audited === null || caller === null) return runs
    const { by_itself, reads } = audited.plan.audited
    const database = core.database.sharedBy(ownerOf(caller))
    if (by_itself) return inOwnTransaction(run, audited, database)
    if (reads && !isShown(caller, input)) return runs
    if (operation.method === 'GET') return { ...runs, alone: () => thenEntry(runs.alone, audited, database) }
    const inTransaction: Runs['in'] = (tx, key) => withEntry(audited, tx, () => run(tx, key))
    return { in: inTransaction, alone: () => database.transaction((tx) => inTransaction(tx, null)) }
  }
}

/** What it shows is shown only if the entry is there. */
async function thenEntry(alone: Runs['alone'], audited: AuditedCall, database: Database): Promise<unknown> {
  const output = await alone()
  // A page or a file of many is described by the request.
  await database.transaction((tx) => withEntry(audited, tx, async () => null))
  return output
}

type RunWithin = (database: Database, key: CallKey | null, within: Audited) => Promise<unknown>

function inOwnTransaction(run: RunWithin, audited: AuditedCall, database: Database): Runs {
  const { core, caller } = audited
  const within: Audited = (work, outputOf) =>
    database.transaction((tx) => {
      const store = openStore(tx, organizationOf(caller))
      return withEntry(audited, tx, () => store.transaction(work), outputOf)
    })
  return { in: (own, key) => run(own, key, within), alone: () => run(core.database, null, within) }
}

function organizationOf(caller: Principal): string {
  if (caller.kind === 'member' || caller.kind === 'resource') return caller.access.organization_id
  throw new Error('a call in no organization has no store')
}

/** Null: the call leaves no entry, or its handler writes it without these. */
function auditedCall({ core, handlers, auditing }: RunOptions, call: Call): AuditedCall | null {
  const { operation, caller, origin, input } = call
  const plan: AuditPlan | null = planOf(operation)
  if (plan === null || caller === null) return null
  const runIn: AuditedCall['runIn'] = (id, tx, named) =>
    (handlers[id] as unknown as AnyHandler)(contextOf({ ...core, database: tx }, call, null), named)
  return { core, auditing, caller, origin: originOf(operation, caller, origin), input, plan, runIn }
}

function contextOf(
  core: Core,
  { operation, caller, origin: { request_id, log, edge, accepts_stream, depth = 0, via } }: Call,
  key: CallKey | null,
  within?: Audited,
): AnyContext {
  const origin = originOf(operation, caller, { via, request_id, edge })
  const base: PublicContext = { core, room: undefined, request_id, log, edge, depth, origin }
  if (caller === null) return base
  if (caller.kind === 'user') return { ...base, user: caller.user, minter: caller.minter }
  if (caller.kind === 'session') return { ...base, session: caller.session }
  const { access } = caller
  const store = openStore(core.database, access.organization_id)
  const stops_at_stored = via === 'mcp'
  return { ...base, access, key, accepts_stream, stops_at_stored, store, audited: within ?? withoutEntry(store) }
}

const withoutEntry =
  (store: RootStore): Audited =>
  (work) =>
    store.transaction(work)

const remembered_ms = 3_600_000
const most_remembered = 10_000

/** Whether a read leaves an entry: if the settings say so, of people, and not again for an hour. */
function createReads({ config, ports }: { config: Core['config']; ports: { clock: Pick<Clock, 'monotonic'> } }) {
  const { reads } = config.of(auditSettings)
  const told = new LRUCache<string, number>({ max: most_remembered })
  return (caller: Principal, input: object): boolean => {
    if (!reads || caller.kind !== 'member') return false
    const { access } = caller
    if (access.actor.type !== 'user' || access.conversation !== null || !maySeeSensitive(access)) return false
    const { conversation_id } = input as { conversation_id?: string }
    const key = `${access.organization_id} ${access.actor.id} ${conversation_id?.toLowerCase()}`
    const now = ports.clock.monotonic()
    if (now - (told.get(key) ?? -Infinity) < remembered_ms) return false
    told.set(key, now)
    return true
  }
}
