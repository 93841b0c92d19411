// The SQL of users who sign in: their passwords and identities, and the lock for changes of either.
import { type Executor, acrossOrganizations, statement } from '../../database/database.ts'
import { type UserRecord, of_users } from '../queries.ts'

export interface StoredPassword {
  hash: string
  is_vouched: boolean
}

const lockStatement = acrossOrganizations(of_users, 'lock_user', 'select from users where id = $1 for update')

/** Until the transaction ends, no other transaction can give this user a password, a membership or an identity. */
export async function lockUser(tx: Executor, user_id: string): Promise<void> {
  await tx.query(lockStatement, [user_id])
}

const lockTokensStatement = acrossOrganizations(
  of_users,
  'lock_tokens',
  'select from users where id = $1 for no key update',
)

/** Until the transaction ends, no other transaction can add or remove tokens of this user, so they can be counted or all ended. */
export async function lockTokensOf(tx: Executor, user_id: string): Promise<void> {
  await tx.query(lockTokensStatement, [user_id])
}

const findPasswordStatement = acrossOrganizations(
  of_users,
  'find_password',
  'select hash, is_vouched from passwords where user_id = $1',
)

export async function findPassword(executor: Executor, user_id: string): Promise<StoredPassword | undefined> {
  const [password] = await executor.query<StoredPassword>(findPasswordStatement, [user_id])
  return password
}

interface UserWithPassword {
  id: string
  hash: string | null
}

const findUserStatement = acrossOrganizations(
  of_users,
  'find_user_and_password',
  'select u.id, p.hash from users u left join passwords p on p.user_id = u.id where lower(u.email) = $1',
)

/** One query that takes equally long if no user has the address. */
export async function findUserAndPassword(executor: Executor, email: string): Promise<UserWithPassword | undefined> {
  const [user] = await executor.query<UserWithPassword>(findUserStatement, [email.trim().toLowerCase()])
  return user
}

const writePasswordStatement = acrossOrganizations(
  of_users,
  'write_password',
  `insert into passwords (user_id, hash, is_vouched) values ($1, $2, $3)
   on conflict (user_id) do update
     set hash = excluded.hash, is_vouched = excluded.is_vouched, changed_at = now()`,
)

export async function writePassword(
  tx: Executor,
  user_id: string,
  { hash, is_vouched }: StoredPassword,
): Promise<void> {
  await tx.query(writePasswordStatement, [user_id, hash, is_vouched])
}

const replaceHashStatement = acrossOrganizations(
  of_users,
  'replace_password_hash',
  'update passwords set hash = $3, changed_at = now() where user_id = $1 and hash = $2 returning user_id',
)

/** Returns whether the password was still the one to replace. */
export async function replaceHash(tx: Executor, user_id: string, from: string, to: string): Promise<boolean> {
  return (await tx.query(replaceHashStatement, [user_id, from, to])).length > 0
}

const holdPasswordStatement = acrossOrganizations(
  of_users,
  'hold_password',
  'select user_id from passwords where user_id = $1 and hash = $2 for share',
)

/** Blocks changes of the password until the transaction ends; false if it has already changed. */
export async function holdPassword(tx: Executor, user_id: string, hash: string): Promise<boolean> {
  return (await tx.query(holdPasswordStatement, [user_id, hash])).length > 0
}

const deletePasswordStatement = acrossOrganizations(
  of_users,
  'delete_password',
  'delete from passwords where user_id = $1',
)

export async function deletePassword(tx: Executor, user_id: string): Promise<void> {
  await tx.query(deletePasswordStatement, [user_id])
}

const deleteTokensStatement = acrossOrganizations(
  of_users,
  'delete_tokens',
  'delete from credentials where user_id = $1',
)

export async function deleteTokensOf(tx: Executor, user_id: string): Promise<void> {
  await tx.query(deleteTokensStatement, [user_id])
}

const deleteMintedStatement = acrossOrganizations(
  of_users,
  'delete_minted_tokens',
  `delete from credentials where user_id = $1 and minted_by_session is not null
     and ($2::uuid is null or minted_by_session <> $2)`,
)

/** Deletes tokens created with a session, directly or through other tokens, except those of the session that continues. */
export async function deleteMintedTokensOf(tx: Executor, user_id: string, except?: string): Promise<void> {
  await tx.query(deleteMintedStatement, [user_id, except ?? null])
}

const nameStatement = acrossOrganizations(of_users, 'name_user', 'update users set name = $2 where id = $1')

export async function nameUser(tx: Executor, user_id: string, name: string): Promise<void> {
  await tx.query(nameStatement, [user_id, name])
}

const membershipsStatement = statement('list_memberships', 'select organization_id from members where user_id = $1')

export async function selectMemberships(executor: Executor, user_id: string): Promise<string[]> {
  const rows = await executor.query<{ organization_id: string }>(membershipsStatement, [user_id])
  return rows.map((row) => row.organization_id)
}

const findIdentityStatement = acrossOrganizations(
  of_users,
  'find_identity',
  `select u.id, u.email, u.name from identities i join users u on u.id = i.user_id
   where i.issuer = $1 and i.subject = $2`,
)

export async function findIdentity(
  executor: Executor,
  issuer: string,
  subject: string,
): Promise<UserRecord | undefined> {
  const [user] = await executor.query<UserRecord>(findIdentityStatement, [issuer, subject])
  return user
}

const insertIdentityStatement = acrossOrganizations(
  of_users,
  'insert_identity',
  `insert into identities (issuer, subject, user_id) values ($1, $2, $3) on conflict do nothing returning user_id`,
)

/** False if the user has another identity at this issuer, or the identity belongs to another user. */
export async function insertIdentity(
  tx: Executor,
  { issuer, subject, user_id }: { issuer: string; subject: string; user_id: string },
): Promise<boolean> {
  return (await tx.query(insertIdentityStatement, [issuer, subject, user_id])).length > 0
}

const deleteIdentitiesStatement = acrossOrganizations(
  of_users,
  'delete_identities',
  'delete from identities where user_id = $1',
)

/** A person who signs in with one of them again must be linked again. */
export async function deleteIdentitiesOf(tx: Executor, user_id: string): Promise<void> {
  await tx.query(deleteIdentitiesStatement, [user_id])
}
