// The SQL that writes sources and looks them up before.
import { acrossOrganizations, statement } from '../database/database.ts'
import { arraysOf, rowsOf } from '../database/rows.ts'
import { assignments, type Fragment, sql } from '../database/fragments.ts'
import { type TimePosition, newest } from '../database/cursor.ts'
import type { Executor } from '../database/database.ts'
import type { Store, TransactionStore } from '../database/store.ts'
import { type SourceRecord, sourceColumns, sourceTables } from './read/sources.ts'
import type { CheckedSource } from './rules/new-source.ts'

const lockStatement = statement(
  'lock_source_count',
  `select pg_advisory_xact_lock(hashtextextended('sources of organization_id ' || $1::text, 0))`,
)

const countStatement = statement(
  'count_sources',
  'select count(*)::integer as count from sources where organization_id = $1',
)

/** Until the transaction ends, nobody else adds sources to the organization. After locks of sources, before those of datasets. */
export async function lockSourceCount(tx: TransactionStore): Promise<number> {
  await tx.query(lockStatement, [tx.organization_id])
  const [row] = await tx.query<{ count: number }>(countStatement, [tx.organization_id])
  return row!.count
}

const knownStatement = statement(
  'known_sources',
  'select id, organization_id, creation_hash from sources where id = any($1::uuid[])',
)

export interface KnownSource {
  id: string
  organization_id: string
  creation_hash: Buffer | null
}

/** Of any organization. */
export function findKnownSources(tx: TransactionStore, ids: readonly string[]): Promise<KnownSource[]> {
  return tx.query<KnownSource>(knownStatement, [ids])
}

export interface NewSourceRow extends Omit<CheckedSource, 'id'> {
  id: string
  upload_status: 'PENDING' | 'IN_PROGRESS' | 'COMPLETE'
}

const columns = `id uuid, type text, name text, domain text, upload_status text, file_size bigint, description text,
  metadata jsonb, chunking jsonb, url_crawl_options jsonb, refresh_interval_hours integer, creation_hash bytea`

const created_at = `statement_timestamp() + n.call * interval '1 microsecond'`

// A file's address is good for an hour. Lists keep the order of one request. Ids that callers chose are taken in order, so that two who
// choose the same ones do not wait for each other.
const insertStatement = statement(
  'insert_sources',
  `insert into sources (organization_id, id, type, name, domain, upload_status, file_size, description, metadata,
     chunking, url_crawl_options, refresh_interval_hours, creation_hash, upload_expires_at, created_at, updated_at)
   select $13, n.id, n.type, n.name, n.domain, n.upload_status, n.file_size, n.description, n.metadata, n.chunking,
     n.url_crawl_options, n.refresh_interval_hours, n.creation_hash,
     case when n.upload_status = 'PENDING' then clock_timestamp() + interval '1 hour' end,
     ${created_at}, ${created_at}
   from ${rowsOf('n', columns)}
   order by n.id
   on conflict (id) do nothing returning id`,
)

/** Answers how many: fewer, if another organization took an id just now. */
export async function insertSourceRows(tx: TransactionStore, rows: NewSourceRow[]): Promise<number> {
  const json = (value: object | null) => value && JSON.stringify(value)
  const sent = rows.map((row) => ({
    ...row,
    metadata: json(row.metadata),
    chunking: json(row.chunking),
    url_crawl_options: json(row.url_crawl_options),
  }))
  const names = columns.split(',').map((column) => column.trim().split(' ')[0]) as (keyof NewSourceRow)[]
  return (await tx.query(insertStatement, [...arraysOf(sent, names), tx.organization_id])).length
}

const datasetsStatement = statement(
  'datasets_of_new_urls',
  'select id from datasets where organization_id = $1 and id = any($2::uuid[])',
)

/** Those of the organization. */
export async function findKnownDatasets(store: Store, ids: readonly string[]): Promise<Set<string>> {
  const rows = await store.query<{ id: string }>(datasetsStatement, [store.organization_id, ids])
  return new Set(rows.map(({ id }) => id))
}

/** Columns whose values are undefined stay. */
export async function changeSourceRow(
  tx: TransactionStore,
  id: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  await tx.execute(sql`
    update sources set ${assignments(changes)}, updated_at = clock_timestamp()
    where organization_id = ${tx.organization_id} and id = ${id}`)
}

export interface SourceFilters {
  name?: string
  type?: 'FILE' | 'URL'
  domain?: string
  /** Null: no pages of crawls. */
  parent_source_id?: string | null
}

/** Newest first. */
export function listSourceRows(
  store: Store,
  { name, type, domain, parent_source_id }: SourceFilters,
  after: TimePosition | null,
  limit: number,
): Promise<SourceRecord[]> {
  const { time, key } = after ?? newest
  const conditions: Fragment[] = [
    sql`s.organization_id = ${store.organization_id}`,
    sql`(s.created_at, s.id) < (${time}::timestamptz, ${key}::uuid)`,
  ]
  if (name !== undefined) conditions.push(sql`strpos(lower(s.name), lower(${name})) > 0`)
  if (type !== undefined) conditions.push(sql`s.type = ${type}`)
  if (domain !== undefined) conditions.push(sql`s.domain = ${domain.toLowerCase()}`)
  if (parent_source_id === null) conditions.push(sql`s.parent_source_id is null`)
  else if (parent_source_id !== undefined) conditions.push(sql`s.parent_source_id = ${parent_source_id}`)
  return store.execute(sql<SourceRecord>`
    select ${sql.raw(sourceColumns)} from ${sql.raw(sourceTables)}
    where ${sql.join(conditions, sql` and `)} order by s.created_at desc, s.id desc limit ${limit}`)
}

const inDatasetsStatement = statement(
  'datasets_of_source',
  `select d.id, d.name, a.id as dataset_source_id from dataset_sources a join datasets d on d.id = a.dataset_id
   where a.organization_id = $1 and a.source_id = $2 order by d.name, d.id limit 200`,
)

export interface InDataset {
  id: string
  name: string
  dataset_source_id: string
}

export function listDatasetsOfSource(store: Store, source_id: string): Promise<InDataset[]> {
  return store.query<InDataset>(inDatasetsStatement, [store.organization_id, source_id])
}

const contentStatement = statement(
  'read_source_content',
  `select s.name, s.type, c.blob_id, c.bytes, c.text_blob_id from sources s
   left join source_contents c on c.source_id = s.id and c.revision = s.revision
   where s.organization_id = $1 and s.id = $2`,
)

export interface SourceContent {
  name: string
  type: 'FILE' | 'URL'
  blob_id: string | null
  bytes: number | null
  text_blob_id: string | null
}

export async function findSourceContent(store: Store, source_id: string): Promise<SourceContent | null> {
  const [row] = await store.query<SourceContent>(contentStatement, [store.organization_id, source_id])
  return row ?? null
}

const openUploadStatement = acrossOrganizations(
  'the token of the address decides, before its organization is known',
  'find_open_upload',
  `select organization_id from sources
   where id = $1 and type = 'FILE' and upload_expires_at = $2::timestamptz and upload_expires_at > clock_timestamp()`,
)

/** Its organization; null: this address is closed or has expired. */
export async function findOpenUpload(
  database: Executor,
  source_id: string,
  upload_expires_at: string,
): Promise<string | null> {
  const [row] = await database.query<{ organization_id: string }>(openUploadStatement, [source_id, upload_expires_at])
  return row?.organization_id ?? null
}

const uploadStatement = statement(
  'lock_upload',
  `select id, type, name, upload_status, upload_expires_at, upload_blob_id, revision,
     coalesce(upload_expires_at <= clock_timestamp(), true) as is_closed,
     coalesce(upload_expires_at < clock_timestamp() - interval '23 hours', false) as is_over from sources
   where organization_id = $1 and id = $2 and type = 'FILE' for no key update`,
)

export interface LockedUpload {
  id: string
  type: 'FILE'
  name: string
  upload_status: 'PENDING' | 'IN_PROGRESS' | 'COMPLETE' | 'FAILED'
  upload_expires_at: string | null
  upload_blob_id: string | null
  revision: number
  /** It has no address, or one that has expired. */
  is_closed: boolean
  /** Its address was made a day ago. */
  is_over: boolean
}

export async function lockUpload(tx: TransactionStore, source_id: string): Promise<LockedUpload | null> {
  const [row] = await tx.query<LockedUpload>(uploadStatement, [tx.organization_id, source_id])
  return row ?? null
}

const renewStatement = statement(
  'renew_upload',
  `update sources set upload_status = 'PENDING', upload_blob_id = null,
     upload_expires_at = greatest(clock_timestamp() + interval '1 hour', upload_expires_at + interval '1 microsecond'),
     updated_at = clock_timestamp()
   where organization_id = $1 and id = $2`,
)

/** A new address: the one before is not valid any more. */
export async function renewUpload(tx: TransactionStore, source_id: string): Promise<void> {
  await tx.query(renewStatement, [tx.organization_id, source_id])
}

const expiredStatement = acrossOrganizations(
  'uploads of all organizations expire',
  'find_expired_uploads',
  `select organization_id, id from sources where upload_expires_at < now() - interval '23 hours'
   order by upload_expires_at limit $1`,
)

/** Their addresses were made a day ago. */
export function findExpiredUploads(
  database: Executor,
  most: number,
): Promise<{ organization_id: string; id: string }[]> {
  return database.query(expiredStatement, [most])
}
