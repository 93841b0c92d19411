// The SQL of blobs: their rows, what refers to them, and how many bytes an organization stores.
import { type Executor, acrossOrganizations, statement } from '../database/database.ts'
import type { RootStore, Store, TransactionStore } from '../database/store.ts'

export interface Place {
  store: 'postgres' | 's3'
  key: string
  part_bytes: number
  parts: number
}

const beginStatement = statement(
  'begin_blob',
  `insert into blobs (organization_id, id, store, key, part_bytes, expires_at)
   select $1, $2, $3, $4, $5, clock_timestamp() + interval '1 hour'
   where coalesce((select bytes from blob_usage where organization_id = $1), 0) < $6
   returning id`,
)

export type NewBlob = { id: string } & Omit<Place, 'parts'>

/** False: the organization stores as much as it may. */
export async function beginBlob(
  store: Store,
  { id, store: name, key, part_bytes }: NewBlob,
  most_bytes: number,
): Promise<boolean> {
  const values = [store.organization_id, id, name, key, part_bytes, most_bytes]
  return (await store.query(beginStatement, values)).length > 0
}

const countStatement = statement(
  'count_blob_bytes',
  `insert into blob_usage as used (organization_id, bytes) select $1, $2::bigint where $2::bigint <= $3
   on conflict (organization_id) do update set bytes = used.bytes + excluded.bytes
     where used.bytes + excluded.bytes <= $3
   returning bytes`,
)

const finishStatement = statement(
  'finish_blob',
  `update blobs set state = 'stored', bytes = $3, sha256 = $4, expires_at = clock_timestamp() + $5::double precision * interval '1 millisecond'
   where organization_id = $1 and id = $2 and state = 'writing' returning id`,
)

export interface Finished {
  id: string
  bytes: number
  sha256: Buffer
  /** It is deleted, unless something refers to it by then. */
  unkept_ms: number
}

/** `full`: the organization would store more than it may; `gone`: it took too long, and the blob is being deleted. */
export function finishBlob(
  store: RootStore,
  { id, bytes, sha256, unkept_ms }: Finished,
  most_bytes: number,
): Promise<'stored' | 'full' | 'gone'> {
  const { organization_id } = store
  return store
    .transaction(async (tx) => {
      const finished = await tx.query(finishStatement, [organization_id, id, bytes, sha256, unkept_ms])
      if (finished.length === 0) return 'gone'
      const counted = await tx.query(countStatement, [organization_id, bytes, most_bytes])
      if (counted.length > 0) return 'stored'
      throw new OverQuota()
    })
    .catch((error: unknown) => {
      if (error instanceof OverQuota) return 'full'
      throw error
    })
}

/** Rolls back. */
class OverQuota extends Error {}

const placeStatement = statement(
  'find_blob',
  `select store, key, part_bytes, parts, bytes, sha256 from blobs where organization_id = $1 and id = $2 and state = 'stored'`,
)

export type FoundBlob = Place & { bytes: number; sha256: Buffer }

export async function findBlob(store: Store, id: string): Promise<FoundBlob | null> {
  const [row] = await store.query<FoundBlob>(placeStatement, [store.organization_id, id])
  return row ?? null
}

const keepStatement = statement(
  'keep_blob',
  `update blobs set uses = uses + 1, expires_at = null
   where organization_id = $1 and id = $2 and state = 'stored' and (uses > 0 or expires_at > clock_timestamp())
   returning id`,
)

export async function countUse(tx: TransactionStore, id: string): Promise<boolean> {
  return (await tx.query(keepStatement, [tx.organization_id, id])).length > 0
}

const dropStatement = statement(
  'drop_blobs',
  `update blobs b set uses = b.uses - dropped.uses,
     expires_at = case when b.uses = dropped.uses then clock_timestamp() end
   from (select id, count(*)::integer as uses from unnest($2::uuid[]) id group by id) dropped
   where b.organization_id = $1 and b.id = dropped.id`,
)

/** An id counts as often as it is listed. */
export function dropUses(tx: TransactionStore, ids: readonly string[]): void {
  tx.send(dropStatement, [tx.organization_id, ids])
}

const discardStatement = statement(
  'discard_blob',
  `update blobs set expires_at = clock_timestamp() where organization_id = $1 and id = $2 and uses = 0 returning id`,
)

/** Whether nothing refers to it. */
export async function expireBlob(tx: TransactionStore, id: string): Promise<boolean> {
  return (await tx.query(discardStatement, [tx.organization_id, id])).length > 0
}

const takeStatement = statement(
  'take_expired_blobs',
  `update blobs b set state = 'deleting'
   from (select id from blobs where organization_id = $1 and expires_at <= clock_timestamp() and id > $2
         order by id limit $3 for update skip locked) expired
   where b.organization_id = $1 and b.id = expired.id
   returning b.id, b.store, b.key, b.parts,
     coalesce(b.store = 's3' and b.created_at <= (select paused_at from installation), false) as is_of_original`,
)

export interface Expired extends Omit<Place, 'part_bytes'> {
  id: string
  /** This is a paused copy, and the installation that it was made of may still use what is in S3. */
  is_of_original: boolean
}

/** From now on nothing can refer to them, and nobody writes them. */
export async function takeExpired(tx: TransactionStore, after: string, most: number): Promise<Expired[]> {
  const rows = await tx.query<Expired>(takeStatement, [tx.organization_id, after, most])
  return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

const removeStatement = statement(
  'remove_blobs',
  `with removed as (
     delete from blobs where organization_id = $1 and id = any($2::uuid[]) and state = 'deleting' returning coalesce(bytes, 0) as bytes
   )
   update blob_usage set bytes = bytes - (select coalesce(sum(bytes), 0) from removed)
   where organization_id = $1 and exists (select from removed where bytes > 0)`,
)

/** Their bytes are gone from their store. */
export function removeBlobs(tx: TransactionStore, ids: readonly string[]): void {
  tx.send(removeStatement, [tx.organization_id, ids])
}

const expiredStatement = acrossOrganizations(
  'blobs of all organizations expire',
  'find_organizations_of_expired_blobs',
  'select distinct organization_id from blobs where expires_at <= now() limit $1',
)

export async function findOrganizationsOfExpired(database: Executor, most: number): Promise<string[]> {
  const rows = await database.query<{ organization_id: string }>(expiredStatement, [most])
  return rows.map(({ organization_id }) => organization_id)
}
