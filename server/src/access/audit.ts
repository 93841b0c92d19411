// Entries of the audit log that access writes by itself: of signing in, of the command line, of a start, and of sign-ins that fail.
import { userInfo } from 'node:os'
import type { OperationId } from '@parley/contract'
import { appendAuditInOrder, appendAuditToEach } from '../audit/append.ts'
import {
  type AuditActor,
  type AuditChange,
  type AuditOrigin,
  type AuditTarget,
  type NewAuditEntry,
  commandOrigin,
  systemActor,
  systemOrigin,
} from '../audit/entry.ts'
import type { JsonValue } from '../base/json.ts'
import type { Ports } from '../base/ports.ts'
import { networkOf } from '../calls/attempts.ts'
import type { SignInContext } from '../calls/context.ts'
import { type Executor, acrossOrganizations, statement } from '../database/database.ts'
import { selectMemberships } from './sign-in/users.ts'

export interface Told {
  readonly action: string
  readonly actor: AuditActor
  readonly origin: AuditOrigin
  readonly target: AuditTarget
  readonly changes?: readonly AuditChange[]
}

type Newcomer = Pick<Ports, 'newId'>

/** Last in its transaction. Null: the installation. `also`: other entries of the transaction. */
export function tell(
  tx: Executor,
  { newId }: Newcomer,
  organization_id: string | null,
  { origin, ...told }: Told,
  also: readonly NewAuditEntry[] = [],
): Promise<void> {
  return appendAuditInOrder(tx, [...also, { ...told, ...origin, id: newId(), organization_id }])
}

/** In the log of each organization of the user. */
export async function tellEach(
  tx: Executor,
  { newId }: Newcomer,
  user_id: string,
  { origin, ...told }: Told,
  also: readonly NewAuditEntry[] = [],
): Promise<void> {
  await appendAuditToEach(tx, await selectMemberships(tx, user_id), { ...told, ...origin, newId }, also)
}

/** The person who runs the command line, as the system calls them. */
export function byCommand(action: string, target: AuditTarget, changes: readonly AuditChange[] = []): Told {
  return {
    action,
    target,
    changes,
    actor: { type: 'operator', id: null, name: nameOfOperator() },
    origin: commandOrigin,
  }
}

function nameOfOperator(): string | null {
  try {
    return userInfo().username
  } catch {
    // The process runs under a number that has no name here.
    return null
  }
}

/** What a start of the server makes. */
export function byStart(target: AuditTarget, changes: readonly AuditChange[] = []): Told {
  return { action: 'parley serve', target, changes, actor: systemActor, origin: systemOrigin }
}

export const secretChange = (path: string): AuditChange => ({ path, changed: true })
export const newValue = (path: string, to: JsonValue): AuditChange => ({ path, from: null, to })

// --- sign-ins that fail ---

const accountStatement = acrossOrganizations(
  'nobody has signed in',
  'find_attempted_account',
  `select u.id, u.email, m.organization_id from users u left join members m on m.user_id = u.id where lower(u.email) = $1`,
)
const keyStatement = statement(
  'find_attempted_key',
  'select key_id as id, name as email, organization_id from credentials where key_id = $1 and user_id is null',
)

export type Attempt = { email: string } | { key_id: string } | null

/** The caller does not wait for it: a known account must take no longer than an unknown one. Of an unknown one nothing typed is kept. */
export function noteFailedSignIn(ctx: SignInContext<unknown>, action: OperationId, attempt: Attempt): void {
  void noteAttempt(ctx, action, attempt).catch((error: unknown) =>
    ctx.log.warn({ err: error }, 'could not record a failed sign-in in the audit log'),
  )
}

async function noteAttempt(ctx: SignInContext<unknown>, action: OperationId, attempt: Attempt): Promise<void> {
  const { database, refusals } = ctx.core
  const found = await findAttempted(database, attempt)
  const actor: AuditActor = { type: 'unknown', id: networkOf(ctx.edge.address), name: null }
  const refusal = { action, actor, ...ctx.origin }
  const type = attempt && 'key_id' in attempt ? 'organization_key' : 'user'
  if (found.length === 0) refusals.note({ ...refusal, organization_id: null, target: null })
  for (const { id, email: name, organization_id } of found) {
    refusals.note({ ...refusal, organization_id, target: { type, id, name } })
  }
}

interface Attempted {
  id: string
  email: string
  organization_id: string | null
}

async function findAttempted(executor: Executor, attempt: Attempt): Promise<Attempted[]> {
  if (attempt === null) return []
  return 'email' in attempt
    ? executor.query(accountStatement, [attempt.email.trim().toLowerCase()])
    : executor.query(keyStatement, [attempt.key_id])
}
