// A source gets a new content, fails without one, or goes: what then has to be built, and what has to be erased.
import { type StoredBlob, dropBlobs, keepBlob } from '../../blobs/blobs.ts'
import { notFound } from '../../base/errors.ts'
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import { findSourcesOfLeftVectors } from '../../embeddings/embeddings.ts'
import type { Reason } from '../rules/tries.ts'
import { type IdPort, detachLocked } from './detach.ts'
import { failWaitingAttachments } from './failures.ts'
import { rebuildAttachment, requestConversion, requestErasingVectors, wishBuildsOfSource } from './requests.ts'
import { listPages, lockDatasetRows, lockSourceRows } from './rows.ts'

export interface NewContent {
  source_id: string
  blob: StoredBlob
  /** As the sender said; the bytes decide. */
  media_type: string | null
}

const insertStatement = statement(
  'insert_source_content',
  `insert into source_contents (organization_id, source_id, revision, blob_id, media_type, bytes, hash)
   values ($1, $2, $3, $4, $5, $6, $7)`,
)

const revisionStatement = statement(
  'begin_source_revision',
  `update sources set revision = $3, file_size = $4, status = 'pending', reason_code = null, reason = null, tries = 0,
     updated_at = clock_timestamp()
   where organization_id = $1 and id = $2`,
)

/**
 * In the commit that accepts it: the source's next revision, with its conversion and the builds of its attachments as work. The blob
 * is kept from now on. What served before serves until the new content is ready. Answers the revision.
 */
export async function addContent(tx: TransactionStore, { source_id, blob, media_type }: NewContent): Promise<number> {
  const { organization_id } = tx
  const [source] = await lockSourceRows(tx, [source_id])
  if (!source) throw notFound('Source')
  await keepBlob(tx, blob.id)
  const revision = source.revision + 1
  await tx.query(insertStatement, [organization_id, source_id, revision, blob.id, media_type, blob.bytes, blob.sha256])
  await tx.query(revisionStatement, [organization_id, source_id, revision, blob.bytes])
  await wishBuildsOfSource(tx, source_id)
  requestConversion(tx, source_id)
  return revision
}

const reconvertStatement = statement(
  'convert_source_again',
  `update sources set status = 'pending', reason_code = null, reason = null, tries = 0, updated_at = clock_timestamp()
   where organization_id = $1 and id = $2`,
)

/** Converts its newest content again, and builds this attachment again; others too if the text is then another. */
export async function reprocess(tx: TransactionStore, attachment: { id: string; source_id: string }): Promise<void> {
  const [source] = await lockSourceRows(tx, [attachment.source_id])
  if (!source) throw notFound('Source')
  if (source.revision > 0) {
    await tx.query(reconvertStatement, [tx.organization_id, source.id])
    requestConversion(tx, source.id)
  }
  await rebuildAttachment(tx, attachment.id)
}

const failStatement = statement(
  'fail_source',
  `update sources set status = 'failed', reason_code = $3, reason = $4, updated_at = clock_timestamp()
   where organization_id = $1 and id = $2`,
)

/** Its newest content cannot be had or read: it fails, and what waits for it. What is served stays; so does a source that is ready. */
export async function failSource(
  tx: TransactionStore,
  ports: IdPort,
  source_id: string,
  reason: Reason,
): Promise<void> {
  const [source] = await lockSourceRows(tx, [source_id])
  if (!source || source.status === 'ready') return
  await tx.query(failStatement, [tx.organization_id, source_id, reason.code, reason.message])
  await failWaitingAttachments(tx, ports, source_id, reason, source.tries)
}

const attachmentsStatement = statement(
  'attachments_of_sources',
  'select id, dataset_id from dataset_sources where organization_id = $1 and source_id = any($2::uuid[])',
)

const blobsStatement = statement(
  'blobs_of_sources',
  `select c.blob_id, c.text_blob_id from source_contents c where c.organization_id = $1 and c.source_id = any($2::uuid[])`,
)

const deleteStatement = statement(
  'delete_sources',
  'delete from sources where organization_id = $1 and id = any($2::uuid[])',
)

/**
 * In the commit of a delete: detaches the sources and their pages everywhere, and deletes them with their files and texts. No search
 * finds their chunks once it is committed. Those that are gone already are skipped.
 */
export async function removeSources(tx: TransactionStore, ports: IdPort, ids: readonly string[]): Promise<void> {
  const { organization_id } = tx
  const named = await lockSourceRows(tx, ids, 'update')
  const page_ids = (await listPages(tx, ids)).map(({ id }) => id)
  const pages = await lockSourceRows(tx, page_ids, 'update')
  const locked = new Map([...named, ...pages].map((source) => [source.id, source]))
  const all = [...locked.keys()]
  const uploads = [...locked.values()].map(({ upload_blob_id }) => upload_blob_id)
  // No other comes: who attaches locks the source first.
  const attachments = await tx.query<{ id: string; dataset_id: string }>(attachmentsStatement, [organization_id, all])
  await lockDatasetRows(tx, [...new Set(attachments.map(({ dataset_id }) => dataset_id))], 'no key update')
  await detachLocked(
    tx,
    ports,
    attachments.map(({ id }) => id),
  )
  const contents = await tx.query<{ blob_id: string; text_blob_id: string | null }>(blobsStatement, [
    organization_id,
    all,
  ])
  const files = [...contents.flatMap((content) => [content.blob_id, content.text_blob_id]), ...uploads]
  dropBlobs(
    tx,
    files.filter((id) => id !== null),
  )
  for (const id of await findSourcesOfLeftVectors(tx, all)) requestErasingVectors(tx, id)
  await tx.query(deleteStatement, [organization_id, all])
}
