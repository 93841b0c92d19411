// The SQL of invitations. Their tokens are stored as hashes and never read.
import type { Output, Role } from '@parley/contract'
import { newest } from '../../database/cursor.ts'
import { type Executor, acrossOrganizations, statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import type { Actor } from '../../calls/access.ts'
import { type PageRequest, countRows } from '../queries.ts'

export type InvitationRecord = Output<'listInvitations'>['data'][number]

const columns = 'id as invitation_id, email, role, name, invited_by, created_at, expires_at'

export interface NewInvitation {
  id: string
  token_hash: Buffer
  email: string
  role: Role
  name: string | null
  invited_by: Actor
  expires_in_seconds: number
}

/**
 * It has not expired, and neither has the key that made it: a key's holder must not be able to let people in later. Deleting a key, and
 * ending or changing a membership, deletes the invitations.
 */
const isOpen = `i.expires_at > now() and (i.invited_by ->> 'type' is distinct from 'credential' or exists (
     select from credentials c where c.key_id = i.invited_by ->> 'id' and c.user_id is null
       and c.organization_id = i.organization_id and (c.expires_at is null or c.expires_at > now())))`

const insertStatement = statement(
  'insert_invitation',
  `insert into invitations (organization_id, id, token_hash, email, role, name, invited_by, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(secs => $8))
   returning ${columns}`,
)

export async function insertInvitation(
  tx: Store,
  { id, token_hash, email, role, name, invited_by, expires_in_seconds }: NewInvitation,
): Promise<InvitationRecord> {
  const invited = [id, token_hash, email, role, name, JSON.stringify(invited_by), expires_in_seconds]
  const [invitation] = await tx.query<InvitationRecord>(insertStatement, [tx.organization_id, ...invited])
  return invitation!
}

const countStatement = statement(
  'count_open_invitations',
  `select count(*) from invitations i where i.organization_id = $1 and ${isOpen}`,
)

export function countOpenInvitations(store: Store): Promise<number> {
  return countRows(store, countStatement)
}

const findToStatement = statement(
  'find_invitation_to',
  `select role from invitations i where i.organization_id = $1 and i.email = $2 and ${isOpen}`,
)

/** The open invitation of an address. */
export async function findInvitationTo(store: Store, email: string): Promise<{ role: Role } | undefined> {
  const [invitation] = await store.query<{ role: Role }>(findToStatement, [store.organization_id, email])
  return invitation
}

const listStatement = statement(
  'list_invitations',
  `select ${columns} from invitations i
   where i.organization_id = $1 and ${isOpen} and (created_at, id) < ($2, $3)
   order by created_at desc, id desc limit $4`,
)

export function selectInvitations(store: Store, { limit, after }: PageRequest): Promise<InvitationRecord[]> {
  const { time, key } = after ?? newest
  return store.query(listStatement, [store.organization_id, time, key, limit])
}

const lockStatement = statement(
  'lock_invitation',
  'select role from invitations where organization_id = $1 and id = $2 for update',
)

/** No other transaction can delete or replace it until this one ends. */
export async function lockInvitation(tx: Store, id: string): Promise<{ role: Role } | undefined> {
  const [invitation] = await tx.query<{ role: Role }>(lockStatement, [tx.organization_id, id])
  return invitation
}

const deleteStatement = statement('delete_invitation', 'delete from invitations where organization_id = $1 and id = $2')

export async function deleteInvitationRow(tx: Store, id: string): Promise<void> {
  await tx.query(deleteStatement, [tx.organization_id, id])
}

const deleteByStatement = statement(
  'delete_invitations_by',
  `delete from invitations
   where organization_id = $1 and invited_by ->> 'type' = $2 and invited_by ->> 'id' = $3`,
)

/** Deletes the invitations of an inviter who has lost access. */
export async function deleteInvitationsBy(tx: Store, { type, id }: Pick<Actor, 'type' | 'id'>): Promise<void> {
  await tx.query(deleteByStatement, [tx.organization_id, type, id])
}

const deleteToStatement = statement(
  'delete_invitations_to',
  'delete from invitations where organization_id = $1 and email = $2',
)

/** Deletes the invitations of a former member, whose link would let them return, or of an address that is invited again. */
export async function deleteInvitationsOf(tx: Store, email: string): Promise<void> {
  await tx.query(deleteToStatement, [tx.organization_id, email])
}

export interface OpenInvitation {
  organization_id: string
  organization_name: string
  email: string
  role: Role
  name: string | null
  expires_at: string
}

const findStatement = statement(
  'find_invitation',
  `select i.organization_id, o.name as organization_name, i.email, i.role, i.name, i.expires_at
   from invitations i join organizations o on o.id = i.organization_id
   where i.token_hash = $1 and ${isOpen}`,
)

export async function findInvitation(executor: Executor, token_hash: Buffer): Promise<OpenInvitation | undefined> {
  const [invitation] = await executor.query<OpenInvitation>(findStatement, [token_hash])
  return invitation
}

const takeStatement = statement(
  'take_invitation',
  `delete from invitations i where i.token_hash = $1 and ${isOpen} returning organization_id`,
)

/** Returns whether it existed: if several calls accept at once, only one succeeds. */
export async function takeInvitation(tx: Executor, token_hash: Buffer): Promise<boolean> {
  return (await tx.query(takeStatement, [token_hash])).length > 0
}

export interface TakenInvitation {
  organization_id: string
  role: Role
  name: string | null
}

const takeAllStatement = statement(
  'take_invitations',
  `delete from invitations i where i.email = $1 and ${isOpen} returning organization_id, role, name`,
)

/** Takes all open invitations of an address in any organization, for a user who has proven that they own the address. */
export function takeInvitationsOf(tx: Executor, email: string): Promise<TakenInvitation[]> {
  return tx.query(takeAllStatement, [email.toLowerCase()])
}

const isInvitedStatement = acrossOrganizations(
  'any organization may have invited the address',
  'is_invited',
  `select from invitations i where i.email = $1 and ${isOpen} limit 1`,
)

export async function isInvited(executor: Executor, email: string): Promise<boolean> {
  return (await executor.query(isInvitedStatement, [email.toLowerCase()])).length > 0
}
