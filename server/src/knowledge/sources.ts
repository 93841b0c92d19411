// Creates sources: from what callers ask for, or with the file that they sent.
import type { FileMetadata, NewSource, Source, UploadableSource, UrlCrawlOptions } from '@parley/contract'
import { AppError, invalid, notFound } from '../base/errors.ts'
import type { FieldFault } from '../base/faults.ts'
import { isUuid } from '../base/ports.ts'
import type { ReceivedFile } from '../calls/call.ts'
import type { Context } from '../calls/context.ts'
import type { Store, TransactionStore } from '../database/store.ts'
import { planRefresh, startCrawl } from './crawl/crawls.ts'
import { attach } from './ingest/attach.ts'
import { addContent } from './ingest/contents.ts'
import { readSources } from './read/sources.ts'
import { suggestMediaType } from './rules/media-types.ts'
import { type CheckedSource, checkNewSource, pathOf, listNamedDatasets } from './rules/new-source.ts'
import { knowledgeSettings } from './settings.ts'
import { reportSource } from './source-events.ts'
import {
  type KnownSource,
  type NewSourceRow,
  findKnownDatasets,
  findKnownSources,
  insertSourceRows,
  lockSourceCount,
} from './source-rows.ts'
import { addressOf } from './uploads.ts'

type Ctx = Pick<Context, 'core' | 'edge'>

/** With the place of an item in the caller's body; empty: it is the body. */
export type PlacedSource = NewSource & { path: string }

/**
 * In one commit: all or nothing, with the crawls of URLs. One that exists under its id, made of the same body, is answered as it is.
 * Answers the ids in the order asked.
 */
export async function insertSources(
  { core }: Pick<Ctx, 'core'>,
  tx: TransactionStore,
  items: readonly PlacedSource[],
): Promise<string[]> {
  const { asked, faults } = await checkItems(items)
  faults.push(...(await faultsOfDatasets(tx, items)))
  if (faults.length > 0) throw invalid(...faults)
  // The first lock: nobody else adds sources meanwhile.
  const count = await lockSourceCount(tx)
  const known = await findKnown(tx, asked)
  const wanted = asked.map((item): NewSourceRow & { isNew: boolean } => ({
    ...item,
    id: item.id ?? core.ports.newId(),
    upload_status: item.type === 'FILE' ? 'PENDING' : 'IN_PROGRESS',
    isNew: item.id === null || !known.has(item.id),
  }))
  const added = wanted.filter(({ isNew }) => isNew)
  await addRows(core, tx, added, count)
  for (const { id, type, refresh_interval_hours } of added) {
    if (type !== 'URL') continue
    await startCrawl(tx, core.ports, { source_id: id })
    if (refresh_interval_hours !== null) await planRefresh(tx, core.ports, id)
  }
  const attachments = added.flatMap(({ id, url_crawl_options }) =>
    listNamedDatasets(url_crawl_options).map((dataset_id) => ({
      ...{ dataset_id, source_id: id },
      ...{ chunking: null, attached_by: 'caller' as const },
    })),
  )
  if (attachments.length > 0) await attach(tx, core.ports, attachments)
  return wanted.map(({ id }) => id)
}

/** A file with its bytes: complete at once. In one commit; answers its id. */
export async function insertUploadedSource(
  { core }: Pick<Ctx, 'core'>,
  tx: TransactionStore,
  { blob, name, media_type }: ReceivedFile,
  metadata: FileMetadata | undefined,
): Promise<string> {
  const faults: FieldFault[] = []
  const given = metadata?.name ?? name
  if (given === null) faults.push({ path: 'metadata.name', message: 'is required, because the file has no name' })
  const item: NewSource = { ...metadata, name: given ?? 'file', type: 'FILE', file_size: blob.bytes }
  const checked = checkNewSource(item, 'metadata', faults)
  if (faults.length > 0) throw invalid(...faults)
  const row: NewSourceRow = { ...checked, id: core.ports.newId(), upload_status: 'COMPLETE' }
  await addRows(core, tx, [row], await lockSourceCount(tx))
  await addContent(tx, { source_id: row.id, blob, media_type })
  return row.id
}

async function checkItems(items: readonly PlacedSource[]): Promise<{ asked: CheckedSource[]; faults: FieldFault[] }> {
  const faults: FieldFault[] = []
  const ids = new Set<string>()
  const asked: CheckedSource[] = []
  for (const { path, ...item } of items) {
    const source = checkNewSource(item, path, faults)
    if (source.id !== null && ids.size === ids.add(source.id).size) {
      faults.push({ path: pathOf(path, 'id'), message: 'is the id of another item' })
    }
    asked.push(source)
    // Patterns of one take milliseconds; others get their turn in between.
    if (source.url_crawl_options) await new Promise<void>((resolve) => setImmediate(resolve))
  }
  return { asked, faults }
}

async function findKnown(tx: TransactionStore, asked: readonly CheckedSource[]): Promise<Map<string, KnownSource>> {
  const ids = asked.flatMap(({ id }) => id ?? [])
  const known = new Map((await findKnownSources(tx, ids)).map((row) => [row.id, row]))
  for (const { id, creation_hash } of asked) {
    const row = id === null ? undefined : known.get(id)
    if (row === undefined) continue
    const isSame = row.organization_id === tx.organization_id && row.creation_hash?.equals(creation_hash)
    if (!isSame) throw new AppError('source_id_taken')
  }
  return known
}

/** Of datasets that crawl options name and that are not there. */
export async function faultsOfDatasets(
  store: Store,
  items: readonly { path: string; url_crawl_options?: UrlCrawlOptions | null | undefined }[],
): Promise<FieldFault[]> {
  const named = items.flatMap(({ path, url_crawl_options }) =>
    (url_crawl_options?.add_to_datasets ?? []).map((id, place) => {
      return { id: id.toLowerCase(), path: pathOf(path, `url_crawl_options.add_to_datasets.${place}`) }
    }),
  )
  const ids = named.map(({ id }) => id).filter(isUuid)
  const known = ids.length === 0 ? new Set() : await findKnownDatasets(store, ids)
  return named.flatMap(({ id, path }) =>
    known.has(id) ? [] : [{ path, message: 'is not a dataset of the organization' }],
  )
}

async function addRows(
  { config, ports }: Ctx['core'],
  tx: TransactionStore,
  rows: readonly NewSourceRow[],
  count: number,
): Promise<void> {
  if (rows.length === 0) return
  if (count + rows.length > config.of(knowledgeSettings).sources) throw new AppError('too_many_sources')
  if ((await insertSourceRows(tx, [...rows])) < rows.length) throw new AppError('source_id_taken')
  for (const row of rows) reportSource(tx, ports, 'source.created', row)
}

/** In the order asked, with the addresses for their files. */
export async function presentUploadable(ctx: Ctx, store: Store, ids: readonly string[]): Promise<UploadableSource[]> {
  const sources = await readSources(store, ids)
  return ids.map((id) => {
    const source = sources.get(id)
    if (!source) throw notFound('Source')
    return withAddress(ctx, source)
  })
}

function withAddress({ core, edge }: Ctx, source: Source): UploadableSource {
  const isFile = source.type === 'FILE'
  const origin = core.config.sign_in.public_url ?? edge?.origin ?? ''
  return {
    ...source,
    presigned_url: isFile ? addressOf(core, origin, source) : null,
    content_type: isFile ? suggestMediaType(source.name) : null,
  }
}
