// How organization keys come and go, with their events.
import { type Role, type Scope, scopes } from '@parley/contract'
import { invalid } from '../base/errors.ts'
import type { TransactionStore } from '../database/store.ts'
import { addOrganizationEvent } from '../organization-events/organization-events.ts'
import * as queries from './queries.ts'
import { endSessionsOf } from './sign-in/sessions.ts'
import { revokeInvitationsBy } from './sign-in/invitation-queries.ts'

/** Undefined: a credential has this id. */
export async function addKey(
  tx: TransactionStore,
  key: queries.NewOrganizationKey,
): Promise<queries.CredentialRecord | undefined> {
  const { organization_id } = tx
  const record = await queries.insertOrganizationKey(tx, organization_id, key)
  const { key_id, name } = key
  if (record)
    addOrganizationEvent(tx, {
      organization_id,
      type: 'credential.created',
      subject: organization_id,
      data: { key_id, name },
    })
  return record
}

/** In a transaction that holds it. */
export async function removeKey(tx: TransactionStore, { key_id, name }: { key_id: string; name: string }) {
  const { organization_id } = tx
  await queries.deleteOrganizationKeyRow(tx, key_id)
  await endSessionsOf(tx, { key_id })
  await revokeInvitationsBy(tx, { type: 'credential', id: key_id })
  addOrganizationEvent(tx, {
    organization_id,
    type: 'credential.deleted',
    subject: organization_id,
    data: { key_id, name },
  })
}

/** The permissions of a new key: a role, by default `admin`, or a list of scopes. */
export function chooseKeyPower(
  role: Role | null | undefined,
  wanted: readonly Scope[] | null | undefined,
): { role: Role; scopes: null } | { role: null; scopes: Scope[] } {
  if (!wanted) return { role: role ?? 'admin', scopes: null }
  if (role) throw invalid({ path: 'scopes', message: 'cannot be combined with role' })
  return { role: null, scopes: scopes.filter((scope) => wanted.includes(scope)) }
}
