// Nobody gives, changes or takes what he does not hold. Pure.
import { type Role, type Scope, scopesOfRole } from '@parley/contract'
import { AppError } from '../../base/errors.ts'
import { type Access, scopesNotHeld } from '../../calls/access.ts'

/** A role can be given, changed or taken only by a caller who holds all that it holds. */
export function requireRole(access: Access, role: Role, verb: 'grant' | 'change' | 'remove'): void {
  requireScopes(
    access,
    scopesOfRole[role],
    verb === 'grant' ? `grant the role ${role}` : `${verb} a member who is ${role}`,
  )
}

export function requireScopes(access: Access, wanted: readonly Scope[], act: string): void {
  const missing = scopesNotHeld(access, wanted)
  if (missing.length === 0) return
  throw new AppError('forbidden', `You cannot ${act}, since you do not hold: ${missing.join(', ')}.`)
}
