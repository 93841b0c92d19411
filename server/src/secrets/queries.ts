// The SQL of an organization's secrets. Values are always sealed here.
import { type TimePosition, newest } from '../database/cursor.ts'
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'
import { sealing_bytes } from '../sealing/seal.ts'

export interface SecretRecord {
  name: string
  created_at: string
  updated_at: string
}

const columns = 'name, created_at, updated_at'

const lockStatement = statement(
  'lock_secrets',
  `select pg_advisory_xact_lock(hashtextextended('secrets of ' || $1::text, 0)) as organization_id`,
)

/** Blocks other new secrets until the transaction ends, so that they can be measured. */
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
  /** The number of other secrets, and the bytes of their plain values. */
  others: number
  bytes_of_others: number
  /** Bytes of the named secret's present value; 0 if it does not exist. */
  bytes_before: number
}

export async function measureSecrets(store: Store, name: string): Promise<SecretSizes> {
  const [sizes] = await store.query<SecretSizes>(measureStatement, [store.organization_id, name, sealing_bytes])
  return sizes!
}

const upsertStatement = statement(
  'upsert_secret',
  `insert into secrets (organization_id, name, value) values ($1, $2, $3)
   on conflict (organization_id, name) do update set value = excluded.value, updated_at = clock_timestamp()
   returning ${columns}`,
)

export async function upsertSecret(store: Store, name: string, value: Buffer): Promise<SecretRecord> {
  const [secret] = await store.query<SecretRecord>(upsertStatement, [store.organization_id, name, value])
  return secret!
}

const listStatement = statement(
  'list_secrets',
  `select ${columns} from secrets where organization_id = $1 and (created_at, name) < ($2, $3)
   order by created_at desc, name desc limit $4`,
)

/** Newest first. */
export function listSecretRows(store: Store, after: TimePosition | null, limit: number): Promise<SecretRecord[]> {
  const { time, key } = after ?? newest
  return store.query(listStatement, [store.organization_id, time, key, limit])
}

const deleteStatement = statement(
  'delete_secret',
  'delete from secrets where organization_id = $1 and name = $2 returning name',
)

/** False if the secret does not exist. */
export async function deleteSecretRow(store: Store, name: string): Promise<boolean> {
  return (await store.query(deleteStatement, [store.organization_id, name])).length > 0
}

const readStatement = statement(
  'read_secrets',
  'select name, value from secrets where organization_id = $1 and ($2::text[] is null or name = any($2))',
)

/** The named secrets, or all. */
export function readSealed(store: Store, names: readonly string[] | null): Promise<{ name: string; value: Buffer }[]> {
  return store.query(readStatement, [store.organization_id, names])
}
