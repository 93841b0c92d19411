// What ends with a membership or a key. In a transaction that holds the row.
import type { Store } from '../database/store.ts'
import * as queries from './queries.ts'
import { deleteInvitationsBy, deleteInvitationsOf } from './sign-in/invitation-queries.ts'
import { endSessionsOf } from './sign-in/sessions.ts'

/** Ends the member's sessions here. Their tokens lose access by themselves, because the membership is checked with each use. */
export async function removeMember(store: Store, { user_id, email }: queries.MemberRecord): Promise<void> {
  await queries.deleteMemberRow(store, user_id)
  await endSessionsOf(store, { user_id, organization_id: store.organization_id })
  await deleteInvitationsBy(store, { type: 'user', id: user_id })
  await deleteInvitationsOf(store, email)
}

export async function removeKey(store: Store, key_id: string): Promise<void> {
  await queries.deleteOrganizationKeyRow(store, key_id)
  await endSessionsOf(store, { key_id })
  await deleteInvitationsBy(store, { type: 'credential', id: key_id })
}
