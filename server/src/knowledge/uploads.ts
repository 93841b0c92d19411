// The upload of a file: the address with its token, the bytes that came there, and how they become the content of their source.
import { timingSafeEqual } from 'node:crypto'
import { AppError, notFound } from '../base/errors.ts'
import { type Ports, isUuid } from '../base/ports.ts'
import { dropBlob, findStoredBlob, keepBlob } from '../blobs/blobs.ts'
import type { ReceivedFile } from '../calls/call.ts'
import type { Core } from '../calls/core.ts'
import type { ResolveResource } from '../calls/room.ts'
import { type TransactionStore, openReservedStore } from '../database/store.ts'
import { everyMinute } from '../work/every-minute.ts'
import type { WorkKind } from '../work/port.ts'
import { addContent, failSource } from './ingest/contents.ts'
import { type Reason, never_uploaded } from './rules/tries.ts'
import { reportSource } from './source-events.ts'
import {
  type LockedUpload,
  changeSourceRow,
  findExpiredUploads,
  findOpenUpload,
  lockUpload,
  renewUpload,
} from './source-rows.ts'

type Sealing = Pick<Core, 'sealers'>

const time_bytes = 8
/** The end of the year 9999. */
const latest_microseconds = 253_402_300_799_999_999n

/**
 * The time at which it expires, and a signature over that and the source: a wrong one is refused without a look into the database, a
 * new address ends the one before, and nothing that is stored reveals it.
 */
function tokenOf({ sealers }: Sealing, source_id: string, upload_expires_at: string): string {
  const time = Buffer.alloc(time_bytes)
  const milliseconds = BigInt(Date.parse(`${upload_expires_at.slice(0, 23)}Z`))
  time.writeBigInt64BE(milliseconds * 1000n + BigInt(upload_expires_at.slice(23, 26)))
  return Buffer.concat([time, sealers.upload_signer(`${source_id} ${upload_expires_at}`)]).toString('base64url')
}

/** The time that a token names; null: it is not one of this source. */
function readToken(core: Sealing, source_id: string, token: unknown): string | null {
  if (typeof token !== 'string') return null
  const bytes = Buffer.from(token, 'base64url')
  const time = bytes.length > time_bytes ? bytes.readBigInt64BE() : -1n
  if (time < 0n || time > latest_microseconds) return null
  const date = new Date(Number(time / 1000n)).toISOString().slice(0, 23)
  const expires_at = `${date}${String(time % 1000n).padStart(3, '0')}Z`
  return isSame(token, tokenOf(core, source_id, expires_at)) ? expires_at : null
}

/** Null: it is closed. */
export function addressOf(
  core: Sealing,
  origin: string,
  { id, upload_expires_at }: { id: string; upload_expires_at: string | null },
): string | null {
  if (upload_expires_at === null) return null
  return `${origin}/knowledge-base/uploads/${id}?token=${tokenOf(core, id, upload_expires_at)}`
}

/** Who has the address may send the file of this source, and nothing else. */
export function createUploadResolver(core: Pick<Core, 'database' | 'sealers'>): ResolveResource {
  return async ({ path, query: { token } }) => {
    const source_id = path['source_id']!.toLowerCase()
    const expires_at = isUuid(source_id) ? readToken(core, source_id, token) : null
    const organization_id = expires_at && (await findOpenUpload(core.database, source_id, expires_at))
    if (!organization_id) return null
    return {
      organization_id,
      actor: { type: 'credential', id: null, name: null },
      scopes: new Set(),
      agent_ids: null,
      conversation: null,
      limit_key: `upload ${source_id}`,
    }
  }
}

function isSame(sent: string, token: string): boolean {
  const [one, other] = [Buffer.from(sent), Buffer.from(token)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** The last whole file before `COMPLETE` counts. `token`: its address may have been closed while the bytes arrived. */
export async function storeUpload(
  tx: TransactionStore,
  core: Sealing,
  { source_id, token }: { source_id: string; token: string },
  { blob }: ReceivedFile,
): Promise<void> {
  const upload = await lockUpload(tx, source_id)
  if (upload === null || upload.is_closed || readToken(core, source_id, token) !== upload.upload_expires_at) {
    throw new AppError('upload_url_invalid')
  }
  await keepBlob(tx, blob.id)
  if (upload.upload_blob_id !== null) dropBlob(tx, upload.upload_blob_id)
  const bytes = upload.revision === 0 ? { file_size: blob.bytes } : {}
  await changeSourceRow(tx, source_id, { upload_status: 'IN_PROGRESS', upload_blob_id: blob.id, ...bytes })
}

/** Its bytes become its next content, if they are there; a second time nothing changes. Locks the source. */
export async function completeUpload(
  tx: TransactionStore,
  ports: Pick<Ports, 'newId'>,
  source_id: string,
): Promise<void> {
  const upload = await lockUpload(tx, source_id)
  if (upload === null) throw notFound('Source')
  const { upload_status, upload_blob_id } = upload
  if (upload_blob_id === null) {
    if (upload_status === 'COMPLETE') return
    throw new AppError('file_missing')
  }
  const blob = await findStoredBlob(tx, upload_blob_id)
  await addContent(tx, { source_id, blob, media_type: null })
  dropBlob(tx, upload_blob_id)
  await changeSourceRow(tx, source_id, { upload_status: 'COMPLETE', upload_blob_id: null, upload_expires_at: null })
  reportSource(tx, ports, 'source.updated', upload)
}

/** A day is over, and no complete file came. */
async function expireUpload(tx: TransactionStore, ports: Pick<Ports, 'newId'>, source_id: string): Promise<void> {
  const upload = await lockUpload(tx, source_id)
  if (upload?.is_over) await endUpload(tx, ports, upload, never_uploaded)
}

/** Without a file. A source that has a content stays as it was, complete; one without any fails. */
async function endUpload(
  tx: TransactionStore,
  ports: Pick<Ports, 'newId'>,
  upload: LockedUpload,
  reason: Reason,
): Promise<void> {
  const { id, revision, upload_blob_id } = upload
  if (upload_blob_id !== null) dropBlob(tx, upload_blob_id)
  const upload_status = revision === 0 ? 'FAILED' : 'COMPLETE'
  await changeSourceRow(tx, id, { upload_status, upload_blob_id: null, upload_expires_at: null })
  if (revision === 0) await failSource(tx, ports, id, reason)
  reportSource(tx, ports, 'source.updated', upload)
}

const expired_at_once = 1000

export function uploadWork(core: Core): WorkKind {
  return everyMinute('expire_uploads', (signal) => expireUploads(core, signal))
}

export async function expireUploads({ database, ports }: Core, signal: AbortSignal): Promise<void> {
  for (const { organization_id, id } of await findExpiredUploads(database, expired_at_once)) {
    signal.throwIfAborted()
    await openReservedStore(database, organization_id).transaction((tx) => expireUpload(tx, ports, id))
  }
}

/** Its sender says that no file will come. Locks the source. */
export async function closeUpload(tx: TransactionStore, ports: Pick<Ports, 'newId'>, source_id: string): Promise<void> {
  const upload = await lockUpload(tx, source_id)
  if (upload === null) throw notFound('Source')
  if (upload.upload_status === 'COMPLETE' || upload.upload_status === 'FAILED') return
  await endUpload(tx, ports, upload, { code: 'cancelled', message: given_up })
}

const given_up = 'The upload was marked as FAILED. Ask for a new address with `upload-url` and send the file there.'

/** A new address for another file; what was sent to the one before and is not complete goes. Locks the source. */
export async function reopenUpload(tx: TransactionStore, source_id: string): Promise<void> {
  const upload = await lockUpload(tx, source_id)
  if (upload === null) throw notFound('Source')
  if (upload.upload_blob_id !== null) dropBlob(tx, upload.upload_blob_id)
  await renewUpload(tx, source_id)
}
