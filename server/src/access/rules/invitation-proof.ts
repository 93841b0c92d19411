// What proves that a person owns an address. All organizations share a user, and anyone may hold an invitation's link, so a link
// of one organization must never give access to another. Pure.

export interface UserState {
  /** The organizations of which the user is a member. */
  memberships: readonly string[]
  has_password: boolean
}

/**
 * `set`: the holder of the link chooses the password, because it gives access only to the inviting organization. `own`: the user
 * is a member elsewhere and must give their existing password. `sign_in`: the user has no password and must sign in.
 */
export type Joining = 'set' | 'own' | 'sign_in'

export function decideJoining(user: UserState | null, organization_id: string): Joining {
  if (user === null || user.memberships.every((id) => id === organization_id)) return 'set'
  return user.has_password ? 'own' : 'sign_in'
}

/**
 * Whether an address may become a member without action by its owner. Not if its password was set with only a link: someone may
 * have invited themselves under this address to gain access to other organizations later.
 */
export function mayBeAdded(password: { is_vouched: boolean } | undefined): boolean {
  return password === undefined || password.is_vouched
}
