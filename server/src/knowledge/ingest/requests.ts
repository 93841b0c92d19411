// Asks for work: conversions, builds, erasing; in the commit of what needs it. A wish goes up with each reason to build again.
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import { addWork } from '../../work/add.ts'

export const convert_source_work = 'convert_source'
export const build_generation_work = 'build_generation'
export const erase_chunks_work = 'erase_chunks'
export const erase_vectors_work = 'erase_vectors'
/** Of a dataset that is gone: a trigger adds it. */
export const erase_words_work = 'erase_words'

export interface AttachmentKey {
  id: string
  dataset_id: string
}

/** Once for all attachments of the source. */
export function requestConversion(tx: TransactionStore, source_id: string): void {
  const { organization_id } = tx
  const key = { organization_id, owner: organization_id, subject: source_id }
  addWork(tx, convert_source_work, key, { urgent: true })
}

export function requestBuild(tx: TransactionStore, { id, dataset_id }: AttachmentKey): void {
  const { organization_id } = tx
  addWork(tx, build_generation_work, { organization_id, owner: dataset_id, subject: id }, { urgent: true })
}

/** Of everything in the organization that searches no longer use. */
export function requestErasing(tx: TransactionStore): void {
  const { organization_id } = tx
  const key = { organization_id, owner: organization_id, subject: organization_id }
  addWork(tx, erase_chunks_work, key, { urgent: true })
}

/** Of a source that is being deleted, and whose chunks were erased before. */
export function requestErasingVectors(tx: TransactionStore, source_id: string): void {
  const { organization_id } = tx
  addWork(tx, erase_vectors_work, { organization_id, owner: organization_id, subject: source_id }, { urgent: true })
}

const wishAnew = (name: string, which: string, values: string) =>
  statement(
    name,
    `with wished as (
       select a.id from dataset_sources a ${which} order by a.id for update of a
     )
     update dataset_sources a
     set wish = a.wish + 1, status = 'pending', reason_code = null, reason = null, tries = 0, next_try_at = null${values},
         updated_at = clock_timestamp()
     from wished where a.organization_id = $1 and a.id = wished.id returning a.id, a.dataset_id`,
  )

const ofSourceStatement = wishAnew('wish_builds_of_source', 'where a.organization_id = $1 and a.source_id = $2', '')
const inheritingSourceStatement = wishAnew(
  'wish_builds_by_source',
  'where a.organization_id = $1 and a.source_id = any($2::uuid[]) and a.chunking is null',
  '',
)
const inheritingDatasetStatement = wishAnew(
  'wish_builds_by_dataset',
  `join sources s on s.id = a.source_id
   where a.organization_id = $1 and a.dataset_id = $2 and ($3 or (a.chunking is null and s.chunking is null))`,
  '',
)
const oneStatement = wishAnew('wish_build', 'where a.organization_id = $1 and a.id = $2', '')
const chunkedStatement = wishAnew(
  'wish_build_with_chunking',
  'where a.organization_id = $1 and a.id = $2',
  ', chunking = $3::jsonb',
)

/** Of all attachments of a source that has a new content: they wait for its conversion. The source is locked. */
export async function wishBuildsOfSource(tx: TransactionStore, source_id: string): Promise<void> {
  await tx.query(ofSourceStatement, [tx.organization_id, source_id])
}

/** The sources have another chunking strategy. They are locked. All at once, so that attachments are locked in order. */
export async function rebuildBySources(tx: TransactionStore, source_ids: readonly string[]): Promise<void> {
  request(tx, await tx.query<AttachmentKey>(inheritingSourceStatement, [tx.organization_id, source_ids]))
}

/** The dataset has another chunking strategy, or another stemmer, which concerns `all`. It is locked. */
export async function rebuildByDataset(tx: TransactionStore, dataset_id: string, all: boolean): Promise<void> {
  request(tx, await tx.query<AttachmentKey>(inheritingDatasetStatement, [tx.organization_id, dataset_id, all]))
}

/** `chunking` undefined: it stays. */
export async function rebuildAttachment(
  tx: TransactionStore,
  id: string,
  chunking?: { method: string; chunk_size: number; chunk_overlap: number } | null,
): Promise<void> {
  const values = [tx.organization_id, id]
  const rows =
    chunking === undefined
      ? await tx.query<AttachmentKey>(oneStatement, values)
      : await tx.query<AttachmentKey>(chunkedStatement, [...values, chunking && JSON.stringify(chunking)])
  request(tx, rows)
}

const storeStatement = statement(
  'store_attachment_chunking',
  `update dataset_sources set chunking = $3::jsonb, updated_at = clock_timestamp() where organization_id = $1 and id = $2`,
)

/** It means the same as before: nothing is built. */
export async function storeChunking(tx: TransactionStore, id: string, chunking: object | null): Promise<void> {
  await tx.query(storeStatement, [tx.organization_id, id, chunking && JSON.stringify(chunking)])
}

function request(tx: TransactionStore, attachments: readonly AttachmentKey[]): void {
  for (const attachment of attachments) requestBuild(tx, attachment)
}
