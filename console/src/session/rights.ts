// What the signed-in credential may do, as the server will judge it too. Pure.
import { type Role, type Scope, roles, scopes } from '@parley/contract'

export interface Rights {
  scopes: ReadonlySet<string>
}

export function holdsAny({ scopes }: Rights, wanted: readonly Scope[]): boolean {
  return wanted.some((scope) => scopes.has(scope))
}

/** Which scopes a role has, as the contract says; the browser's copy of the contract has lists only. */
const isOfRole: Record<Role, (scope: Scope) => boolean> = {
  admin: () => true,
  viewer: (scope) => scope.endsWith(':read'),
}

/** The roles that can be given: nobody gives what he does not hold. */
export function grantableRoles(rights: Rights): Role[] {
  return roles.filter((role) => scopes.filter(isOfRole[role]).every((scope) => rights.scopes.has(scope)))
}
