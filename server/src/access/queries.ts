// The SQL of users, members and credentials. Secrets are stored as hashes and never read.
import type { Output, Role, Scope } from '@parley/contract'
import { type TimePosition, newest } from '../database/cursor.ts'
import { type Executor, type Statement, acrossOrganizations, statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'
import type { Minter } from '../calls/principal.ts'

export type CredentialRecord = Output<'listOrganizationKeys'>['data'][number]
export type MemberRecord = Output<'updateMember'>

/** Requests a page by its size and the last row of the previous page. */
export interface PageRequest {
  limit: number
  after: TimePosition | null
}

/** Why a statement about a user, or one of their credentials, names no organization. */
export const of_users = 'a user may be a member of several organizations'

interface NewCredential {
  key_id: string
  secret_hash: Buffer
  name: string
  /** Epoch milliseconds. */
  expires_at: number | null
}

export interface NewOrganizationKey extends NewCredential {
  role: Role | null
  scopes: readonly Scope[] | null
  agent_ids: readonly string[] | null
  mcp?: CredentialRecord['mcp']
}

/** Epoch milliseconds as a time for PostgreSQL, which accepts no sign before years of more than four digits. */
function expiryText(expires_at: number | null): string | null {
  return expires_at === null ? null : new Date(expires_at).toISOString().replace(/^\+/, '')
}

const credentialColumns = `key_id, name, role, scopes, agent_ids, mcp, created_at, last_used_at,
  (extract(epoch from expires_at) * 1000)::bigint as expires_at`

const insertKeyStatement = statement(
  'insert_organization_key',
  `insert into credentials (organization_id, key_id, secret_hash, name, role, scopes, agent_ids, expires_at, mcp)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning ${credentialColumns}`,
)

/** Undefined if the id exists, which happens only with ids that are not random. */
export async function insertOrganizationKey(
  executor: Executor,
  organization_id: string,
  { key_id, secret_hash, name, role, scopes, agent_ids, expires_at, mcp = null }: NewOrganizationKey,
): Promise<CredentialRecord | undefined> {
  const power = [role, scopes, agent_ids, expiryText(expires_at), mcp === null ? null : JSON.stringify(mcp)]
  const values = [organization_id, key_id, secret_hash, name, ...power]
  const [key] = await executor.query<CredentialRecord>(insertKeyStatement, values)
  return key
}

export interface NewToken extends NewCredential {
  /** Null for tokens from the command line. */
  minted_by_session: string | null
}

const insertTokenStatement = acrossOrganizations(
  of_users,
  'insert_token',
  `insert into credentials (user_id, key_id, secret_hash, name, expires_at, minted_by_session)
   values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning ${credentialColumns}`,
)

export async function insertToken(
  executor: Executor,
  user_id: string,
  { key_id, secret_hash, name, expires_at, minted_by_session }: NewToken,
): Promise<CredentialRecord | undefined> {
  const values = [user_id, key_id, secret_hash, name, expiryText(expires_at), minted_by_session]
  const [token] = await executor.query<CredentialRecord>(insertTokenStatement, values)
  return token
}

const countKeysStatement = statement(
  'count_organization_keys',
  'select count(*) from credentials where organization_id = $1',
)

export function countOrganizationKeys(store: Store): Promise<number> {
  return countRows(store, countKeysStatement)
}

const countTokensStatement = acrossOrganizations(
  of_users,
  'count_tokens',
  'select count(*) from credentials where user_id = $1',
)

export async function countTokens(executor: Executor, user_id: string): Promise<number> {
  const [row] = await executor.query<{ count: number }>(countTokensStatement, [user_id])
  return row!.count
}

const countMembersStatement = statement('count_members', 'select count(*) from members where organization_id = $1')

export function countMembers(store: Store): Promise<number> {
  return countRows(store, countMembersStatement)
}

/** The result of a statement that counts for an organization. */
export async function countRows(store: Store, counting: Statement): Promise<number> {
  const [row] = await store.query<{ count: number }>(counting, [store.organization_id])
  return row!.count
}

const findSessionStatement = acrossOrganizations(of_users, 'find_minting_session', 'select from sessions where id = $1')
const findTokenStatement = acrossOrganizations(
  of_users,
  'find_minting_token',
  'select from credentials where key_id = $1 and user_id is not null',
)

/** Whether the session or token that creates a token still exists. */
export async function minterExists(executor: Executor, { key_id, session_id }: Minter): Promise<boolean> {
  const found =
    key_id === null
      ? await executor.query(findSessionStatement, [session_id])
      : await executor.query(findTokenStatement, [key_id])
  return found.length > 0
}

/** Credentials of an owner, newest first. */
const pageOfCredentials = (owner: 'organization_id' | 'user_id') =>
  `select ${credentialColumns} from credentials where ${owner} = $1 and (created_at, key_id) < ($2, $3)
   order by created_at desc, key_id desc limit $4`

const listKeysStatement = statement('list_organization_keys', pageOfCredentials('organization_id'))

export function selectOrganizationKeys(store: Store, { limit, after }: PageRequest): Promise<CredentialRecord[]> {
  const { time, key } = after ?? newest
  return store.query(listKeysStatement, [store.organization_id, time, key, limit])
}

const listTokensStatement = acrossOrganizations(of_users, 'list_tokens', pageOfCredentials('user_id'))

export function selectTokens(
  executor: Executor,
  user_id: string,
  { limit, after }: PageRequest,
): Promise<CredentialRecord[]> {
  const { time, key } = after ?? newest
  return executor.query(listTokensStatement, [user_id, time, key, limit])
}

const lockKeyStatement = statement(
  'lock_organization_key',
  'select key_id, name, role, scopes from credentials where key_id = $1 and organization_id = $2 for update',
)

interface LockedKey {
  key_id: string
  name: string
  role: Role | null
  scopes: string[] | null
}

/** The key, which no other transaction can delete until this one ends. */
export async function lockOrganizationKey(store: Store, key_id: string): Promise<LockedKey | undefined> {
  const [key] = await store.query<LockedKey>(lockKeyStatement, [key_id, store.organization_id])
  return key
}

const deleteKeyStatement = statement(
  'delete_organization_key',
  'delete from credentials where key_id = $1 and organization_id = $2',
)

export async function deleteOrganizationKeyRow(store: Store, key_id: string): Promise<void> {
  await store.query(deleteKeyStatement, [key_id, store.organization_id])
}

const deleteTokenStatement = acrossOrganizations(
  of_users,
  'delete_token',
  'delete from credentials where key_id = $1 and user_id = $2 returning key_id',
)

export async function deleteTokenRow(executor: Executor, user_id: string, key_id: string): Promise<boolean> {
  return (await executor.query(deleteTokenStatement, [key_id, user_id])).length > 0
}

const members = `select m.user_id, u.email, u.name, m.role, m.created_at
   from members m join users u on u.id = m.user_id where m.organization_id = $1`

const listMembersStatement = statement(
  'list_members',
  `${members} and (m.created_at, m.user_id) < ($2, $3) order by m.created_at desc, m.user_id desc limit $4`,
)

export function selectMembers(store: Store, { limit, after }: PageRequest): Promise<MemberRecord[]> {
  const { time, key } = after ?? newest
  return store.query(listMembersStatement, [store.organization_id, time, key, limit])
}

const findMemberStatement = statement('find_member', `${members} and m.user_id = $2`)
const lockMemberStatement = statement('lock_member', `${members} and m.user_id = $2 for update of m`)

/** The member, whom no other transaction can change until this one ends. */
export async function lockMember(store: Store, user_id: string): Promise<MemberRecord | undefined> {
  const [member] = await store.query<MemberRecord>(lockMemberStatement, [store.organization_id, user_id])
  return member
}

export async function findMember(store: Store, user_id: string): Promise<MemberRecord | undefined> {
  const [member] = await store.query<MemberRecord>(findMemberStatement, [store.organization_id, user_id])
  return member
}

const countOtherAdminsStatement = statement(
  'count_other_admins',
  `select count(*) from members where organization_id = $1 and role = 'admin' and user_id <> $2`,
)

export async function countOtherAdmins(store: Store, user_id: string): Promise<number> {
  const [row] = await store.query<{ count: number }>(countOtherAdminsStatement, [store.organization_id, user_id])
  return row!.count
}

const findMemberByEmailStatement = statement('find_member_by_email', `${members} and lower(u.email) = $2`)

export async function isMember(store: Store, email: string): Promise<boolean> {
  const values = [store.organization_id, normalizeEmail(email)]
  return (await store.query(findMemberByEmailStatement, values)).length > 0
}

const insertMemberStatement = statement(
  'insert_member',
  `insert into members (organization_id, user_id, role) values ($1, $2, $3)
   on conflict do nothing returning created_at`,
)

/** Makes a user a member; undefined if they already are one. */
export async function insertMember(store: Store, user: UserRecord, role: Role): Promise<MemberRecord | undefined> {
  const values = [store.organization_id, user.id, role]
  const [member] = await store.query<{ created_at: string }>(insertMemberStatement, values)
  return member && { user_id: user.id, email: user.email, name: user.name, role, created_at: member.created_at }
}

const updateRoleStatement = statement(
  'update_member_role',
  'update members set role = $3 where organization_id = $1 and user_id = $2',
)

export async function updateMemberRole(store: Store, user_id: string, role: Role): Promise<void> {
  await store.query(updateRoleStatement, [store.organization_id, user_id, role])
}

const deleteMemberStatement = statement(
  'delete_member',
  'delete from members where organization_id = $1 and user_id = $2',
)

export async function deleteMemberRow(store: Store, user_id: string): Promise<void> {
  await store.query(deleteMemberStatement, [store.organization_id, user_id])
}

export interface UserRecord {
  id: string
  email: string
  name: string | null
}

const insertUserStatement = acrossOrganizations(
  of_users,
  'insert_user',
  `insert into users (id, email, name) values ($1, $2, $3)
   on conflict (lower(email)) do update set name = excluded.name where users.name is null and excluded.name is not null`,
)

/** The user with this address; a new one gets the id, and one without a name gets it. */
export async function findOrInsertUser(executor: Executor, user: UserRecord): Promise<UserRecord> {
  await executor.query(insertUserStatement, [user.id, normalizeEmail(user.email), user.name])
  const found = await findUser(executor, user.email)
  if (!found) throw new Error('a user is missing, although users are never deleted')
  return found
}

const findUserStatement = acrossOrganizations(
  of_users,
  'find_user',
  'select id, email, name from users where lower(email) = lower($1)',
)

export async function findUser(executor: Executor, email: string): Promise<UserRecord | undefined> {
  const [user] = await executor.query<UserRecord>(findUserStatement, [normalizeEmail(email)])
  return user
}

const findUserByIdStatement = acrossOrganizations(
  of_users,
  'find_user_by_id',
  'select id, email, name from users where id = $1',
)

export async function findUserById(executor: Executor, id: string): Promise<UserRecord | undefined> {
  const [user] = await executor.query<UserRecord>(findUserByIdStatement, [id])
  return user
}

/** Addresses are compared without regard to case, and kept in lower case. */
function normalizeEmail(email: string): string {
  return email.trim().toLowerCase()
}
