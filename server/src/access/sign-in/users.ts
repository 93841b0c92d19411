// The SQL of users who sign in: their passwords and identities, and the lock under which either is given or taken.
import { sql } from 'kysely'
import type { Executor } from '../../database/database.ts'
import type { UserRecord } from '../queries.ts'

export interface StoredPassword {
  hash: string
  is_vouched: boolean
}

/** Until the transaction ends, nobody else gives this user a password, a membership or an identity. */
export async function lockUser({ kysely }: Executor, user_id: string): Promise<void> {
  await kysely.selectFrom('users').select('id').where('id', '=', user_id).forUpdate().execute()
}

/** Until the transaction ends, nobody else gives this user a token, or takes one: they can be counted, and ended all. */
export async function lockTokensOf({ kysely }: Executor, user_id: string): Promise<void> {
  await kysely.selectFrom('users').select('id').where('id', '=', user_id).forNoKeyUpdate().execute()
}

export function findPassword({ kysely }: Executor, user_id: string): Promise<StoredPassword | undefined> {
  return kysely.selectFrom('passwords').select(['hash', 'is_vouched']).where('user_id', '=', user_id).executeTakeFirst()
}

/** In one query, which takes as long where there is nobody. */
export async function findUserAndPassword(
  { kysely }: Executor,
  email: string,
): Promise<{ id: string; hash: string | null } | undefined> {
  return kysely
    .selectFrom('users')
    .leftJoin('passwords', 'passwords.user_id', 'users.id')
    .select(['users.id', 'passwords.hash'])
    .where(sql<boolean>`lower(users.email) = ${email.trim().toLowerCase()}`)
    .executeTakeFirst()
}

export async function writePassword(
  { kysely }: Executor,
  user_id: string,
  { hash, is_vouched }: StoredPassword,
): Promise<void> {
  await kysely
    .insertInto('passwords')
    .values({ user_id, hash, is_vouched })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ hash, is_vouched, changed_at: 'now()' }))
    .execute()
}

/** Whether the password still was the one that is replaced. */
export async function replaceHash({ kysely }: Executor, user_id: string, from: string, to: string): Promise<boolean> {
  const updated = await kysely
    .updateTable('passwords')
    .set({ hash: to, changed_at: 'now()' })
    .where('user_id', '=', user_id)
    .where('hash', '=', from)
    .executeTakeFirst()
  return updated.numUpdatedRows > 0n
}

/** Holds a change of the password back until the transaction ends; false when there has been one. */
export async function holdPassword({ kysely }: Executor, user_id: string, hash: string): Promise<boolean> {
  const row = await kysely
    .selectFrom('passwords')
    .select('user_id')
    .where('user_id', '=', user_id)
    .where('hash', '=', hash)
    .forShare()
    .executeTakeFirst()
  return row !== undefined
}

export async function deletePassword({ kysely }: Executor, user_id: string): Promise<void> {
  await kysely.deleteFrom('passwords').where('user_id', '=', user_id).execute()
}

export async function deleteTokensOf({ kysely }: Executor, user_id: string): Promise<void> {
  await kysely.deleteFrom('credentials').where('user_id', '=', user_id).execute()
}

/** Those that were made with a session, at whatever remove, save for the one that goes on. */
export async function deleteMintedTokensOf({ kysely }: Executor, user_id: string, except?: string): Promise<void> {
  let query = kysely.deleteFrom('credentials').where('user_id', '=', user_id)
  query =
    except === undefined
      ? query.where('minted_by_session', 'is not', null)
      : query.where('minted_by_session', '!=', except)
  await query.execute()
}

export async function nameUser({ kysely }: Executor, user_id: string, name: string): Promise<void> {
  await kysely.updateTable('users').set({ name }).where('id', '=', user_id).execute()
}

export async function selectMemberships({ kysely }: Executor, user_id: string): Promise<string[]> {
  const rows = await kysely.selectFrom('members').select('organization_id').where('user_id', '=', user_id).execute()
  return rows.map((row) => row.organization_id)
}

export function findIdentity({ kysely }: Executor, issuer: string, subject: string): Promise<UserRecord | undefined> {
  return kysely
    .selectFrom('identities')
    .innerJoin('users', 'users.id', 'identities.user_id')
    .select(['users.id', 'users.email', 'users.name'])
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst()
}

/** False when the user has another identity at this issuer, or the identity another user. */
export async function insertIdentity(
  { kysely }: Executor,
  identity: { issuer: string; subject: string; user_id: string },
): Promise<boolean> {
  const row = await kysely
    .insertInto('identities')
    .values(identity)
    .onConflict((conflict) => conflict.doNothing())
    .returning('user_id')
    .executeTakeFirst()
  return row !== undefined
}

/** Whoever comes with one of them again has to be linked anew. */
export async function deleteIdentitiesOf({ kysely }: Executor, user_id: string): Promise<void> {
  await kysely.deleteFrom('identities').where('user_id', '=', user_id).execute()
}
