// How people become members, change their role and leave. P6: an organization that has an admin never loses its last one, which is judged
// under the organization's lock.
import type { Role } from '@parley/contract'
import { AppError } from '../base/errors.ts'
import type { TransactionStore } from '../database/store.ts'
import { addOrganizationEvent } from '../organization-events/organization-events.ts'
import { lockOrganization } from './organization-rows.ts'
import * as queries from './queries.ts'
import { endSessionsOf } from './sign-in/sessions.ts'
import { revokeInvitationsBy, revokeInvitationsTo } from './sign-in/invitation-queries.ts'

/** Undefined: they are a member already, whose role stays. */
export async function addMember(
  tx: TransactionStore,
  user: queries.UserRecord,
  role: Role,
): Promise<queries.MemberRecord | undefined> {
  const member = await queries.insertMember(tx, user, role)
  if (member) tell(tx, 'member.joined', member)
  return member
}

/** Until the transaction ends, the member and the number of admins stay as they are. Undefined: there is no such member. */
export async function holdMember(tx: TransactionStore, user_id: string): Promise<queries.MemberRecord | undefined> {
  await lockOrganization(tx)
  return queries.lockMember(tx, user_id)
}

/** Of a member who is held. Throws `last_admin`. */
export async function changeRole(
  tx: TransactionStore,
  member: queries.MemberRecord,
  role: Role,
): Promise<queries.MemberRecord> {
  const changed = { ...member, role }
  if (role === member.role) return changed
  await requireOtherAdmin(tx, member)
  await queries.updateMemberRole(tx, member.user_id, role)
  // They may grant more than the member still can.
  await revokeInvitationsBy(tx, { type: 'user', id: member.user_id })
  const { user_id, name } = member
  const data = { user_id, name, role, was: member.role }
  const { organization_id } = tx
  addOrganizationEvent(tx, { organization_id, type: 'member.updated', subject: user_id, data })
  return changed
}

/**
 * Of a member who is held. Ends their sessions here; their tokens lose access by themselves, because the membership is checked with
 * each use. Throws `last_admin`.
 */
export async function removeMember(tx: TransactionStore, member: queries.MemberRecord): Promise<void> {
  const { user_id, email } = member
  await requireOtherAdmin(tx, member)
  await queries.deleteMemberRow(tx, user_id)
  await endSessionsOf(tx, { user_id, organization_id: tx.organization_id })
  await revokeInvitationsBy(tx, { type: 'user', id: user_id })
  await revokeInvitationsTo(tx, email)
  tell(tx, 'member.removed', member)
}

async function requireOtherAdmin(tx: TransactionStore, { user_id, role }: queries.MemberRecord): Promise<void> {
  if (role === 'admin' && (await queries.countOtherAdmins(tx, user_id)) === 0) throw new AppError('last_admin')
}

function tell(
  tx: TransactionStore,
  type: 'member.joined' | 'member.removed',
  { user_id, name, role }: queries.MemberRecord,
): void {
  const { organization_id } = tx
  addOrganizationEvent(tx, { organization_id, type, subject: user_id, data: { user_id, name, role } })
}
