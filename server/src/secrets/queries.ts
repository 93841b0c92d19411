// The SQL over one organization's secrets. A value is sealed wherever it passes here.
import { type Expression, type SqlBool, sql } from 'kysely'
import type { TimePosition } from '../database/cursor.ts'
import { type Executor, statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'
import { sealing_bytes } from '../sealing/seal.ts'

export interface SecretRecord {
  name: string
  created_at: string
  updated_at: string
}

const columns = ['name', 'created_at', 'updated_at'] as const

const lockStatement = statement(
  'lock_secrets',
  `select pg_advisory_xact_lock(hashtextextended('secrets of ' || $1::text, 0)) as organization_id`,
)

/** Holds back other new secrets until the transaction ends, so that they can be measured. */
export async function lockSecrets(tx: Store): Promise<void> {
  await tx.query(lockStatement, [tx.organization_id])
}

const measureStatement = statement(
  'measure_secrets',
  `select count(*) filter (where name <> $2) as others,
     coalesce(sum(bytes) filter (where name <> $2), 0) as bytes_of_others,
     coalesce(sum(bytes) filter (where name = $2), 0) as bytes_before
   from (select name, greatest(0, octet_length(value) - $3) as bytes from secrets where organization_id = $1) sizes`,
)

export interface SecretSizes {
  /** Secrets beside the named one, and the bytes of their values in clear. */
  others: number
  bytes_of_others: number
  /** Of the named one, as it is; 0: there is none. */
  bytes_before: number
}

export async function measureSecrets(store: Store, name: string): Promise<SecretSizes> {
  const [sizes] = await store.query<SecretSizes>(measureStatement, [store.organization_id, name, sealing_bytes])
  return sizes!
}

export function upsertSecret(store: Store, name: string, value: Buffer): Promise<SecretRecord> {
  return store.kysely
    .insertInto('secrets')
    .values({ organization_id: store.organization_id, name, value })
    .onConflict((of) =>
      of.columns(['organization_id', 'name']).doUpdateSet({ value, updated_at: sql<string>`clock_timestamp()` }),
    )
    .returning(columns)
    .executeTakeFirstOrThrow()
}

/** Newest first. */
export function listSecretRows(store: Store, after: TimePosition | null, limit: number): Promise<SecretRecord[]> {
  const conditions: Expression<SqlBool>[] =
    after === null ? [] : [sql`(created_at, name) < (${after.time}::timestamptz, ${after.key})`]
  return store.kysely
    .selectFrom('secrets')
    .select(columns)
    .where('organization_id', '=', store.organization_id)
    .where((eb) => eb.and(conditions))
    .orderBy('created_at', 'desc')
    .orderBy('name', 'desc')
    .limit(limit)
    .execute()
}

/** False when there is none. */
export async function deleteSecretRow(store: Store, name: string): Promise<boolean> {
  const row = await store.kysely
    .deleteFrom('secrets')
    .where('organization_id', '=', store.organization_id)
    .where('name', '=', name)
    .returning('name')
    .executeTakeFirst()
  return row !== undefined
}

const readStatement = statement(
  'read_secrets',
  'select name, value from secrets where organization_id = $1 and ($2::text[] is null or name = any($2))',
)

/** The named ones, or all. */
export function readSealed(store: Store, names: readonly string[] | null): Promise<{ name: string; value: Buffer }[]> {
  return store.query(readStatement, [store.organization_id, names])
}

/** Of every organization, by their place in the table's order. */
export function readSealedAfter({ kysely }: Executor, after: { organization_id: string; name: string }, limit: number) {
  return kysely
    .selectFrom('secrets')
    .select(['organization_id', 'name', 'value'])
    .where(sql<boolean>`(organization_id, name) > (${after.organization_id}::uuid, ${after.name})`)
    .orderBy('organization_id')
    .orderBy('name')
    .limit(limit)
    .execute()
}

export async function replaceSealed(
  { kysely }: Executor,
  { organization_id, name, value }: { organization_id: string; name: string; value: Buffer },
): Promise<void> {
  await kysely
    .updateTable('secrets')
    .set({ value })
    .where('organization_id', '=', organization_id)
    .where('name', '=', name)
    .execute()
}
