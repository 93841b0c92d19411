// The audit entry of a call (P5): written in the transaction of its change, after it and before its commit.
import type { Operation, OperationId } from '@parley/contract'
import { appendAudit, appendAuditToEach } from '../audit/append.ts'
import type { AuditActor, AuditOrigin } from '../audit/entry.ts'
import type { State } from '../audit/rules/changes.ts'
import { type Database, type Executor, acrossOrganizations } from '../database/database.ts'
import { type Store, openStore } from '../database/store.ts'
import { AppError } from '../base/errors.ts'
import { isUuid } from '../base/ports.ts'
import type { Origin } from './call.ts'
import type { Core } from './core.ts'
import type { Principal } from './principal.ts'
import { type AuditPlan, changesOf, targetOf } from './rules/audit-plan.ts'

/** What calls of rooms above need to know for it. */
export interface Auditing {
  organizationsOf(tx: Executor, user_id: string): Promise<string[]>
  /** Show targets that no GET operation shows, by the kind of target. */
  readonly readers: TargetReaders
}

export type TargetReaders = Readonly<Partial<Record<string, (store: Store, id: string) => Promise<State>>>>

/** Calls a handler, or an operation that shows its target, in a transaction. */
export type RunIn = (id: OperationId, tx: Database, input: object) => Promise<unknown>

export interface AuditedCall {
  readonly core: Core
  readonly auditing: Auditing
  readonly caller: Principal
  readonly origin: AuditOrigin
  readonly input: object
  readonly plan: AuditPlan
  readonly runIn: RunIn
}

const lockStatement = acrossOrganizations(
  'the text names the organization',
  'lock_audited_target',
  `select pg_advisory_xact_lock(hashtextextended('audited ' || $1::text, 0))`,
)

/** Its changes are all of the target from the first look to the last, because calls about one target follow each other. */
export async function withEntry<T>(
  call: AuditedCall,
  tx: Database,
  work: () => Promise<T>,
  outputOf: (made: T) => unknown = asItIs,
): Promise<T> {
  const { plan, input } = call
  const values = input as Readonly<Record<string, unknown>>
  const first = plan.params[0]
  if (first !== undefined)
    await tx.query(lockStatement, [
      `${homeOf(call.caller)} ${plan.audited.target} ${String(values[first]).toLowerCase()}`,
    ])
  const before = await look(call, tx)
  const made = await work()
  const output = outputOf(made)
  const after = plan.deletes ? null : await look(call, tx, samePart(plan, output, before))
  const whole = plan.whole ? await readTwin(call, tx, plan.whole) : null
  const told = { input: values, output, before, after, whole, organization_id: homeOf(call.caller) ?? '' }
  await append(call, tx, { target: targetOf(plan, told), changes: changesOf(plan, told) })
  await call.core.ports.reached?.('audit.written')
  return made
}

const asItIs = (made: unknown) => made

async function look(call: AuditedCall, tx: Database, part: object = {}): Promise<State> {
  const { plan, auditing, input } = call
  if (plan.twin) return readTwin(call, tx, plan.twin, part)
  const { target, id } = plan.audited
  const read = auditing.readers[target]
  const named = id === undefined ? undefined : (input as Record<string, unknown>)[id]
  const organization_id = placeOf(call)
  if (!read || typeof named !== 'string' || organization_id === null) return null
  return read(openStore(tx, organization_id), named)
}

/** Where the target is: in the organization that the path names, or else in the caller's. What is shown of another is never sent to them. */
function placeOf({ plan, caller, input }: AuditedCall): string | null {
  if (!plan.params.includes('organization_id')) return homeOf(caller)
  const { organization_id } = input as { organization_id?: unknown }
  return typeof organization_id === 'string' && isUuid(organization_id) ? organization_id : null
}

/** Null: it does not exist, or the caller may not see it. */
async function readTwin({ plan, input, runIn }: AuditedCall, tx: Database, id: OperationId, part: object = {}) {
  const named = Object.entries(input).filter(([name]) => plan.params.includes(name))
  try {
    return await readAndForget(tx, (inner) => runIn(id, inner, { ...Object.fromEntries(named), ...part }))
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

/** To look must change nothing: to read the newest version of an agent makes a draft of it, if there is no draft. */
async function readAndForget(tx: Database, read: (tx: Database) => Promise<unknown>): Promise<State> {
  const forget = new Error('what was only read is rolled back')
  let state: State = null
  try {
    await tx.transaction(async (inner) => {
      state = (await read(inner)) as State
      throw forget
    })
  } catch (error) {
    if (error !== forget) throw error
  }
  return state
}

/** `latest` may be another version after the call. */
function samePart({ audited: { part }, params }: AuditPlan, output: unknown, before: State): object {
  if (!part || !params.includes(part.id)) return {}
  const value = (output as State)?.[part.id] ?? before?.[part.id]
  return value === undefined ? {} : { [part.id]: String(value) }
}

type Told = Pick<Parameters<typeof appendAudit>[1], 'target' | 'changes'>

async function append({ core, auditing, caller, origin, plan }: AuditedCall, tx: Executor, told: Told): Promise<void> {
  const { newId } = core.ports
  const entry = { action: plan.id, actor: actorOf(caller), on_behalf_of: partnerOf(caller), ...origin, ...told }
  const organization_id = homeOf(caller)
  if (organization_id !== null) return appendAudit(tx, { ...entry, id: newId(), organization_id })
  const organization_ids = caller.kind === 'user' ? await auditing.organizationsOf(tx, caller.user.id) : []
  await appendAuditToEach(tx, organization_ids, { ...entry, newId })
}

/** Null: a user, in no organization. */
function homeOf(caller: Principal): string | null {
  if (caller.kind === 'user') return null
  return caller.kind === 'session' ? caller.session.access.organization_id : caller.access.organization_id
}

export function actorOf(caller: Principal): AuditActor {
  if (caller.kind === 'user') return { type: 'user', id: caller.user.id, name: caller.user.email }
  return caller.kind === 'session' ? caller.session.access.actor : caller.access.actor
}

/** Of a member of a partner who looks at the organization: that partner. */
export function partnerOf(caller: Principal): AuditActor | null {
  if (caller.kind === 'user') return null
  const { view } = caller.kind === 'session' ? caller.session.access : caller.access
  return view ? { type: 'organization', id: view.partner_id, name: view.partner_name } : null
}

export type Calling = Pick<Origin, 'via' | 'request_id'> & {
  readonly edge: Pick<NonNullable<Origin['edge']>, 'address' | 'user_agent'> | null
}

/** Only browsers sign in. */
export function originOf(
  { sign_in }: Operation,
  caller: Principal | null,
  { via, request_id, edge }: Calling,
): AuditOrigin {
  const http = sign_in || isSession(caller) ? 'console' : 'api'
  const shown = via === 'http' ? http : via === 'mcp' ? 'mcp' : 'system'
  return { via: shown, request_id, address: edge?.address ?? null, user_agent: edge?.user_agent ?? null }
}

function isSession(caller: Principal | null): boolean {
  if (caller?.kind === 'member') return caller.session_id !== undefined
  return caller?.kind === 'session' || (caller?.kind === 'user' && caller.minter.key_id === null)
}
