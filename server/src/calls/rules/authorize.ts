// Decides whether an authenticated caller may call an operation. Pure; what they may see is decided by each look-up.
import type { Operation, Scope } from '@parley/contract'
import type { Access } from '../access.ts'
import type { Principal } from '../principal.ts'
import { AppError } from '../../base/errors.ts'

export function authorize(operation: Operation, principal: Principal): void {
  if (principal.kind === 'member' && principal.access.view) return authorizeView(operation, principal.access)
  if (operation.access === 'user') {
    if (principal.kind !== 'user') throw new AppError('forbidden', 'This needs a personal access token.')
    return
  }
  if (operation.access === 'session') {
    if (principal.kind !== 'session') throw new AppError('forbidden', 'This needs a session.')
    return
  }
  if (typeof operation.access === 'object' && 'by' in operation.access) {
    const { by } = operation.access
    if (principal.kind !== 'resource' || principal.resource !== by) throw new AppError('forbidden', needsToken)
    return
  }
  if (principal.kind !== 'member') throw new AppError('organization_missing')
  const { access } = principal
  if (access.conversation) return authorizeToken(operation, access.conversation.permissions)
  if (!holdsScope(operation, access)) throw new AppError('forbidden')
  if (access.agent_ids !== null && !operation.narrowed) throw new AppError('not_found')
}

const isReading = (scope: Scope) => /:read(_sensitive)?$/.test(scope)

/** A partner who looks reads what a scope for reading opens, by that scope. */
function authorizeView({ method, access, not_for_views }: Operation, { scopes }: Access): void {
  const needed = typeof access === 'object' && !('by' in access) ? access : []
  const isOpen = needed.some((scope) => isReading(scope) && scopes.has(scope))
  if (method !== 'GET' || not_for_views || !isOpen) throw new AppError('view_only')
}

const needsToken = 'This needs the token of its address.'

function holdsScope({ access: needed }: Operation, access: Access): boolean {
  return typeof needed === 'string' || (!('by' in needed) && needed.some((scope) => access.scopes.has(scope)))
}

function authorizeToken(operation: Operation, permissions: ReadonlySet<string>): void {
  const needed = operation.conversation_permission
  if (needed === undefined || !permissions.has(needed)) {
    throw new AppError('forbidden', 'The conversation token does not allow this.')
  }
}
