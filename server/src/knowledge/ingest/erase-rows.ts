// The SQL of erasing: generations that searches no longer use, their chunks, and vectors of deleted sources.
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import type { IndexedGeneration } from '../search/index-chunks.ts'

export interface ErasableGeneration extends IndexedGeneration {
  /** `replaced`: its chunks stay readable for a while. */
  state: 'replaced' | 'gone'
  is_indexed: boolean
  source_id: string
}

const nextStatement = statement(
  'next_erasable_generation',
  `select g.id, g.number, g.organization_id, g.dataset_id, g.language, g.state, g.is_indexed, g.source_id
   from generations g
   where g.organization_id = $1 and (g.state = 'gone' or (g.state = 'replaced' and g.is_indexed))
   order by g.number limit 1`,
)

/** One work erases for the organization, so that it needs no lock of its own. */
export async function findErasable(tx: TransactionStore): Promise<ErasableGeneration | undefined> {
  const [generation] = await tx.query<ErasableGeneration>(nextStatement, [tx.organization_id])
  return generation
}

const unindexedStatement = statement(
  'generation_is_unindexed',
  'update generations set is_indexed = false where organization_id = $1 and id = $2',
)

export async function markUnindexed(tx: TransactionStore, id: string): Promise<void> {
  await tx.query(unindexedStatement, [tx.organization_id, id])
}

const holdSourceStatement = statement(
  'hold_source',
  'select id from sources where organization_id = $1 and id = $2 for key share',
)

/** It is not deleted before this commit. False: it is gone. */
export async function holdSource(tx: TransactionStore, id: string): Promise<boolean> {
  return (await tx.query(holdSourceStatement, [tx.organization_id, id])).length > 0
}

// A range, as in search/erase-index.ts.
const deleteChunksStatement = statement(
  'delete_chunks',
  `delete from chunks where organization_id = $1 and generation_id = $2 and position <= (
     select max(position) from (select position from chunks where generation_id = $2 order by position limit $3) part)
   returning text_hash`,
)

export async function deleteChunks(tx: TransactionStore, generation_id: string, most: number): Promise<Buffer[]> {
  const values = [tx.organization_id, generation_id, most]
  const rows = await tx.query<{ text_hash: Buffer }>(deleteChunksStatement, values)
  return rows.map(({ text_hash }) => text_hash)
}

// Anyone who stores chunks shares it (build-rows.ts): none is stored between the look for unused texts and the end of their vectors.
const textsLockStatement = statement(
  'lock_texts',
  `select pg_advisory_xact_lock(hashtextextended('texts of organization_id ' || $1::text, 0))`,
)

export async function lockTexts(tx: TransactionStore): Promise<void> {
  await tx.query(textsLockStatement, [tx.organization_id])
}

const unusedStatement = statement(
  'find_unused_texts',
  `select distinct text_hash from unnest($2::bytea[]) as deleted (text_hash)
   where not exists (select from chunks c where c.organization_id = $1 and c.text_hash = deleted.text_hash)`,
)

export async function findUnusedTexts(tx: TransactionStore, hashes: readonly Buffer[]): Promise<Buffer[]> {
  const rows = await tx.query<{ text_hash: Buffer }>(unusedStatement, [tx.organization_id, hashes])
  return rows.map(({ text_hash }) => text_hash)
}

const deleteGenerationStatement = statement(
  'delete_generation',
  'delete from generations where organization_id = $1 and id = $2',
)

export async function deleteGeneration(tx: TransactionStore, id: string): Promise<void> {
  await tx.query(deleteGenerationStatement, [tx.organization_id, id])
}
