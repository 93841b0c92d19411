// The SQL that writes datasets.
import type { ChunkingStrategy, DatasetLanguage } from '@parley/contract'
import { assignments, sql } from '../../database/fragments.ts'
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'

const quotaStatement = statement(
  'lock_dataset_quota',
  `select pg_advisory_xact_lock(hashtextextended('datasets of organization_id ' || $1::text, 0))`,
)

export async function lockDatasetQuota(tx: TransactionStore): Promise<void> {
  await tx.query(quotaStatement, [tx.organization_id])
}

const countStatement = statement('count_datasets', 'select count(*) from datasets where organization_id = $1')

export async function countDatasets(tx: TransactionStore): Promise<number> {
  const [row] = await tx.query<{ count: number }>(countStatement, [tx.organization_id])
  return row!.count
}

const creationStatement = statement(
  'find_dataset_creation',
  'select creation_hash from datasets where organization_id = $1 and id = $2',
)

/** Null: the organization has no dataset with this id. */
export async function findCreation(tx: TransactionStore, id: string): Promise<{ creation_hash: Buffer | null } | null> {
  const [row] = await tx.query<{ creation_hash: Buffer | null }>(creationStatement, [tx.organization_id, id])
  return row ?? null
}

export interface NewDataset {
  id: string
  name: string
  description: string | null
  embedding_model: string | null
  embedding_dimension: number | null
  language: DatasetLanguage
  chunking: ChunkingStrategy | null
  /** Null: the id is the server's. */
  creation_hash: Buffer | null
}

const insertStatement = statement(
  'insert_dataset',
  `insert into datasets (organization_id, id, name, description, embedding_model, embedding_dimension, language, chunking, creation_hash)
   select $1, $2, $3, $4, $5, $6, $7, $8, $9
   where not exists (select from dataset_words where dataset_id = $2)
   on conflict (id) do nothing returning id`,
)

/** False: the id is taken, by another organization, or by a dataset whose words are being erased. */
export async function insertDataset(tx: TransactionStore, dataset: NewDataset): Promise<boolean> {
  const { id, name, description, embedding_model, embedding_dimension, language, chunking, creation_hash } = dataset
  const json = chunking && JSON.stringify(chunking)
  const values = [id, name, description, embedding_model, embedding_dimension, language, json, creation_hash]
  return (await tx.query(insertStatement, [tx.organization_id, ...values])).length > 0
}

/** Changes only the fields that are not undefined. Answers the name. */
export async function changeDataset(
  tx: TransactionStore,
  id: string,
  { chunking, ...fields }: Partial<Omit<NewDataset, 'id' | 'creation_hash'>>,
): Promise<string> {
  const changed = assignments({ ...fields, chunking: chunking && JSON.stringify(chunking) })
  const [row] = await tx.execute(sql<{ name: string }>`
    update datasets set ${changed}, updated_at = clock_timestamp()
    where organization_id = ${tx.organization_id} and id = ${id} returning name`)
  return row!.name
}

const lockStatement = statement(
  'lock_sources_of_dataset',
  'select id from dataset_sources where organization_id = $1 and dataset_id = $2 order by id for update',
)

const goneStatement = statement(
  'mark_generations_of_dataset_gone',
  `update generations g set state = 'gone', ended_at = clock_timestamp() from dataset_sources a
   where a.organization_id = $1 and a.dataset_id = $2 and g.dataset_source_id = a.id and g.state <> 'gone'`,
)

const deleteStatement = statement(
  'delete_dataset',
  `with counted as (select count(*) as sources from dataset_sources where organization_id = $1 and dataset_id = $2)
   delete from datasets using counted where organization_id = $1 and id = $2 returning sources`,
)

/** With its attachments, of which it answers the number; their chunks are to be erased. It is locked. */
export async function removeDataset(tx: TransactionStore, id: string): Promise<number> {
  // A build that is writing ends first, so that what it has begun is seen.
  await tx.query(lockStatement, [tx.organization_id, id])
  await tx.query(goneStatement, [tx.organization_id, id])
  const [row] = await tx.query<{ sources: number }>(deleteStatement, [tx.organization_id, id])
  return row!.sources
}
