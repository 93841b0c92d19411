// Sources as they are read: their rows with their newest content, and how they are answered.
import type { ChunkingStrategy, Crawl, KnowledgeReason, Source, UrlCrawlOptions } from '@parley/contract'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import { latestCrawls } from '../crawl/present.ts'

type Plain =
  | 'id'
  | 'organization_id'
  | 'type'
  | 'name'
  | 'domain'
  | 'file_size'
  | 'description'
  | 'upload_expires_at'
  | 'parent_source_id'
  | 'status'
  | 'tries'
  | 'revision'
  | 'content_hash'
  | 'pages'
  | 'characters'
  | 'language'
  | 'metadata'
  | 'refresh_interval_hours'
  | 'next_refresh_at'
  | 'created_at'
  | 'updated_at'

export interface SourceRecord extends Pick<Source, Plain> {
  upload_status: Source['file_upload_status']
  chunking: ChunkingStrategy | null
  url_crawl_options: UrlCrawlOptions | null
  reason_code: KnowledgeReason['code'] | null
  reason: string | null
  warnings: string[] | null
}

/** Of `sourceTables`. */
export const sourceColumns = `s.id, s.organization_id, s.type, s.name, s.domain, s.file_size, s.description,
  s.upload_status, s.upload_expires_at, s.parent_source_id, s.status, s.reason_code, s.reason, s.tries, s.revision,
  s.metadata, s.chunking, s.url_crawl_options, s.refresh_interval_hours, s.next_refresh_at, s.created_at, s.updated_at,
  encode(c.hash, 'hex') as content_hash, cardinality(c.page_starts) as pages, c.characters, c.language, c.warnings`

export const sourceTables = 'sources s left join source_contents c on c.source_id = s.id and c.revision = s.revision'

const sourcesStatement = statement(
  'read_sources',
  `select ${sourceColumns} from ${sourceTables} where s.organization_id = $1 and s.id = any($2::uuid[])`,
)

export function findSourceRecords(store: Store, ids: readonly string[]): Promise<SourceRecord[]> {
  return store.query<SourceRecord>(sourcesStatement, [store.organization_id, ids])
}

/** `crawl`: its latest one. */
export function presentSource(record: SourceRecord, crawl: Crawl | null): Source {
  const { upload_status, chunking, reason_code, reason, warnings, ...plain } = record
  return {
    ...plain,
    file_upload_status: upload_status,
    chunking_strategy: chunking,
    status_reason: reason_code && { code: reason_code, message: reason ?? '' },
    warnings: warnings ?? [],
    crawl,
  }
}

/** By id. */
export async function readSources(store: Store, ids: readonly string[]): Promise<Map<string, Source>> {
  const records = await findSourceRecords(store, [...new Set(ids)])
  const crawls = await latestCrawls(store, ofUrls(records))
  return new Map(records.map((record) => [record.id, presentSource(record, crawls.get(record.id) ?? null)]))
}

function ofUrls(records: readonly SourceRecord[]): string[] {
  return records.filter(({ type }) => type === 'URL').map(({ id }) => id)
}
