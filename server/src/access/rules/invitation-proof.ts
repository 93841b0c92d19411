// Who may take an address for his own. A user is shared by all organizations, and whoever has an invitation's link may be anybody;
// so a link of one organization must never open another. Pure.

export interface UserState {
  /** The organizations where he is a member. */
  memberships: readonly string[]
  has_password: boolean
}

/**
 * `set`: whoever has the link chooses the password, since he gains nothing but the organization that invites. `own`: the user
 * is a member elsewhere, so it takes his own password. `sign_in`: he has none.
 */
export type Joining = 'set' | 'own' | 'sign_in'

export function decideJoining(user: UserState | null, organization_id: string): Joining {
  if (user === null || user.memberships.every((id) => id === organization_id)) return 'set'
  return user.has_password ? 'own' : 'sign_in'
}

/**
 * Whether an address may be made a member without its owner's doing. Not where a link was enough for its password: somebody
 * may have invited himself under it, to be let in elsewhere later.
 */
export function mayBeAdded(password: { is_vouched: boolean } | undefined): boolean {
  return password === undefined || password.is_vouched
}
