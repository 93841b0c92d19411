// Attachments as they are read: with the generation that is being built, else the one that searches use, and with their source.
import type { AttachmentStatus, ChunkingStrategy, DatasetSource, KnowledgeReason, SourceType } from '@parley/contract'
import { type Fragment, sql } from '../../database/fragments.ts'
import { notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import type { TimePosition } from '../../database/cursor.ts'
import { newest } from '../../database/cursor.ts'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import { effectiveChunking } from '../rules/chunking.ts'
import { readSources } from './sources.ts'

type Plain =
  | 'id'
  | 'source_id'
  | 'dataset_id'
  | 'total_chunks'
  | 'processed_chunks'
  | 'reused_chunks'
  | 'tries'
  | 'next_try_at'
  | 'serving'
  | 'attached_by'
  | 'created_at'
  | 'updated_at'

export interface AttachmentRecord extends Pick<DatasetSource, Plain> {
  status: AttachmentStatus
  reason_code: KnowledgeReason['code'] | null
  reason: string | null
  chunking: ChunkingStrategy | null
  source_chunking: ChunkingStrategy | null
  dataset_chunking: ChunkingStrategy | null
  serving_generation: string | null
}

const columns = `a.id, a.source_id, a.dataset_id, a.status, a.reason_code, a.reason, a.tries, a.next_try_at, a.chunking,
  s.chunking as source_chunking, d.chunking as dataset_chunking, a.serving_generation, a.serving_generation is not null as serving, a.attached_by,
  a.created_at, a.updated_at, coalesce(g.total_chunks, 0) as total_chunks,
  coalesce(g.processed_chunks, 0) as processed_chunks, coalesce(g.reused_chunks, 0) as reused_chunks`

const tables = `dataset_sources a join datasets d on d.id = a.dataset_id join sources s on s.id = a.source_id
  left join lateral (
    select g.total_chunks, g.processed_chunks, g.reused_chunks from generations g
    where g.dataset_source_id = a.id and (g.id = a.serving_generation or (g.state = 'building' and g.wish = a.wish))
    order by g.state limit 1
  ) g on true`

const oneStatement = statement(
  'find_dataset_source',
  `select ${columns} from ${tables} where a.organization_id = $1 and a.dataset_id = $2 and a.id = $3`,
)

export async function requireAttachment(
  store: Store,
  { dataset_id, dataset_source_id }: { dataset_id: string; dataset_source_id: string },
): Promise<AttachmentRecord> {
  const found =
    isUuid(dataset_id) && isUuid(dataset_source_id)
      ? await store.query<AttachmentRecord>(oneStatement, [store.organization_id, dataset_id, dataset_source_id])
      : []
  if (!found[0]) throw notFound('Dataset source')
  return found[0]
}

const manyStatement = statement(
  'find_dataset_sources_by_id',
  `select ${columns} from ${tables} where a.organization_id = $1 and a.id = any($2::uuid[])`,
)

/** In the order asked. */
export async function readAttachments(store: Store, ids: readonly string[]): Promise<AttachmentRecord[]> {
  const rows = await store.query<AttachmentRecord>(manyStatement, [store.organization_id, ids])
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

const changedStatement = statement(
  'changed_dataset_sources',
  `select ${columns} from ${tables}
   where a.organization_id = $1 and a.dataset_id = $2 and (a.updated_at, a.id) > ($3::timestamptz, $4::uuid)
   order by a.updated_at, a.id limit $5`,
)

/** Oldest change first; those of one commit can have the same time. */
export function findChangedAttachments(
  store: Store,
  dataset_id: string,
  { time, key }: TimePosition,
  limit: number,
): Promise<AttachmentRecord[]> {
  return store.query<AttachmentRecord>(changedStatement, [store.organization_id, dataset_id, time, key, limit])
}

const detachedStatement = statement(
  'find_detached_dataset_sources',
  `select id from unnest($3::uuid[]) id
   where not exists (select from dataset_sources a where a.organization_id = $1 and a.dataset_id = $2 and a.id = id.id)`,
)

/** Those that are not there any more. */
export async function findDetached(store: Store, dataset_id: string, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await store.query<{ id: string }>(detachedStatement, [store.organization_id, dataset_id, ids])
  return rows.map(({ id }) => id)
}

export interface AttachmentFilters {
  source_name?: string
  source_type?: SourceType
  /** Lower case, without dots. */
  file_extensions?: string[]
  statuses?: string[]
}

/** Newest first. */
export function listAttachmentRows(
  store: Store,
  dataset_id: string,
  { source_name, source_type, file_extensions, statuses }: AttachmentFilters,
  after: TimePosition | null,
  limit: number,
): Promise<AttachmentRecord[]> {
  const { time, key } = after ?? newest
  const conditions: Fragment[] = [
    sql`a.organization_id = ${store.organization_id}`,
    sql`a.dataset_id = ${dataset_id}`,
    sql`(a.created_at, a.id) < (${time}::timestamptz, ${key}::uuid)`,
  ]
  if (source_name !== undefined) conditions.push(sql`strpos(lower(s.name), lower(${source_name})) > 0`)
  if (source_type !== undefined) conditions.push(sql`s.type = ${source_type}`)
  if (file_extensions)
    conditions.push(sql`lower(substring(rtrim(s.name) from '\\.([^./?#]+)$')) = any(${file_extensions})`)
  if (statuses) conditions.push(sql`a.status = any(${statuses})`)
  return store.execute(sql<AttachmentRecord>`
    select ${sql.raw(columns)} from ${sql.raw(tables)}
    where ${sql.join(conditions, sql` and `)} order by a.created_at desc, a.id desc limit ${limit}`)
}

/** With their sources. One whose source was deleted just now is left out. */
export async function presentAttachments(store: Store, records: readonly AttachmentRecord[]): Promise<DatasetSource[]> {
  const sources = await readSources(
    store,
    records.map(({ source_id }) => source_id),
  )
  return records.flatMap((record) => {
    const { status, reason_code, reason, chunking, source_chunking, dataset_chunking, ...more } = record
    const { serving_generation: _, ...plain } = more
    const source = sources.get(record.source_id)
    if (!source) return []
    return {
      ...plain,
      chunking_strategy: effectiveChunking(chunking, source_chunking, dataset_chunking),
      processing_status: status,
      status,
      status_reason: reason_code && { code: reason_code, message: reason ?? '' },
      sources: source,
    }
  })
}

// A change that is not committed yet has an earlier time than it becomes visible; no transaction lasts longer.
const timeStatement = statement(
  'read_progress_time',
  `select clock_timestamp() - interval '30 seconds' as time, $1::uuid as organization_id`,
)

/** Changes up to this time are visible to all who read from now on. */
export async function readProgressTime(store: Store): Promise<string> {
  const [row] = await store.query<{ time: string }>(timeStatement, [store.organization_id])
  return row!.time
}
