// The SQL that finds what makes no progress, and what was replaced long ago; over all organizations, in parts.
import { dropBlob } from '../../blobs/blobs.ts'
import { type Executor, acrossOrganizations, statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'

export interface Stuck {
  organization_id: string
  id: string
  /** It waits for a file that never came. */
  has_no_file: boolean
}

const stuckAttachmentsStatement = acrossOrganizations(
  'attachments of all organizations end',
  'find_stuck_attachments',
  `select a.organization_id, a.id, s.type = 'FILE' and s.revision = 0 as has_no_file
   from dataset_sources a join sources s on s.id = a.source_id
   where a.status not in ('ready', 'failed') and a.updated_at < now() - $1::double precision * interval '1 millisecond'
   order by a.updated_at limit $2`,
)

const stuckSourcesStatement = acrossOrganizations(
  'sources of all organizations end',
  'find_stuck_sources',
  `select s.organization_id, s.id, s.type = 'FILE' and s.revision = 0 as has_no_file from sources s
   where s.status not in ('ready', 'failed') and s.updated_at < now() - $1::double precision * interval '1 millisecond'
   order by s.updated_at limit $2`,
)

export const findStuckAttachments = (database: Executor, ms: number, most: number): Promise<Stuck[]> =>
  database.query<Stuck>(stuckAttachmentsStatement, [ms, most])

export const findStuckSources = (database: Executor, ms: number, most: number): Promise<Stuck[]> =>
  database.query<Stuck>(stuckSourcesStatement, [ms, most])

const stillStuck = (table: 'sources' | 'dataset_sources') =>
  statement(
    `lock_stuck_${table}`,
    `select id from ${table} where organization_id = $1 and id = $2 and status not in ('ready', 'failed')
       and updated_at < now() - $3::double precision * interval '1 millisecond' for no key update`,
  )

const stillStuckStatements = { sources: stillStuck('sources'), dataset_sources: stillStuck('dataset_sources') }

/** Whether it has still made no progress. Locks it. */
export async function isStillStuck(
  tx: TransactionStore,
  table: keyof typeof stillStuckStatements,
  id: string,
  ms: number,
): Promise<boolean> {
  return (await tx.query(stillStuckStatements[table], [tx.organization_id, id, ms])).length > 0
}

const closeUploadStatement = statement(
  'close_expired_upload',
  `with sent as (select upload_blob_id from sources where organization_id = $1 and id = $2)
   update sources set upload_status = 'FAILED', upload_expires_at = null, upload_blob_id = null, updated_at = clock_timestamp()
   from sent where organization_id = $1 and id = $2 returning sent.upload_blob_id`,
)

/** What was sent and never completed goes. The source is locked. */
export async function closeUpload(tx: TransactionStore, source_id: string): Promise<void> {
  const [sent] = await tx.query<{ upload_blob_id: string | null }>(closeUploadStatement, [
    tx.organization_id,
    source_id,
  ])
  if (sent?.upload_blob_id) dropBlob(tx, sent.upload_blob_id)
}

const forgottenStatement = acrossOrganizations(
  'replaced generations of all organizations',
  'forget_replaced_generations',
  `update generations set state = 'gone' where id = any(array(
     select id from generations
     where ended_at < now() - $1::double precision * interval '1 millisecond' and state = 'replaced'
     order by ended_at limit $2 for update skip locked))
   returning organization_id`,
)

/** Answers the organizations that have something to erase. */
export async function forgetReplaced(tx: Executor, ms: number, most: number): Promise<Set<string>> {
  const rows = await tx.query<{ organization_id: string }>(forgottenStatement, [ms, most])
  return new Set(rows.map(({ organization_id }) => organization_id))
}
