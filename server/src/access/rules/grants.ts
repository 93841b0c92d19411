// Callers can grant, change and remove only what they have themselves. Pure.
import { type Role, type Scope, scopesOfRole } from '@parley/contract'
import { AppError } from '../../base/errors.ts'
import { type Access, scopesNotHeld } from '../../calls/access.ts'

/** A role can be granted, changed or removed only by a caller who has all its scopes. */
export function requireRole(access: Access, role: Role, verb: 'grant' | 'change' | 'remove'): void {
  requireScopes(
    access,
    scopesOfRole[role],
    verb === 'grant' ? `grant the role ${role}` : `${verb} a member with the role ${role}`,
  )
}

export function requireScopes(access: Access, wanted: readonly Scope[], act: string): void {
  const missing = scopesNotHeld(access, wanted)
  if (missing.length === 0) return
  throw new AppError('forbidden', `You cannot ${act} because you do not have: ${missing.join(', ')}.`)
}
