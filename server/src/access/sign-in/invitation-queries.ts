// The SQL of invitations. Their tokens go in as hashes and never come out.
import type { Output, Role } from '@parley/contract'
import { sql } from 'kysely'
import type { Executor } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import type { Actor } from '../../calls/access.ts'
import { type PageRequest, countRows } from '../queries.ts'

export type InvitationRecord = Output<'listInvitations'>['data'][number]

const columns = ['id as invitation_id', 'email', 'role', 'name', 'invited_by', 'created_at', 'expires_at'] as const

export interface NewInvitation {
  id: string
  token_hash: Buffer
  email: string
  role: Role
  name: string | null
  invited_by: Actor
  expires_in_seconds: number
}

export function insertInvitation(
  { kysely, organization_id }: Store,
  { expires_in_seconds, invited_by, ...invitation }: NewInvitation,
): Promise<InvitationRecord> {
  return kysely
    .insertInto('invitations')
    .values({
      ...invitation,
      organization_id,
      invited_by: JSON.stringify(invited_by),
      expires_at: sql<string>`clock_timestamp() + make_interval(secs => ${expires_in_seconds})`,
    })
    .returning(columns)
    .$castTo<InvitationRecord>()
    .executeTakeFirstOrThrow()
}

export async function countOpenInvitations({ kysely, organization_id }: Store): Promise<number> {
  return countRows(
    kysely
      .selectFrom('invitations')
      .where('organization_id', '=', organization_id)
      .where('expires_at', '>', sql<string>`now()`),
  )
}

/** The open one of an address. */
export function findInvitationTo(
  { kysely, organization_id }: Store,
  email: string,
): Promise<{ role: Role } | undefined> {
  return kysely
    .selectFrom('invitations')
    .select('role')
    .where('organization_id', '=', organization_id)
    .where('email', '=', email)
    .where('expires_at', '>', sql<string>`now()`)
    .$castTo<{ role: Role }>()
    .executeTakeFirst()
}

export function selectInvitations(
  { kysely, organization_id }: Store,
  { limit, after }: PageRequest,
): Promise<InvitationRecord[]> {
  return kysely
    .selectFrom('invitations')
    .select(columns)
    .where('organization_id', '=', organization_id)
    .where('expires_at', '>', sql<string>`now()`)
    .$if(after !== null, (query) => query.where(sql<boolean>`(created_at, id) < (${after?.time}, ${after?.key})`))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .$castTo<InvitationRecord>()
    .execute()
}

/** Nobody else deletes it, or takes its place, until the transaction ends. */
export function lockInvitation({ kysely, organization_id }: Store, id: string): Promise<{ role: Role } | undefined> {
  return kysely
    .selectFrom('invitations')
    .select('role')
    .where('organization_id', '=', organization_id)
    .where('id', '=', id)
    .forUpdate()
    .$castTo<{ role: Role }>()
    .executeTakeFirst()
}

export async function deleteInvitationRow({ kysely, organization_id }: Store, id: string): Promise<void> {
  await kysely.deleteFrom('invitations').where('organization_id', '=', organization_id).where('id', '=', id).execute()
}

/** Of one who has no say here any more. */
export async function deleteInvitationsBy(
  { kysely, organization_id }: Store,
  { type, id }: Pick<Actor, 'type' | 'id'>,
): Promise<void> {
  await kysely
    .deleteFrom('invitations')
    .where('organization_id', '=', organization_id)
    .where(sql<boolean>`invited_by ->> 'type' = ${type} and invited_by ->> 'id' = ${id}`)
    .execute()
}

/** Of one who is a member no longer, since whoever has the link would come back; or who is invited anew. */
export async function deleteInvitationsOf({ kysely, organization_id }: Store, email: string): Promise<void> {
  await kysely
    .deleteFrom('invitations')
    .where('organization_id', '=', organization_id)
    .where('email', '=', email)
    .execute()
}

export interface OpenInvitation {
  organization_id: string
  organization_name: string
  email: string
  role: Role
  name: string | null
  expires_at: string
}

export function findInvitation({ kysely }: Executor, token_hash: Buffer): Promise<OpenInvitation | undefined> {
  return kysely
    .selectFrom('invitations as i')
    .innerJoin('organizations as o', 'o.id', 'i.organization_id')
    .select(['i.organization_id', 'o.name as organization_name', 'i.email', 'i.role', 'i.name', 'i.expires_at'])
    .where('i.token_hash', '=', token_hash)
    .where('i.expires_at', '>', sql<string>`now()`)
    .$castTo<OpenInvitation>()
    .executeTakeFirst()
}

/** Whether it was there: of several who accept at once, one does. */
export async function takeInvitation({ kysely }: Executor, token_hash: Buffer): Promise<boolean> {
  const taken = await kysely
    .deleteFrom('invitations')
    .where('token_hash', '=', token_hash)
    .where('expires_at', '>', sql<string>`now()`)
    .executeTakeFirst()
  return taken.numDeletedRows > 0n
}

export interface TakenInvitation {
  organization_id: string
  role: Role
  name: string | null
}

/** All that are open for an address, whatever the organization: for who has proven that it is his. */
export function takeInvitationsOf({ kysely }: Executor, email: string): Promise<TakenInvitation[]> {
  return kysely
    .deleteFrom('invitations')
    .where('email', '=', email.toLowerCase())
    .where('expires_at', '>', sql<string>`now()`)
    .returning(['organization_id', 'role', 'name'])
    .$castTo<TakenInvitation>()
    .execute()
}

export async function isInvited({ kysely }: Executor, email: string): Promise<boolean> {
  const row = await kysely
    .selectFrom('invitations')
    .select('id')
    .where('email', '=', email.toLowerCase())
    .where('expires_at', '>', sql<string>`now()`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
