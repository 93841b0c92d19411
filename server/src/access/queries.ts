// The SQL of organizations, users, members and credentials. Secrets go in as hashes and never come out.
import type { Input, Output, Role, Scope } from '@parley/contract'
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import type { TimePosition } from '../database/cursor.ts'
import type { Executor } from '../database/database.ts'
import type { Store } from '../database/store.ts'
import type { Tables } from '../database/tables.ts'
import type { Minter } from '../calls/principal.ts'

export type OrganizationRecord = Output<'getOrganization'>
export type CredentialRecord = Output<'listOrganizationKeys'>['data'][number]
export type MemberRecord = Output<'updateMember'>

/** A page is asked for with its size and the last row of the page before. */
export interface PageRequest {
  limit: number
  after: TimePosition | null
}

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
}

/** Epoch milliseconds as PostgreSQL reads a time; it knows no sign before a year of more than four digits. */
function expiryText(expires_at: number | null): string | null {
  return expires_at === null ? null : new Date(expires_at).toISOString().replace(/^\+/, '')
}

const credentialColumns = [
  'key_id',
  'name',
  'role',
  'scopes',
  'agent_ids',
  'created_at',
  'last_used_at',
  sql<number | null>`(extract(epoch from expires_at) * 1000)::bigint`.as('expires_at'),
] as const

/** Undefined when the id is taken, which only one that was not drawn at random can be. */
export function insertOrganizationKey(
  { kysely }: Executor,
  organization_id: string,
  key: NewOrganizationKey,
): Promise<CredentialRecord | undefined> {
  return kysely
    .insertInto('credentials')
    .values({
      ...key,
      organization_id,
      scopes: key.scopes && [...key.scopes],
      agent_ids: key.agent_ids && [...key.agent_ids],
      expires_at: expiryText(key.expires_at),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning(credentialColumns)
    .$castTo<CredentialRecord>()
    .executeTakeFirst()
}

export interface NewToken extends NewCredential {
  /** Null on the command line. */
  minted_by_session: string | null
}

export function insertToken(
  { kysely }: Executor,
  user_id: string,
  token: NewToken,
): Promise<CredentialRecord | undefined> {
  return kysely
    .insertInto('credentials')
    .values({ ...token, user_id, expires_at: expiryText(token.expires_at) })
    .onConflict((conflict) => conflict.doNothing())
    .returning(credentialColumns)
    .$castTo<CredentialRecord>()
    .executeTakeFirst()
}

/** Until the transaction ends, nobody else gives the organization a key, a member or an invitation: they can be counted. */
export async function lockOrganization({ kysely, organization_id }: Store): Promise<void> {
  await kysely.selectFrom('organizations').select('id').where('id', '=', organization_id).forNoKeyUpdate().execute()
}

export function countOrganizationKeys({ kysely, organization_id }: Store): Promise<number> {
  return countRows(kysely.selectFrom('credentials').where('organization_id', '=', organization_id))
}

export function countTokens({ kysely }: Executor, user_id: string): Promise<number> {
  return countRows(kysely.selectFrom('credentials').where('user_id', '=', user_id))
}

export function countMembers({ kysely, organization_id }: Store): Promise<number> {
  return countRows(kysely.selectFrom('members').where('organization_id', '=', organization_id))
}

export async function countRows<Table extends keyof Tables>(
  query: SelectQueryBuilder<Tables, Table, object>,
): Promise<number> {
  const { count } = await query.select((of) => of.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  return count
}

/** Whether what makes a token has not ended meanwhile. */
export async function minterExists({ kysely }: Executor, { key_id, session_id }: Minter): Promise<boolean> {
  const row =
    key_id === null
      ? await kysely.selectFrom('sessions').select('id').where('id', '=', session_id).executeTakeFirst()
      : await kysely
          .selectFrom('credentials')
          .select('key_id')
          .where('key_id', '=', key_id)
          .where('user_id', 'is not', null)
          .executeTakeFirst()
  return row !== undefined
}

/** Credentials, newest first, before their owner is said. */
function selectCredentials(kysely: Kysely<Tables>, { limit, after }: PageRequest) {
  return kysely
    .selectFrom('credentials')
    .select(credentialColumns)
    .$if(after !== null, (query) => query.where(sql<boolean>`(created_at, key_id) < (${after?.time}, ${after?.key})`))
    .orderBy('created_at', 'desc')
    .orderBy('key_id', 'desc')
    .limit(limit)
    .$castTo<CredentialRecord>()
}

export function selectOrganizationKeys(store: Store, page: PageRequest): Promise<CredentialRecord[]> {
  return selectCredentials(store.kysely, page).where('organization_id', '=', store.organization_id).execute()
}

export function selectTokens({ kysely }: Executor, user_id: string, page: PageRequest): Promise<CredentialRecord[]> {
  return selectCredentials(kysely, page).where('user_id', '=', user_id).execute()
}

/** What the key holds; nobody else deletes it until the transaction ends. */
export function lockOrganizationKey(
  { kysely, organization_id }: Store,
  key_id: string,
): Promise<{ role: Role | null; scopes: string[] | null } | undefined> {
  return kysely
    .selectFrom('credentials')
    .select(['role', 'scopes'])
    .where('key_id', '=', key_id)
    .where('organization_id', '=', organization_id)
    .forUpdate()
    .$castTo<{ role: Role | null; scopes: string[] | null }>()
    .executeTakeFirst()
}

export async function deleteOrganizationKeyRow({ kysely, organization_id }: Store, key_id: string): Promise<void> {
  await kysely
    .deleteFrom('credentials')
    .where('key_id', '=', key_id)
    .where('organization_id', '=', organization_id)
    .execute()
}

export async function deleteTokenRow({ kysely }: Executor, user_id: string, key_id: string): Promise<boolean> {
  const deleted = await kysely
    .deleteFrom('credentials')
    .where('key_id', '=', key_id)
    .where('user_id', '=', user_id)
    .executeTakeFirst()
  return deleted.numDeletedRows > 0n
}

function selectMember({ kysely, organization_id }: Store) {
  return kysely
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .where('members.organization_id', '=', organization_id)
    .select(['members.user_id', 'users.email', 'users.name', 'members.role', 'members.created_at'])
    .$castTo<MemberRecord>()
}

export function selectMembers(store: Store, { limit, after }: PageRequest): Promise<MemberRecord[]> {
  return selectMember(store)
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(members.created_at, members.user_id) < (${after?.time}, ${after?.key})`),
    )
    .orderBy('members.created_at', 'desc')
    .orderBy('members.user_id', 'desc')
    .limit(limit)
    .execute()
}

/** The member, whom nobody else changes until the transaction ends. */
export function lockMember(store: Store, user_id: string): Promise<MemberRecord | undefined> {
  return selectMember(store).where('members.user_id', '=', user_id).forUpdate('members').executeTakeFirst()
}

export function findMember(store: Store, user_id: string): Promise<MemberRecord | undefined> {
  return selectMember(store).where('members.user_id', '=', user_id).executeTakeFirst()
}

export async function isMember(store: Store, email: string): Promise<boolean> {
  const member = await selectMember(store)
    .where(sql<boolean>`lower(users.email) = ${normalizeEmail(email)}`)
    .executeTakeFirst()
  return member !== undefined
}

/** Makes a user a member; undefined when he is one already. */
export async function insertMember(store: Store, user: UserRecord, role: Role): Promise<MemberRecord | undefined> {
  const { organization_id, kysely } = store
  const member = await kysely
    .insertInto('members')
    .values({ organization_id, user_id: user.id, role })
    .onConflict((conflict) => conflict.doNothing())
    .returning('created_at')
    .executeTakeFirst()
  return member && { user_id: user.id, email: user.email, name: user.name, role, created_at: member.created_at }
}

export async function updateMemberRole(store: Store, user_id: string, role: Role): Promise<void> {
  await store.kysely
    .updateTable('members')
    .set({ role })
    .where('organization_id', '=', store.organization_id)
    .where('user_id', '=', user_id)
    .execute()
}

export async function deleteMemberRow(store: Store, user_id: string): Promise<void> {
  await store.kysely
    .deleteFrom('members')
    .where('organization_id', '=', store.organization_id)
    .where('user_id', '=', user_id)
    .execute()
}

export interface UserRecord {
  id: string
  email: string
  name: string | null
}

/** The user with this address; one who is new here gets the id and the name. */
export async function findOrInsertUser(executor: Executor, user: UserRecord): Promise<UserRecord> {
  await executor.kysely
    .insertInto('users')
    .values({ ...user, email: normalizeEmail(user.email) })
    .onConflict((conflict) => conflict.expression(sql`lower(email)`).doNothing())
    .execute()
  const found = await findUser(executor, user.email)
  if (!found) throw new Error('a user vanished, and none is ever deleted')
  return found
}

export function findUser({ kysely }: Executor, email: string): Promise<UserRecord | undefined> {
  return kysely
    .selectFrom('users')
    .select(['id', 'email', 'name'])
    .where(sql<boolean>`lower(email) = lower(${normalizeEmail(email)})`)
    .executeTakeFirst()
}

/** Addresses are compared without regard to case, and kept in lower case. */
function normalizeEmail(email: string): string {
  return email.trim().toLowerCase()
}

/** A new organization; undefined when its slug is taken. */
export function insertOrganization(
  { kysely }: Executor,
  organization: { id: string; name: string; slug: string },
): Promise<OrganizationRecord | undefined> {
  return kysely
    .insertInto('organizations')
    .values({ ...organization, settings: '{}' })
    .onConflict((conflict) => conflict.column('slug').doNothing())
    .returning(organizationColumns)
    .executeTakeFirst()
}

const organizationColumns = ['id', 'name', 'slug', 'created_at', 'settings'] as const

/** For an operator, who may name any organization. */
export function findOrganization(
  { kysely }: Executor,
  column: 'id' | 'slug',
  value: string,
): Promise<OrganizationRecord | undefined> {
  return kysely.selectFrom('organizations').select(organizationColumns).where(column, '=', value).executeTakeFirst()
}

/** The oldest one. */
export function findFirstOrganization({ kysely }: Executor): Promise<OrganizationRecord | undefined> {
  return kysely
    .selectFrom('organizations')
    .select(organizationColumns)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
}

export async function readOrganization({ kysely, organization_id }: Store): Promise<OrganizationRecord> {
  return kysely
    .selectFrom('organizations')
    .select(organizationColumns)
    .where('id', '=', organization_id)
    .executeTakeFirstOrThrow()
}

export async function writeOrganization(
  { kysely, organization_id }: Store,
  { name, slug, settings }: Input<'updateOrganization'>,
): Promise<OrganizationRecord> {
  return kysely
    .updateTable('organizations')
    .set({
      name: sql`coalesce(${name ?? null}, name)`,
      slug: sql`coalesce(${slug ?? null}, slug)`,
      settings: sql`coalesce(${settings ? JSON.stringify(settings) : null}::jsonb, settings)`,
    })
    .where('id', '=', organization_id)
    .returning(organizationColumns)
    .executeTakeFirstOrThrow()
}
