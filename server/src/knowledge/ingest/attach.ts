// Puts sources into datasets.
import type { ChunkingStrategy } from '@parley/contract'
import { AppError, notFound } from '../../base/errors.ts'
import { statement } from '../../database/database.ts'
import { arraysOf, rowsOf } from '../../database/rows.ts'
import type { TransactionStore } from '../../database/store.ts'
import { addOrganizationEvent } from '../../events/events.ts'
import { effectiveChunking, isSameChunking } from '../rules/chunking.ts'
import { completeUpload } from '../uploads.ts'
import type { IdPort } from './detach.ts'
import { rebuildAttachment, requestBuild } from './requests.ts'
import {
  type LockedDataset,
  type LockedSource,
  listPages,
  lockDatasetRows,
  lockSourceRows,
  max_attachments,
} from './rows.ts'

export interface NewAttachment {
  dataset_id: string
  source_id: string
  /** Null: the source's, else the dataset's; of one that is attached already: as it is. */
  chunking: ChunkingStrategy | null
  attached_by: 'caller' | 'crawl'
}

interface Existing {
  id: string
  dataset_id: string
  source_id: string
  chunking: ChunkingStrategy | null
  is_new: boolean
}

/**
 * Attaches, or finds the attachment that is there, which is chunked again if it was asked for with another strategy. A crawled source
 * brings its pages. In the commit of what asks for it. Answers the ids in the order asked; throws `not_found`, `too_many_attachments`.
 */
export async function attach(
  tx: TransactionStore,
  ports: IdPort,
  attachments: readonly NewAttachment[],
): Promise<string[]> {
  const { sources, wanted } = await lockWanted(tx, attachments)
  const datasets = await lockAllDatasets(
    tx,
    attachments.map(({ dataset_id }) => dataset_id),
  )
  for (const source of sources.values()) if (hasOpenUpload(source)) await completeUpload(tx, ports, source.id)
  const stored = await insertAttachments(tx, ports, wanted)
  const rechunked: { id: string; chunking: ChunkingStrategy | null }[] = []
  for (const attachment of wanted) {
    const existing = stored.get(keyOf(attachment))!
    const source = sources.get(attachment.source_id)!
    if (existing.is_new) begin(tx, ports, existing, source, attachment.attached_by)
    else if (isRechunked(attachment, existing, source, datasets.get(attachment.dataset_id)!)) {
      rechunked.push({ id: existing.id, chunking: attachment.chunking })
    }
  }
  // Attachments are locked in the order of their ids.
  for (const { id, chunking } of rechunked.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    await rebuildAttachment(tx, id, chunking)
  }
  return attachments.map((attachment) => stored.get(keyOf(attachment))!.id)
}

const keyOf = ({ dataset_id, source_id }: Pick<Existing, 'dataset_id' | 'source_id'>) => `${dataset_id} ${source_id}`

const hasOpenUpload = ({ upload_status, upload_blob_id }: LockedSource) =>
  upload_blob_id !== null && (upload_status === 'PENDING' || upload_status === 'IN_PROGRESS')

/** With the pages of crawls; each attachment once, the last of equal ones. */
async function lockWanted(tx: TransactionStore, attachments: readonly NewAttachment[]) {
  const source_ids = [...new Set(attachments.map(({ source_id }) => source_id))]
  const named = await lockSourceRows(tx, source_ids)
  if (named.length < source_ids.length) throw notFound('Source')
  const pagesOf = Map.groupBy(await listPages(tx, source_ids), ({ parent_source_id }) => parent_source_id)
  const count = attachments.reduce((sum, { source_id }) => sum + 1 + (pagesOf.get(source_id)?.length ?? 0), 0)
  if (count > max_attachments) throw new AppError('too_many_attachments')
  const isNamed = new Set(source_ids)
  const page_ids = [...pagesOf.values()].flatMap((pages) => pages.map(({ id }) => id))
  const pages = await lockSourceRows(
    tx,
    page_ids.filter((id) => !isNamed.has(id)),
  )
  const sources = new Map([...named, ...pages].map((source) => [source.id, source]))
  const ofPages = attachments.flatMap((attachment) =>
    (pagesOf.get(attachment.source_id) ?? [])
      .filter(({ id }) => sources.has(id) && !isNamed.has(id))
      .map(({ id }): NewAttachment => ({ ...attachment, source_id: id, attached_by: 'crawl' })),
  )
  const wanted = new Map([...ofPages, ...attachments].map((attachment) => [keyOf(attachment), attachment]))
  return { sources, wanted: [...wanted.values()] }
}

async function lockAllDatasets(tx: TransactionStore, ids: readonly string[]): Promise<Map<string, LockedDataset>> {
  const distinct = [...new Set(ids)]
  const datasets = await lockDatasetRows(tx, distinct, 'key share')
  if (datasets.length < distinct.length) throw notFound('Dataset')
  return new Map(datasets.map((dataset) => [dataset.id, dataset]))
}

const newColumns = 'id uuid, dataset_id uuid, source_id uuid, chunking jsonb, attached_by text'

const insertStatement = statement(
  'insert_dataset_sources',
  `insert into dataset_sources (id, organization_id, dataset_id, source_id, chunking, attached_by)
   select n.id, $6, n.dataset_id, n.source_id, n.chunking, n.attached_by from ${rowsOf('n', newColumns)}
   order by n.dataset_id, n.source_id
   on conflict (dataset_id, source_id) do nothing returning id, dataset_id, source_id, chunking`,
)

const existingStatement = statement(
  'find_dataset_sources',
  `select a.id, a.dataset_id, a.source_id, a.chunking from dataset_sources a
   join ${rowsOf('n', 'dataset_id uuid, source_id uuid', 2)} on a.dataset_id = n.dataset_id and a.source_id = n.source_id
   where a.organization_id = $1`,
)

async function insertAttachments(
  tx: TransactionStore,
  { newId }: IdPort,
  wanted: readonly NewAttachment[],
): Promise<Map<string, Existing>> {
  const rows = wanted.map((attachment) => ({
    ...attachment,
    id: newId(),
    chunking: attachment.chunking && JSON.stringify(attachment.chunking),
  }))
  const columns = arraysOf(rows, ['id', 'dataset_id', 'source_id', 'chunking', 'attached_by'])
  const inserted = await tx.query<Existing>(insertStatement, [...columns, tx.organization_id])
  const stored = new Map(inserted.map((row) => [keyOf(row), { ...row, is_new: true }]))
  const others = rows.filter((row) => !stored.has(keyOf(row)))
  const found =
    others.length === 0
      ? []
      : await tx.query<Existing>(existingStatement, [
          tx.organization_id,
          ...arraysOf(others, ['dataset_id', 'source_id']),
        ])
  for (const row of found) stored.set(keyOf(row), { ...row, is_new: false })
  return stored
}

/** A source without content waits for it; one that is being converted brings its builds itself. */
function begin(
  tx: TransactionStore,
  { newId }: IdPort,
  { id, dataset_id, source_id }: Existing,
  source: LockedSource,
  attached_by: NewAttachment['attached_by'],
): void {
  const { organization_id } = tx
  const data = { dataset_source_id: id, dataset_id, source_id, name: source.name, attached_by }
  addOrganizationEvent(tx, { id: newId(), organization_id, type: 'dataset_source.created', subject: id, data })
  if (source.status === 'ready' || source.status === 'failed') requestBuild(tx, { id, dataset_id })
}

function isRechunked(
  { chunking }: NewAttachment,
  existing: Existing,
  source: LockedSource,
  dataset: LockedDataset,
): boolean {
  return (
    chunking !== null &&
    !isSameChunking(chunking, effectiveChunking(existing.chunking, source.chunking, dataset.chunking))
  )
}
