// Begins and ends sessions. A session is begun under a lock on what it rests on, so that none outlives its end.
import type { Role } from '@parley/contract'
import { sql } from 'kysely'
import type { Config } from '../../config/config.ts'
import type { Executor } from '../../database/database.ts'
import type { Ports } from '../../base/ports.ts'
import { hashSecret } from '../rules/credentials.ts'
import type { SignInWay } from '../../calls/principal.ts'

export interface NewSession {
  id: string
  token: string
  token_hash: Buffer
  way: SignInWay
  expires_in_hours: number
}

export function createSession(
  { ports, config }: { ports: Pick<Ports, 'newId' | 'randomBytes'>; config: Pick<Config, 'sign_in'> },
  way: SignInWay,
): NewSession {
  const token = ports.randomBytes(32).toString('base64url')
  return {
    id: ports.newId(),
    token,
    token_hash: hashSecret(token),
    way,
    expires_in_hours: config.sign_in.session_hours,
  }
}

/** In a transaction. Whether there still is such a member. */
export async function beginUserSession(
  { kysely }: Executor,
  { id, token_hash, way, expires_in_hours }: NewSession,
  user_id: string,
  organization_id: string,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into sessions (id, token_hash, way, organization_id, user_id, expires_at)
    select ${id}, ${token_hash}, ${way}, m.organization_id, m.user_id, now() + make_interval(hours => ${expires_in_hours})
    from (select organization_id, user_id from members
          where organization_id = ${organization_id} and user_id = ${user_id} for share) m`.execute(kysely)
  if (!numAffectedRows) return false
  await endOldest({ kysely } as Executor, 'user_id', user_id)
  return true
}

/** In a transaction. Whether there still is such a key. */
export async function beginKeySession(
  { kysely }: Executor,
  { id, token_hash, way, expires_in_hours }: NewSession,
  key_id: string,
  secret_hash: Buffer,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into sessions (id, token_hash, way, organization_id, key_id, expires_at)
    select ${id}, ${token_hash}, ${way}, c.organization_id, c.key_id, now() + make_interval(hours => ${expires_in_hours})
    from (select organization_id, key_id from credentials
          where key_id = ${key_id} and user_id is null and secret_hash = ${secret_hash}
            and (expires_at is null or expires_at > now()) for share) c`.execute(kysely)
  if (!numAffectedRows) return false
  await endOldest({ kysely } as Executor, 'key_id', key_id)
  return true
}

const most_sessions = 50

/** Of those that one user, or one key, has at once, the newest stay. */
async function endOldest({ kysely }: Executor, column: 'user_id' | 'key_id', owner: string): Promise<void> {
  const newest = kysely.selectFrom('sessions').select('id').where(column, '=', owner)
  await kysely
    .deleteFrom('sessions')
    .where(column, '=', owner)
    .where('id', 'not in', newest.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(most_sessions))
    .execute()
}

export async function endSession({ kysely }: Executor, token: string): Promise<void> {
  await kysely.deleteFrom('sessions').where('token_hash', '=', hashSecret(token)).execute()
}

export interface SessionOwner {
  user_id?: string
  key_id?: string
  /** Only sessions in this organization. */
  organization_id?: string
  /** The session that goes on. */
  except?: string
}

export async function endSessionsOf({ kysely }: Executor, owner: SessionOwner): Promise<void> {
  const { user_id, key_id, organization_id, except } = owner
  if (user_id === undefined && key_id === undefined) throw new Error('sessions of nobody cannot be ended')
  let query = kysely.deleteFrom('sessions')
  if (user_id !== undefined) query = query.where('user_id', '=', user_id)
  if (key_id !== undefined) query = query.where('key_id', '=', key_id)
  if (organization_id !== undefined) query = query.where('organization_id', '=', organization_id)
  if (except !== undefined) query = query.where('id', '!=', except)
  await query.execute()
}

/** Whether the session is there and its user a member of that organization. */
export async function moveSession({ kysely }: Executor, id: string, organization_id: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update sessions s set organization_id = m.organization_id
    from (select organization_id, user_id from members where organization_id = ${organization_id} for share) m
    where s.id = ${id} and m.user_id = s.user_id`.execute(kysely)
  return Boolean(numAffectedRows)
}

export interface OrganizationChoice {
  id: string
  name: string
  slug: string
  role: Role | null
}

const most_choices = 100

/** Where a user is a member, oldest membership first. */
export function selectOrganizationsOf({ kysely }: Executor, user_id: string): Promise<OrganizationChoice[]> {
  return kysely
    .selectFrom('members')
    .innerJoin('organizations', 'organizations.id', 'members.organization_id')
    .where('members.user_id', '=', user_id)
    .select(['organizations.id', 'organizations.name', 'organizations.slug', 'members.role'])
    .orderBy('members.created_at')
    .orderBy('members.organization_id')
    .limit(most_choices)
    .$castTo<OrganizationChoice>()
    .execute()
}

const deleted_at_once = 10_000

/** What has run out: sessions, invitations, and attempts that are all there again. */
export async function deleteExpired({ kysely }: Executor, idle_minutes: number): Promise<void> {
  await sql`
    delete from sessions where id in (
      select id from sessions
      where expires_at < now() or last_used_at < now() - make_interval(mins => ${idle_minutes})
      limit ${deleted_at_once})`.execute(kysely)
  await sql`
    delete from invitations where id in (
      select id from invitations where expires_at < now() limit ${deleted_at_once})`.execute(kysely)
  await sql`
    delete from sign_in_attempts where subject in (
      select subject from sign_in_attempts where full_at < now() limit ${deleted_at_once}) and full_at < now()`.execute(
    kysely,
  )
}
