// Converts the newest content of a source: once, for all of its attachments. From the start again after a crash.
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Gate, createGate } from '../../base/gate.ts'
import { BlobQuotaExceeded, discardBlob, dropBlob, keepBlob } from '../../blobs/blobs.ts'
import type { Core } from '../../calls/core.ts'
import { isUnavailable } from '../../database/failures.ts'
import { type RootStore, type TransactionStore, openReservedStore } from '../../database/store.ts'
import { LeaseLost, type Outcome, type WorkItem, type WorkKind, type WorkPort } from '../../work/port.ts'
import { type Failure, type Reason, exhausted, isExhausted, judgeFailure } from '../rules/tries.ts'
import { measureState } from '../metrics.ts'
import { charsetOf } from '../rules/media-types.ts'
import { knowledgeSettings } from '../settings.ts'
import { failSource } from './contents.ts'
import {
  type ConvertedText,
  type StoredContent,
  beginConversion,
  findContent,
  forgetOlderContents,
  lockAttachmentsOfSource,
  pauseConversion,
  storeText,
  uncountConversion,
} from './conversion-rows.ts'
import { ConversionFault, convertFile } from './convert.ts'
import { type WithFolder, createFileFolders } from './file-folders.ts'
import { beforeGivingBack, lease_ms, spare_delays_ms } from './leases.ts'
import { convert_source_work, rebuildAttachment, requestBuild } from './requests.ts'
import { lockSourceRows } from './rows.ts'

/** The next commit refers to a text. One that a killed server has left must not outlive its source by a day. */
const unkept_ms = 300_000

const no_bytes_left =
  'The organization has reached its limit of stored bytes. Delete sources, then process this one again.'

interface Places {
  gate: Gate
  withFolder: WithFolder
}

interface ConvertedRevision {
  source_id: string
  revision: number
}

interface Conversion extends ConvertedRevision {
  name: string
  url: string | null
  /** As the site said. */
  charset: string | null
  blob_id: string
  tries: number
}

export function conversionWork(core: Core): WorkKind {
  const { conversions } = core.config.of(knowledgeSettings)
  const places: Places = { gate: createGate(conversions), withFolder: createFileFolders(core.ports.clock) }
  return {
    name: convert_source_work,
    lease_ms,
    delays_ms: spare_delays_ms,
    // One more than there are places, so that one organization has no more than half of what runs while another waits.
    share: { node: conversions + 1, organization: conversions, owner: conversions },
    run: (item, port) => runConversion(core, places, item, port),
    giveUp: (tx, { subject }) => failSource(tx, core.ports, subject, exhausted),
  }
}

async function runConversion(
  core: Core,
  { gate, withFolder }: Places,
  item: WorkItem,
  port: WorkPort,
): Promise<Outcome> {
  const store = openReservedStore(core.database, item.organization_id!)
  const begun = await port.commit((tx) => begin(tx, core, item.subject))
  if (begun === null) return { next: 'done' }
  await core.ports.reached?.('knowledge.converting')
  try {
    const { signal } = port
    const text = await gate(() => {
      signal.throwIfAborted()
      const measured = { core, state: 'converting_to_markdown', signal } as const
      return measureState(measured, () => withFolder((folder) => convert(core, store, begun, { folder, signal })))
    })
    return { next: 'done', write: (tx) => finishConversion(tx, begun, text) }
  } catch (error) {
    await beforeGivingBack(port, error, (tx) => uncountConversion(tx, begun))
    return endTry(core, begun, failureOf(error, port), core.ports.random())
  }
}

/** Null: there is nothing to convert. */
async function begin(tx: TransactionStore, { ports }: Core, source_id: string): Promise<Conversion | null> {
  const [source] = await lockSourceRows(tx, [source_id])
  if (!source || source.status === 'ready' || source.status === 'failed') return null
  const { revision, name, type } = source
  const content = await findContent(tx, source_id, revision)
  if (!content) return null
  if (isExhausted(source.tries)) {
    await failSource(tx, ports, source_id, exhausted)
    return null
  }
  const tries = await beginConversion(tx, source_id)
  const { blob_id, media_type } = content
  return {
    source_id,
    revision,
    name,
    url: type === 'URL' ? name : null,
    charset: charsetOf(media_type),
    blob_id,
    tries,
  }
}

async function convert(
  core: Core,
  store: RootStore,
  { name, url, charset, blob_id }: Conversion,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<ConvertedText> {
  const limits = core.config.of(knowledgeSettings)
  const path = join(folder, 'file')
  await pipeline(Readable.from(core.blobs.open(store, blob_id)), createWriteStream(path, { mode: 0o600 }), { signal })
  const converted = await convertFile(
    { path, name, url, charset },
    {
      seconds: limits.conversion_seconds,
      memory_bytes: limits.conversion_memory_bytes,
      pages: limits.pages,
      text_bytes: limits.text_bytes,
      unpacked_bytes: limits.unpacked_bytes,
    },
    signal,
  )
  const { text, page_starts, media_type, language, warnings } = converted
  const blob = await core.blobs.put(store, piecesOf(text), { max_bytes: limits.text_bytes, signal, unkept_ms })
  return { blob, characters: text.length, page_starts, media_type, language, warnings }
}

async function* piecesOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text, 'utf8')
}

function failureOf(error: unknown, port: WorkPort): Failure {
  if (error instanceof LeaseLost || port.signal.aborted || isUnavailable(error)) throw error
  if (error instanceof ConversionFault) return { code: error.code, message: error.message, final: true }
  if (error instanceof BlobQuotaExceeded) return { code: 'quota_exceeded', message: no_bytes_left, final: true }
  port.log.error({ err: error }, 'a conversion failed')
  return { ...exhausted, final: false }
}

/** Whether its content is still the newest one of a source that exists. Locks it. */
async function isCurrent(tx: TransactionStore, { source_id, revision }: ConvertedRevision): Promise<boolean> {
  const [source] = await lockSourceRows(tx, [source_id])
  return source?.revision === revision
}

/** Its text is stored, and what waits for it is built. A crawl has converted its pages already: it calls this with the content. */
export async function finishConversion(
  tx: TransactionStore,
  conversion: ConvertedRevision,
  text: ConvertedText,
): Promise<void> {
  const { source_id, revision } = conversion
  // Of a source that is deleted, its text must go too.
  if (!(await isCurrent(tx, conversion))) return discardBlob(tx, text.blob.id)
  const before = await findContent(tx, source_id, revision)
  const is_other_text = await replaceText(tx, conversion, text, before)
  await forgetOlderContents(tx, source_id, revision, true)
  for (const attachment of await lockAttachmentsOfSource(tx, source_id)) {
    const { id, status } = attachment
    if (status === 'failed' || is_other_text) await rebuildAttachment(tx, id)
    else if (status !== 'ready') requestBuild(tx, attachment)
  }
}

/** Whether it had another text. Builds that read an equal one go on reading it. */
async function replaceText(
  tx: TransactionStore,
  { source_id, revision }: ConvertedRevision,
  text: ConvertedText,
  before: StoredContent | undefined,
): Promise<boolean> {
  const { blob } = text
  const text_blob_id = before?.text_blob_id ?? null
  if (text_blob_id !== null && before?.text_hash?.equals(blob.sha256)) {
    await discardBlob(tx, blob.id)
    await storeText(tx, source_id, revision, { ...text, blob: { ...blob, id: text_blob_id } })
    return false
  }
  await keepBlob(tx, blob.id)
  await storeText(tx, source_id, revision, text)
  if (text_blob_id !== null) dropBlob(tx, text_blob_id)
  return text_blob_id !== null
}

function endTry({ ports }: Core, conversion: Conversion, failure: Failure, chance: number): Outcome {
  const after = judgeFailure(failure, conversion.tries, chance)
  if ('fail' in after) return { next: 'done', write: (tx) => fail(tx, ports, conversion, after.fail) }
  const { retry_in_ms } = after
  return {
    next: { retry: failure.message, after_ms: retry_in_ms },
    write: async (tx) => {
      if (await isCurrent(tx, conversion)) await pauseConversion(tx, conversion.source_id, retry_in_ms)
    },
  }
}

/** Unless it must be converted again: then its tries are counted from one again, too. */
async function fail(tx: TransactionStore, ports: Core['ports'], conversion: Conversion, reason: Reason): Promise<void> {
  const { source_id, revision, tries } = conversion
  const [source] = await lockSourceRows(tx, [source_id])
  if (source?.revision !== revision || source.tries !== tries) return
  await failSource(tx, ports, source_id, reason)
  await forgetOlderContents(tx, source_id, revision, false)
}
