// The locks of ingestion, in the order in which every transaction takes them: sources (a source before the pages of its crawl, else
// by id), the count of an organization’s sources, datasets, attachments. What a transaction needs besides a locked row it reads in a later statement: a statement that
// waited for a lock sees only the locked row as it is now.
import type { ChunkingStrategy, DatasetLanguage, SourceStatus, UploadStatus } from '@parley/contract'
import { AppError } from '../../base/errors.ts'
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'

/** How strong: new content and attachments exclude each other; a delete excludes also what refers to the row. */
export type Strength = 'key share' | 'no key update' | 'update'

export interface LockedSource {
  id: string
  type: 'FILE' | 'URL'
  name: string
  revision: number
  status: SourceStatus
  reason_code: string | null
  reason: string | null
  tries: number
  upload_status: UploadStatus
  upload_blob_id: string | null
  chunking: ChunkingStrategy | null
  parent_source_id: string | null
}

const sourceColumns =
  'id, type, name, revision, status, reason_code, reason, tries, upload_status, upload_blob_id, chunking, parent_source_id'

const lockSources = (strength: Strength) =>
  statement(
    `lock_sources_for_${strength.replaceAll(' ', '_')}`,
    `select ${sourceColumns} from sources where organization_id = $1 and id = any($2::uuid[])
     order by parent_source_id is not null, id for ${strength}`,
  )

const sourceLocks = { 'no key update': lockSources('no key update'), update: lockSources('update') }

/** Those that exist. */
export function lockSourceRows(
  tx: TransactionStore,
  ids: readonly string[],
  strength: keyof typeof sourceLocks = 'no key update',
): Promise<LockedSource[]> {
  return tx.query<LockedSource>(sourceLocks[strength], [tx.organization_id, ids])
}

/** That one commit adds, removes or builds again. */
export const max_attachments = 10_000

const attachmentsStatement = statement(
  'count_attachments_with_pages',
  `select count(*)::integer as count from (
     select from dataset_sources a join sources s on s.id = a.source_id
     where a.organization_id = $1 and (s.id = $2 or s.parent_source_id = $2) limit $3) found`,
)

/** Of the source and of the pages of its crawl. Throws `too_many_attachments`. */
export async function requireFewAttachments(tx: TransactionStore, source_id: string): Promise<void> {
  const values = [tx.organization_id, source_id, max_attachments + 1]
  const [row] = await tx.query<{ count: number }>(attachmentsStatement, values)
  if (row!.count > max_attachments) throw new AppError('too_many_attachments')
}

const pagesStatement = statement(
  'pages_of_sources',
  'select id, parent_source_id from sources where organization_id = $1 and parent_source_id = any($2::uuid[]) order by id',
)

/** The pages of crawls. Their parents are locked, so that none comes meanwhile. */
export function listPages(
  tx: TransactionStore,
  source_ids: readonly string[],
): Promise<{ id: string; parent_source_id: string }[]> {
  return tx.query(pagesStatement, [tx.organization_id, source_ids])
}

export interface LockedDataset {
  id: string
  name: string
  language: DatasetLanguage
  chunking: ChunkingStrategy | null
  space_id: string | null
  next_space_id: string | null
  embedding_model: string | null
  embedding_dimension: number | null
}

const datasetColumns = 'id, name, language, chunking, space_id, next_space_id, embedding_model, embedding_dimension'

const lockDatasets = (strength: Strength) =>
  statement(
    `lock_datasets_for_${strength.replaceAll(' ', '_')}`,
    `select ${datasetColumns} from datasets where organization_id = $1 and id = any($2::uuid[]) order by id for ${strength}`,
  )

const datasetLocks = {
  'key share': lockDatasets('key share'),
  'no key update': lockDatasets('no key update'),
  update: lockDatasets('update'),
}

/** Those that exist. A switch holds `no key update`: the words of one dataset are counted one change at a time. */
export function lockDatasetRows(
  tx: TransactionStore,
  ids: readonly string[],
  strength: Strength,
): Promise<LockedDataset[]> {
  return tx.query<LockedDataset>(datasetLocks[strength], [tx.organization_id, ids])
}

const erasedGenerationsStatement = statement(
  'mark_generations_gone',
  `update generations set state = 'gone', ended_at = clock_timestamp()
   where organization_id = $1 and dataset_source_id = any($2::uuid[]) and state <> 'gone'`,
)

/** Everything of these attachments is to be erased. */
export async function markGenerationsGone(tx: TransactionStore, dataset_source_ids: readonly string[]): Promise<void> {
  await tx.query(erasedGenerationsStatement, [tx.organization_id, dataset_source_ids])
}
