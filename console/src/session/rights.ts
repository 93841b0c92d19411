// What the signed-in caller can do, by the same rules as the server. Pure.
import { type Role, type Scope, responderScopes, roles, scopes } from '@parley/contract'

export interface Rights {
  scopes: ReadonlySet<string>
}

export function holdsAny({ scopes }: Rights, wanted: readonly Scope[]): boolean {
  return wanted.some((scope) => scopes.has(scope))
}

/** The scopes of each role, as in the contract. The browser's copy of the contract has no functions. */
const isOfRole: Record<Role, (scope: Scope) => boolean> = {
  admin: () => true,
  responder: (scope) => (responderScopes as readonly Scope[]).includes(scope),
  viewer: (scope) => scope.endsWith(':read'),
}

export const scopesOf = (role: Role): Scope[] => scopes.filter(isOfRole[role])

/** The roles that the caller can grant. Callers can grant only the scopes they have. */
export function grantableRoles(rights: Rights): Role[] {
  return roles.filter((role) => scopesOf(role).every((scope) => rights.scopes.has(scope)))
}
