// The SQL of stored vectors, and of claims: who is making which vector now.
import { type Executor, acrossOrganizations, statement } from '../database/database.ts'
import { rowsOf } from '../database/rows.ts'
import type { TransactionStore } from '../database/store.ts'
import { toBytes } from './rules/vector.ts'

// Rows are locked in order, so that two generations with the same texts do not block each other for ever.
const useStatement = statement(
  'use_vectors',
  `with there as (
     select space_id, text_hash from vectors where organization_id = $1 and space_id = $2 and text_hash = any($3::bytea[])
     order by text_hash for no key update
   )
   update vectors v set used_at = clock_timestamp(), left_source_id = null from there
   where v.space_id = there.space_id and v.text_hash = there.text_hash returning v.text_hash`,
)

/** The texts that have a vector, which from now on counts as used: it is not deleted as long as that is so. */
export async function useVectors(tx: TransactionStore, space_id: string, hashes: Buffer[]): Promise<Set<string>> {
  const rows = await tx.query<{ text_hash: Buffer }>(useStatement, [tx.organization_id, space_id, hashes])
  return new Set(rows.map(({ text_hash }) => text_hash.toString('hex')))
}

const claimStatement = statement(
  'claim_vectors',
  `insert into embedding_claims as claim (organization_id, space_id, text_hash, holder, expires_at)
   select $1, $2, text_hash, $4, clock_timestamp() + $5::double precision * interval '1 millisecond'
   from unnest($3::bytea[]) text_hash order by text_hash
   on conflict (space_id, text_hash) do update set holder = excluded.holder, expires_at = excluded.expires_at
   where claim.holder = excluded.holder or claim.expires_at < clock_timestamp()
   returning text_hash`,
)

/** The texts that the holder may embed now: nobody else does. */
export async function claimVectors(
  tx: TransactionStore,
  { space_id, holder, ms }: { space_id: string; holder: string; ms: number },
  hashes: Buffer[],
): Promise<Set<string>> {
  const values = [tx.organization_id, space_id, hashes, holder, ms]
  const rows = await tx.query<{ text_hash: Buffer }>(claimStatement, values)
  return new Set(rows.map(({ text_hash }) => text_hash.toString('hex')))
}

// In the order in which they are claimed.
const releaseStatement = statement(
  'release_vectors',
  `with held as (
     select space_id, text_hash from embedding_claims
     where organization_id = $1 and space_id = $2 and text_hash = any($3::bytea[]) and holder = $4 order by text_hash for update
   )
   delete from embedding_claims c using held where c.space_id = held.space_id and c.text_hash = held.text_hash`,
)

export async function releaseVectors(
  tx: TransactionStore,
  { space_id, holder }: { space_id: string; holder: string },
  hashes: Buffer[],
): Promise<void> {
  await tx.query(releaseStatement, [tx.organization_id, space_id, hashes, holder])
}

const giveUpStatement = statement(
  'give_up_claims',
  `with held as (
     select space_id, text_hash from embedding_claims
     where organization_id = $1 and holder = $2 order by space_id, text_hash for update
   )
   delete from embedding_claims c using held where c.space_id = held.space_id and c.text_hash = held.text_hash`,
)

/** All that runs before this one have left: first in each run, also in one that finds nothing to do, since other work may wait for them. */
export async function giveUpClaims(tx: TransactionStore, holder: string): Promise<void> {
  await tx.query(giveUpStatement, [tx.organization_id, holder])
}

const storeStatement = statement(
  'store_vectors',
  `insert into vectors (organization_id, space_id, text_hash, vector)
   select $1, $2, row.text_hash, substr($4::bytea, (row.at::integer - 1) * $5::integer + 1, $5)
   from unnest($3::bytea[]) with ordinality row (text_hash, at)
   order by row.text_hash
   on conflict (space_id, text_hash) do update set used_at = excluded.used_at, left_source_id = null`,
)

export async function storeVectors(
  tx: TransactionStore,
  space_id: string,
  hashes: Buffer[],
  vectors: Float32Array[],
): Promise<void> {
  const bytes = vectors.map(toBytes)
  // One after another in one value, which is sent as it is: an array would be sent as text.
  await tx.query(storeStatement, [tx.organization_id, space_id, hashes, Buffer.concat(bytes), bytes[0]?.length ?? 0])
}

const leaveStatement = statement(
  'leave_vectors',
  `with there as (
     select v.space_id, v.text_hash from vectors v join embedding_spaces s on s.id = v.space_id
     where s.organization_id = $1 and v.text_hash = any($2::bytea[]) order by v.space_id, v.text_hash for no key update of v
   )
   update vectors v set used_at = clock_timestamp(), left_source_id = $3 from there
   where v.space_id = there.space_id and v.text_hash = there.text_hash`,
)

/** In all spaces: their last use is now, because the chunks that have them go. Their source is locked; with it they go at once. */
export async function leaveVectors(tx: TransactionStore, hashes: readonly Buffer[], source_id: string): Promise<void> {
  if (hashes.length > 0) await tx.query(leaveStatement, [tx.organization_id, hashes, source_id])
}

const findLeftStatement = statement(
  'find_left_vectors',
  `select source_id from unnest($2::uuid[]) source_id
   where exists (select from vectors v where v.organization_id = $1 and v.left_source_id = source_id)`,
)

/** Of these sources, those of whose texts vectors are left. */
export async function findSourcesOfLeftVectors(tx: TransactionStore, source_ids: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ source_id: string }>(findLeftStatement, [tx.organization_id, source_ids])
  return rows.map(({ source_id }) => source_id)
}

const listLeftStatement = statement(
  'list_left_vectors',
  'select text_hash from vectors where organization_id = $1 and left_source_id = $2 limit $3',
)

/** A text for each space that has its vector. */
export async function listLeftTexts(tx: TransactionStore, source_id: string, most: number): Promise<Buffer[]> {
  const rows = await tx.query<{ text_hash: Buffer }>(listLeftStatement, [tx.organization_id, source_id, most])
  return rows.map(({ text_hash }) => text_hash)
}

const stayStatement = statement(
  'stay_vectors',
  `with there as (
     select space_id, text_hash from vectors
     where organization_id = $1 and left_source_id = $2 and text_hash = any($3::bytea[])
     order by space_id, text_hash for no key update
   )
   update vectors v set left_source_id = null from there
   where v.space_id = there.space_id and v.text_hash = there.text_hash`,
)

/** A chunk of another source has the text. */
export async function keepLeftVectors(
  tx: TransactionStore,
  source_id: string,
  hashes: readonly Buffer[],
): Promise<void> {
  await tx.query(stayStatement, [tx.organization_id, source_id, hashes])
}

// Not those that a generation has come to use since this transaction began.
const eraseStatement = statement(
  'erase_vectors',
  `with unused as (
     select v.space_id, v.text_hash from vectors v join embedding_spaces s on s.id = v.space_id
     where s.organization_id = $1 and v.text_hash = any($2::bytea[]) and v.used_at < now()
     order by v.space_id, v.text_hash for update of v
   )
   delete from vectors v using unused where v.space_id = unused.space_id and v.text_hash = unused.text_hash`,
)

/** In all spaces: of texts that no chunk has any more. */
export async function eraseVectors(tx: TransactionStore, hashes: readonly Buffer[]): Promise<void> {
  if (hashes.length > 0) await tx.query(eraseStatement, [tx.organization_id, hashes])
}

export interface OldVector {
  organization_id: string
  space_id: string
  text_hash: Buffer
}

const listOldStatement = statement(
  'list_old_vectors',
  `select * from (
     select organization_id, space_id, text_hash from vectors
     where used_at < clock_timestamp() - $1::double precision * interval '1 day' order by used_at limit $2
   ) oldest order by space_id, text_hash`,
  { replanned: true },
)

/** Of all organizations: those that no generation came to use for so long. Chunks may still have them. */
export async function listOldVectors(database: Executor, days: number, most: number): Promise<OldVector[]> {
  return database.query(listOldStatement, [days, most])
}

const oldRows = rowsOf('old', 'organization_id uuid, space_id uuid, text_hash bytea')

// Locked in the order of everyone who uses vectors.
const lockedOld = (strength: string, condition = '') => `with locked as (
     select v.space_id, v.text_hash from ${oldRows}
     join vectors v on v.organization_id = old.organization_id and v.space_id = old.space_id and v.text_hash = old.text_hash
     ${condition} order by v.space_id, v.text_hash for ${strength} of v
   )`

const keepStatement = statement(
  'keep_vectors',
  `${lockedOld('no key update')}
   update vectors v set used_at = clock_timestamp(), left_source_id = null from locked
   where v.space_id = locked.space_id and v.text_hash = locked.text_hash`,
)

const removeStatement = statement(
  'remove_vectors',
  `${lockedOld('update', `where v.used_at < clock_timestamp() - $4::double precision * interval '1 day'`)}
   delete from vectors v using locked where v.space_id = locked.space_id and v.text_hash = locked.text_hash`,
)

const columnsOf = (rows: readonly OldVector[]) => [
  rows.map(({ organization_id }) => organization_id),
  rows.map(({ space_id }) => space_id),
  rows.map(({ text_hash }) => text_hash),
]

/** They are used: the next look comes after as many days. */
export async function keepVectors(database: Executor, rows: readonly OldVector[]): Promise<void> {
  if (rows.length > 0) await database.query(keepStatement, columnsOf(rows))
}

/** Unless a generation has come to use them meanwhile. */
export async function removeVectors(database: Executor, rows: readonly OldVector[], days: number): Promise<void> {
  if (rows.length > 0) await database.query(removeStatement, [...columnsOf(rows), days])
}

const forgetStatement = acrossOrganizations(
  'leftovers of all organizations',
  'forget_embedding_claims',
  `with dead as (
     select space_id, text_hash from embedding_claims where expires_at < clock_timestamp() - interval '1 hour'
     order by space_id, text_hash limit $1 for update skip locked
   )
   delete from embedding_claims c using dead where c.space_id = dead.space_id and c.text_hash = dead.text_hash`,
)

/** What dead work has claimed and nobody took over. */
export async function forgetClaims(database: Executor, most: number): Promise<void> {
  await database.query(forgetStatement, [most])
}
