// The SQL of conversions: the content that is converted, and what becomes of it.
import type { AttachmentStatus } from '@parley/contract'
import { dropBlob } from '../../blobs/blobs.ts'
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import type { Converted } from './convert.ts'

export interface StoredContent {
  blob_id: string
  text_blob_id: string | null
  text_hash: Buffer | null
  media_type: string | null
}

const contentStatement = statement(
  'find_source_content',
  `select blob_id, text_blob_id, text_hash, media_type from source_contents
   where organization_id = $1 and source_id = $2 and revision = $3`,
)

export async function findContent(
  tx: TransactionStore,
  source_id: string,
  revision: number,
): Promise<StoredContent | undefined> {
  const [content] = await tx.query<StoredContent>(contentStatement, [tx.organization_id, source_id, revision])
  return content
}

const beginSourceStatement = statement(
  'begin_conversion',
  `update sources set status = 'converting_to_markdown', tries = tries + 1, updated_at = clock_timestamp()
   where organization_id = $1 and id = $2 returning tries`,
)

const beginAttachmentsStatement = statement(
  'show_conversion',
  `with waiting as (
     select id from dataset_sources
     where organization_id = $1 and source_id = $2 and status in ('pending', 'converting_to_markdown')
     order by id for update
   )
   update dataset_sources a
   set status = 'converting_to_markdown', tries = $3, next_try_at = null, updated_at = clock_timestamp()
   from waiting where a.organization_id = $1 and a.id = waiting.id`,
)

/** One more try, seen in the source and in what waits for it. The source is locked. Answers its number. */
export async function beginConversion(tx: TransactionStore, source_id: string): Promise<number> {
  const { organization_id } = tx
  const [begun] = await tx.query<{ tries: number }>(beginSourceStatement, [organization_id, source_id])
  await tx.query(beginAttachmentsStatement, [organization_id, source_id, begun!.tries])
  return begun!.tries
}

const pauseStatement = statement(
  'pause_conversion',
  `with waiting as (
     select id from dataset_sources
     where organization_id = $1 and source_id = $2 and status in ('pending', 'converting_to_markdown')
     order by id for update
   )
   update dataset_sources a
   set next_try_at = clock_timestamp() + $3::double precision * interval '1 millisecond', updated_at = clock_timestamp()
   from waiting where a.organization_id = $1 and a.id = waiting.id`,
)

export async function pauseConversion(tx: TransactionStore, source_id: string, ms: number): Promise<void> {
  await tx.query(pauseStatement, [tx.organization_id, source_id, ms])
}

const uncountStatement = statement(
  'uncount_try_of_conversion',
  'update sources set tries = greatest(tries - 1, 0) where organization_id = $1 and id = $2 and revision = $3',
)

/** This node stops: another goes on at once. */
export async function uncountConversion(
  tx: TransactionStore,
  { source_id, revision }: { source_id: string; revision: number },
): Promise<void> {
  await tx.query(uncountStatement, [tx.organization_id, source_id, revision])
}

const textStatement = statement(
  'store_source_text',
  `update source_contents
   set text_blob_id = $4, text_hash = $5, media_type = $6, page_starts = $7, characters = $8, language = $9, warnings = $10,
       converted_at = clock_timestamp()
   where organization_id = $1 and source_id = $2 and revision = $3`,
)

const readyStatement = statement(
  'source_is_converted',
  `update sources set status = 'ready', reason_code = null, reason = null, updated_at = clock_timestamp()
   where organization_id = $1 and id = $2`,
)

export interface ConvertedText extends Pick<Converted, 'page_starts' | 'media_type' | 'language' | 'warnings'> {
  blob: { id: string; sha256: Buffer }
  characters: number
}

export async function storeText(
  tx: TransactionStore,
  source_id: string,
  revision: number,
  { blob, characters, media_type, page_starts, language, warnings }: ConvertedText,
): Promise<void> {
  const key = [tx.organization_id, source_id, revision]
  const values = [blob.id, blob.sha256, media_type, page_starts, characters, language, warnings]
  await tx.query(textStatement, [...key, ...values])
  await tx.query(readyStatement, [tx.organization_id, source_id])
}

const forgetStatement = statement(
  'forget_older_contents',
  `delete from source_contents c where c.organization_id = $1 and c.source_id = $2 and c.revision < $3
     and ($4 or c.text_blob_id is null or c.revision < (
       select max(o.revision) from source_contents o
       where o.source_id = $2 and o.revision < $3 and o.text_blob_id is not null))
   returning c.blob_id, c.text_blob_id`,
)

/** Those before a revision; where it has no text itself, the newest text before it stays. */
export async function forgetOlderContents(
  tx: TransactionStore,
  source_id: string,
  revision: number,
  has_text: boolean,
): Promise<void> {
  const values = [tx.organization_id, source_id, revision, has_text]
  const dropped = await tx.query<Pick<StoredContent, 'blob_id' | 'text_blob_id'>>(forgetStatement, values)
  for (const { blob_id, text_blob_id } of dropped) {
    dropBlob(tx, blob_id)
    if (text_blob_id !== null) dropBlob(tx, text_blob_id)
  }
}

export interface AttachmentOfSource {
  id: string
  dataset_id: string
  status: AttachmentStatus
}

const attachmentsStatement = statement(
  'lock_attachments_of_source',
  'select id, dataset_id, status from dataset_sources where organization_id = $1 and source_id = $2 order by id for update',
)

export function lockAttachmentsOfSource(tx: TransactionStore, source_id: string): Promise<AttachmentOfSource[]> {
  return tx.query<AttachmentOfSource>(attachmentsStatement, [tx.organization_id, source_id])
}
