// The operations on sources.
import type { Input, NewSource, UploadStatus } from '@parley/contract'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import { findStoredBlob } from '../../blobs/blobs.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { FileStream } from '../../calls/event-stream.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import type { TransactionStore } from '../../database/store.ts'
import { passOnToPages, planRefresh } from '../crawl/crawls.ts'
import { latestCrawls } from '../crawl/present.ts'
import { attach } from '../ingest/attach.ts'
import { removeSources } from '../ingest/contents.ts'
import { rebuildBySources } from '../ingest/requests.ts'
import { type LockedSource, lockSourceRows, requireFewAttachments } from '../ingest/rows.ts'
import { presentSource, readSources } from '../read/sources.ts'
import { isSameChunking, readChunking } from '../rules/chunking.ts'
import { faultsOfFields, faultsOfFileName, listNamedDatasets } from '../rules/new-source.ts'
import { normalizeUrl } from '../rules/url.ts'
import type { Knowledge } from '../services.ts'
import { reportSource } from '../source-events.ts'
import {
  type SourceContent,
  type SourceFilters,
  changeSourceRow,
  findSourceContent,
  listDatasetsOfSource,
  listSourceRows,
} from '../source-rows.ts'
import { faultsOfDatasets, insertSources, insertUploadedSource, presentUploadable } from '../sources.ts'
import { closeUpload, completeUpload, reopenUpload, storeUpload } from '../uploads.ts'

export const createSources: Handler<'createSources', Knowledge> = (ctx, input) =>
  ctx.store.transaction(async (tx) => {
    if ('file' in input) {
      const id = await insertUploadedSource(ctx, tx, input.file, input.metadata)
      return presentUploadable(ctx, tx, [id])
    }
    const { items } = input
    const placed = Array.isArray(items)
      ? items.map((item: NewSource, index) => ({ ...item, path: String(index) }))
      : [{ ...(items as NewSource), path: '' }]
    return presentUploadable(ctx, tx, await insertSources(ctx, tx, placed))
  })

export const listSources: Handler<'listSources', Knowledge> = async (ctx, input) => {
  const limit = input.limit ?? default_page_size
  const after = decodeTimeCursor(input.cursor, isUuid)
  const rows = await listSourceRows(ctx.store, filtersOf(input), after, limit + 1)
  const { data, pagination } = cutPage(rows, limit, ({ created_at, id }) => ({ time: created_at, key: id }))
  const crawls = await latestCrawls(
    ctx.store,
    data.map(({ id }) => id),
  )
  return { data: data.map((row) => presentSource(row, crawls.get(row.id) ?? null)), pagination }
}

function filtersOf({ name, type, domain, parent_source_id }: Input<'listSources'>): SourceFilters {
  return {
    ...(name === undefined ? {} : { name }),
    ...(type === undefined ? {} : { type }),
    ...(domain === undefined ? {} : { domain }),
    ...(parent_source_id === undefined ? {} : { parent_source_id: parentOf(parent_source_id) }),
  }
}

/** An id that no source has has no pages. */
function parentOf(text: string): string | null {
  if (text === 'none') return null
  return isUuid(text) ? text : '00000000-0000-0000-0000-000000000000'
}

export const getSource: Handler<'getSource', Knowledge> = async ({ store }, { source_id }) => {
  const id = requireId(source_id)
  const [sources, datasets] = await Promise.all([readSources(store, [id]), listDatasetsOfSource(store, id)])
  const source = sources.get(id)
  if (!source) throw notFound('Source')
  return { ...source, datasets }
}

export const updateSource: Handler<'updateSource', Knowledge> = async (ctx, input) => {
  const id = requireId(input.source_id)
  return ctx.store.transaction(async (tx) => {
    const [source] = await lockSourceRows(tx, [id])
    if (!source) throw notFound('Source')
    const changes = await readChanges(tx, source, input)
    if (Object.values(changes).some((value) => value !== undefined)) {
      await changeSourceRow(tx, id, changes)
      // Pages, then datasets, then attachments: the order of all locks.
      const chunking = changes.chunking === undefined ? source.chunking : readChunking(input.chunking_strategy)
      const is_rechunked = !isSameChunking(chunking, source.chunking)
      if (is_rechunked) await requireFewAttachments(tx, id)
      const pages = is_rechunked || changes.metadata !== undefined ? await passOnToPages(tx, id, is_rechunked) : []
      await attachToNamed(ctx, tx, id, input)
      if (is_rechunked) await rebuildBySources(tx, [id, ...pages])
      if (changes.refresh_interval_hours !== undefined) await planRefresh(tx, ctx.core.ports, id)
      reportSource(tx, ctx.core.ports, 'source.updated', { ...source, name: changes.name ?? source.name })
    }
    await changeUpload(ctx, tx, source, input.file_upload_status ?? null)
    return (await readSources(tx, [id])).get(id)!
  })
}

/** To the datasets that its crawl options name; it stays in those that they no longer name. */
async function attachToNamed(
  { core }: Pick<Context, 'core'>,
  tx: TransactionStore,
  source_id: string,
  { url_crawl_options }: Input<'updateSource'>,
): Promise<void> {
  const dataset_ids = listNamedDatasets(url_crawl_options)
  if (dataset_ids.length === 0) return
  const common = { source_id, chunking: null, attached_by: 'caller' as const }
  await attach(
    tx,
    core.ports,
    dataset_ids.map((dataset_id) => ({ ...common, dataset_id })),
  )
}

/** Of a URL the crawl decides. */
async function changeUpload(
  { core }: Pick<Context, 'core'>,
  tx: TransactionStore,
  { id, type }: LockedSource,
  status: UploadStatus | null,
): Promise<void> {
  if (type === 'URL') return
  if (status === 'COMPLETE') await completeUpload(tx, core.ports, id)
  if (status === 'FAILED') await closeUpload(tx, core.ports, id)
}

async function readChanges(tx: TransactionStore, source: LockedSource, input: Input<'updateSource'>) {
  const isUrl = source.type === 'URL'
  const { chunking_strategy, metadata, url_crawl_options, refresh_interval_hours } = input
  const chunking = chunking_strategy === undefined ? undefined : readChunking(chunking_strategy)
  const fields = { chunking, metadata: metadata ?? undefined, url_crawl_options, refresh_interval_hours }
  const faults = faultsOfFields(isUrl, fields)
  const name = input.name ?? undefined
  if (!isUrl && name !== undefined) faults.push(...faultsOfFileName(name))
  if (isUrl && name !== undefined && normalizeUrl(name) !== source.name) {
    faults.push({ path: 'name', message: 'cannot change, because the source is a URL; create another source' })
  }
  faults.push(...(await faultsOfDatasets(tx, [{ path: '', url_crawl_options }])))
  if (faults.length > 0) throw invalid(...faults)
  const json = (value: object | null | undefined) => value && JSON.stringify(value)
  return {
    name: isUrl ? undefined : name,
    description: input.description,
    // Once bytes are there, their number is known.
    file_size: source.revision === 0 && source.upload_blob_id === null ? (input.file_size ?? undefined) : undefined,
    metadata: json(fields.metadata),
    chunking: json(chunking),
    url_crawl_options: json(url_crawl_options),
    refresh_interval_hours: isUrl ? refresh_interval_hours : undefined,
  }
}

export const deleteSource: Handler<'deleteSource', Knowledge> = async (ctx, { source_id }) => {
  const id = requireId(source_id)
  await ctx.store.transaction(async (tx) => {
    const [source] = await lockSourceRows(tx, [id], 'update')
    if (!source) throw notFound('Source')
    await requireFewAttachments(tx, id)
    await removeSources(tx, ctx.core.ports, [id])
    reportSource(tx, ctx.core.ports, 'source.deleted', source)
  })
}

export const createSourceUploadUrl: Handler<'createSourceUploadUrl', Knowledge> = async (ctx, { source_id }) => {
  const id = requireId(source_id)
  return ctx.store.transaction(async (tx) => {
    const [source] = await lockSourceRows(tx, [id])
    if (!source) throw notFound('Source')
    if (source.type === 'URL') throw new AppError('not_a_file')
    await reopenUpload(tx, id)
    return (await presentUploadable(ctx, tx, [id]))[0]!
  })
}

export const uploadSource: Handler<'uploadSource', Knowledge> = async (ctx, { source_id, token, file }) => {
  const id = source_id.toLowerCase()
  await ctx.store.transaction((tx) => storeUpload(tx, ctx.core, { source_id: id, token: token ?? '' }, file))
  ctx.edge?.setHeader('etag', `"${file.blob.sha256.toString('hex')}"`)
}

export const getSourceFile: Handler<'getSourceFile', Knowledge> = async (ctx, { source_id }) => {
  const { name, type, blob_id, bytes } = await requireContent(ctx, source_id)
  if (blob_id === null) throw new AppError('file_missing')
  return new FileStream({
    name: type === 'URL' ? nameOfPage(name) : name,
    media_type: 'application/octet-stream',
    bytes: bytes!,
    open: () => ctx.core.blobs.open(ctx.store, blob_id),
  })
}

export const getSourceMarkdown: Handler<'getSourceMarkdown', Knowledge> = async (ctx, { source_id }) => {
  const { name, type, text_blob_id } = await requireContent(ctx, source_id)
  if (text_blob_id === null) throw new AppError('file_missing', not_converted)
  const { bytes } = await findStoredBlob(ctx.store, text_blob_id)
  return new FileStream({
    name: `${(type === 'URL' ? nameOfPage(name) : name).replace(/\.[^.]+$/, '')}.md`,
    media_type: 'text/markdown; charset=utf-8',
    bytes,
    open: () => ctx.core.blobs.open(ctx.store, text_blob_id),
  })
}

const not_converted = 'The source has no text yet. Read its `status`, and try again when it is `ready`.'

function nameOfPage(url: string): string {
  const { hostname, pathname } = new URL(url)
  return `${hostname}${pathname}`.replaceAll('/', '_').replace(/_+$/, '') + '.html'
}

async function requireContent({ store }: Pick<Context, 'store'>, source_id: string): Promise<SourceContent> {
  const content = await findSourceContent(store, requireId(source_id))
  if (!content) throw notFound('Source')
  return content
}

function requireId(source_id: string): string {
  if (!isUuid(source_id)) throw notFound('Source')
  return source_id.toLowerCase()
}
