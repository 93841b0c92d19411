// Notes refused calls for the audit log: the 403s of those who have proven who they are.
import { type Operation, describeError } from '@parley/contract'
import type { AuditTarget } from '../audit/entry.ts'
import { AppError } from '../base/errors.ts'
import { type Calling, actorOf, originOf, partnerOf } from './audited.ts'
import type { Core } from './core.ts'
import type { Principal } from './principal.ts'

export interface RefusedCall {
  readonly operation: Operation
  readonly caller: Principal | null
  readonly from: Calling
  /** Of the path; may have more. */
  readonly named: Readonly<Record<string, unknown>>
}

/** End users do not administer anything, so their refusals leave no entry. */
export function noteRefusal({ refusals }: Pick<Core, 'refusals'>, error: unknown, call: RefusedCall): void {
  const { operation, caller, from } = call
  if (!(error instanceof AppError) || describeError(error.error).status !== 403) return
  if (caller === null || caller.kind === 'resource' || (caller.kind === 'member' && caller.access.conversation)) return
  refusals.note({
    organization_id: organizationOf(caller),
    action: operation.id,
    actor: actorOf(caller),
    on_behalf_of: partnerOf(caller),
    target: targetOf(call),
    ...originOf(operation, caller, from),
  })
}

function organizationOf(caller: Principal): string | null {
  if (caller.kind === 'user') return null
  return caller.kind === 'session' ? caller.session.access.organization_id : caller.access.organization_id
}

function targetOf({ operation: { audit }, named }: RefusedCall): AuditTarget | null {
  if (audit === false) return null
  const id = audit.id === undefined ? undefined : named[audit.id]
  return { type: audit.target, id: typeof id === 'string' ? id : null, name: null }
}
