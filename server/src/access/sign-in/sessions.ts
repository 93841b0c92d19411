// Begins and ends sessions. A session begins under a lock on the member or key that it depends on, so that it cannot outlive it.
import type { OrganizationStatus, Role } from '@parley/contract'
import type { Config } from '../../config/config.ts'
import { type Executor, acrossOrganizations, statement } from '../../database/database.ts'
import type { Ports } from '../../base/ports.ts'
import { hashSecret } from '../rules/credentials.ts'
import type { SignInWay } from '../../calls/principal.ts'
import { of_users } from '../queries.ts'
import { standingOf } from '../standing.ts'

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

const beginUserStatement = statement(
  'begin_user_session',
  `insert into sessions (id, token_hash, way, organization_id, user_id, expires_at)
   select $1, $2, $3, m.organization_id, m.user_id, now() + make_interval(hours => $4)
   from (select organization_id, user_id from members where organization_id = $5 and user_id = $6 for share) m
   returning id`,
)

/** Returns whether the member still exists. Must run in a transaction. */
export async function beginUserSession(
  tx: Executor,
  { id, token_hash, way, expires_in_hours }: NewSession,
  user_id: string,
  organization_id: string,
): Promise<boolean> {
  const values = [id, token_hash, way, expires_in_hours, organization_id, user_id]
  if ((await tx.query(beginUserStatement, values)).length === 0) return false
  await tx.query(endOldestStatements.user_id, [user_id, most_sessions])
  return true
}

const beginKeyStatement = statement(
  'begin_key_session',
  `with c as (
     update credentials set last_used_at = now()
     where key_id = $5 and user_id is null and secret_hash = $6 and (expires_at is null or expires_at > now())
       and exists (select from organizations o where o.id = credentials.organization_id and o.deleted_at is null)
     returning organization_id, key_id, name),
   begun as (
     insert into sessions (id, token_hash, way, organization_id, key_id, expires_at)
     select $1, $2, $3, c.organization_id, c.key_id, now() + make_interval(hours => $4) from c)
   select organization_id, name from c`,
)

/** Returns the key if it still exists, and records its use, which also locks it. Must run in a transaction. */
export async function beginKeySession(
  tx: Executor,
  { id, token_hash, way, expires_in_hours }: NewSession,
  key_id: string,
  secret_hash: Buffer,
): Promise<{ organization_id: string; name: string } | null> {
  const values = [id, token_hash, way, expires_in_hours, key_id, secret_hash]
  const [key] = await tx.query<{ organization_id: string; name: string }>(beginKeyStatement, values)
  if (!key) return null
  await tx.query(endOldestStatements.key_id, [key_id, most_sessions])
  return key
}

const most_sessions = 50

/** Ends all sessions of a user or key except the newest. */
const endOldest = (column: 'user_id' | 'key_id') =>
  acrossOrganizations(
    of_users,
    `end_oldest_sessions_by_${column}`,
    `delete from sessions where id = any(array(
       select id from sessions where ${column} = $1 order by created_at desc, id desc offset $2))`,
  )

const endOldestStatements = { user_id: endOldest('user_id'), key_id: endOldest('key_id') }

const endStatement = acrossOrganizations(
  'only its token identifies it',
  'end_session',
  'delete from sessions where token_hash = $1',
)

export async function endSession(executor: Executor, token: string): Promise<void> {
  await executor.query(endStatement, [hashSecret(token)])
}

export interface SessionOwner {
  user_id?: string
  key_id?: string
  /** Restricts it to sessions in this organization. */
  organization_id?: string
  /** The session that continues. */
  except?: string
}

const endSessionsBy = (column: 'user_id' | 'key_id') =>
  statement(
    `end_sessions_by_${column}`,
    `delete from sessions
     where ${column} = $1 and ($2::uuid is null or organization_id = $2) and ($3::uuid is null or id <> $3)`,
  )

const endStatements = { user_id: endSessionsBy('user_id'), key_id: endSessionsBy('key_id') }

export async function endSessionsOf(executor: Executor, owner: SessionOwner): Promise<void> {
  const { user_id, key_id, organization_id = null, except = null } = owner
  if (user_id !== undefined) await executor.query(endStatements.user_id, [user_id, organization_id, except])
  else if (key_id !== undefined) await executor.query(endStatements.key_id, [key_id, organization_id, except])
  else throw new Error('an owner is required to end sessions')
}

const moveStatement = statement(
  'move_session',
  `update sessions s set organization_id = m.organization_id, view_id = null
   from (select organization_id, user_id from members where organization_id = $2 for share) m
   join organizations o on o.id = m.organization_id and o.deleted_at is null
   where s.id = $1 and m.user_id = s.user_id returning s.id`,
)

/** Returns whether the session exists and its user is a member of the organization. */
export async function moveSession(executor: Executor, id: string, organization_id: string): Promise<boolean> {
  return (await executor.query(moveStatement, [id, organization_id])).length > 0
}

export interface OrganizationChoice {
  id: string
  name: string
  slug: string
  role: Role | null
  status: OrganizationStatus
}

const most_choices = 100

const choicesStatement = statement(
  'list_organizations_of_user',
  `select organizations.id, organizations.name, organizations.slug, m.role,
     coalesce(${standingOf('organizations.id')}, 'active') as status
   from members m join organizations on organizations.id = m.organization_id
   where m.user_id = $1 and organizations.deleted_at is null order by m.created_at, m.organization_id limit $2`,
)

/** The organizations of a user, oldest membership first. */
export function selectOrganizationsOf(executor: Executor, user_id: string): Promise<OrganizationChoice[]> {
  return executor.query(choicesStatement, [user_id, most_choices])
}

const lookStatement = acrossOrganizations(
  'only its id identifies it',
  'look_at_organization',
  'update sessions set view_id = $2 where id = $1 returning id',
)

/** From now on, the session looks at what the view is of. False: it has ended. */
export async function lookAt(executor: Executor, id: string, view_id: string): Promise<boolean> {
  return (await executor.query(lookStatement, [id, view_id])).length > 0
}

const deleteStatement = acrossOrganizations(
  'expired rows are deleted for all organizations',
  'delete_expired_sessions',
  `delete from sessions where id = any(array(
     select id from sessions
     where expires_at < now() or last_used_at < now() - make_interval(mins => $2)
     limit $1))`,
)

export async function deleteExpiredSessions(executor: Executor, idle_minutes: number, most: number): Promise<void> {
  await executor.query(deleteStatement, [most, idle_minutes])
}
