// The operations on sources in a dataset.
import { type AttachBody, type DatasetSource, attachmentStatuses } from '@parley/contract'
import { invalid, notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import type { Context, Handler } from '../../calls/context.ts'
import {
  cutPage,
  decodeCursor,
  decodeTimeCursor,
  default_page_size,
  encodeCursor,
  invalidCursor,
} from '../../database/cursor.ts'
import type { TransactionStore } from '../../database/store.ts'
import { attach } from '../ingest/attach.ts'
import { detach } from '../ingest/detach.ts'
import { lockAttachment } from '../ingest/build-rows.ts'
import { reprocess } from '../ingest/contents.ts'
import { rebuildAttachment, storeChunking } from '../ingest/requests.ts'
import { lockSourceRows } from '../ingest/rows.ts'
import { listAttachmentRows, presentAttachments, readAttachments, requireAttachment } from '../read/attachments.ts'
import { findReadableGeneration, listChunkRows } from '../read/chunks.ts'
import { requireDataset } from '../read/datasets.ts'
import { type Attached, type AttachedUrl, readAttachBody } from '../rules/attach-body.ts'
import { effectiveChunking, faultsOfChunking, isSameChunking, readChunking } from '../rules/chunking.ts'
import type { Knowledge } from '../services.ts'
import { faultsOfDatasets, insertSources, insertUploadedSource } from '../sources.ts'

type Ctx = Context<Knowledge>
type UploadInput = Extract<Parameters<typeof attachSources>[1], { file: unknown }>

export const listDatasetSources: Handler<'listDatasetSources', Knowledge> = async (ctx, input) => {
  const { id } = await requireDataset(ctx.store, input.dataset_id)
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const filters = {
    ...input,
    file_extensions: listOf(input.file_extension)?.map((extension) => extension.toLowerCase().replace(/^\./, '')),
    statuses: readStatuses(input.status),
  }
  const rows = await listAttachmentRows(ctx.store, id, filters, after, limit + 1)
  const page = cutPage(rows, limit, (row) => ({ time: row.created_at, key: row.id }))
  return { ...page, data: await presentAttachments(ctx.store, page.data) }
}

function listOf(text: string | undefined): string[] | undefined {
  return text?.split(',').map((part) => part.trim())
}

function readStatuses(text: string | undefined): string[] | undefined {
  const statuses = listOf(text)
  const unknown = statuses?.find((status) => !attachmentStatuses.some((known) => known === status))
  if (unknown === undefined) return statuses
  const message = `must be one or more of ${attachmentStatuses.join(', ')}, with commas between`
  throw invalid({ path: 'status', message })
}

export const attachSources: Handler<'attachSources', Knowledge> = async (ctx, input) => {
  const dataset = await requireDataset(ctx.store, input.dataset_id)
  const items = 'file' in input ? [] : await readItems(ctx, input.items)
  const ids = await ctx.store.transaction(async (tx) => {
    const sources = 'file' in input ? [await insertFile(ctx, tx, input)] : await insertUrls(ctx, tx, items)
    const wanted = sources.map((source) => ({ ...source, dataset_id: dataset.id, attached_by: 'caller' as const }))
    return attach(tx, ctx.core.ports, wanted)
  })
  return presentAttachments(ctx.store, await readAttachments(ctx.store, ids))
}

const isUrl = (item: Attached): item is AttachedUrl => 'source' in item

async function readItems({ store }: Ctx, body: AttachBody): Promise<Attached[]> {
  const { items, faults } = readAttachBody(body)
  const urls = items.filter(isUrl).map(({ path, source: { url_crawl_options } }) => ({ path, url_crawl_options }))
  faults.push(...(await faultsOfDatasets(store, urls)))
  if (faults.length > 0) throw invalid(...faults)
  return items
}

type Wanted = Extract<Attached, { source_id: string }>

/** The source's own strategy counts. */
async function insertFile(ctx: Ctx, tx: TransactionStore, input: UploadInput): Promise<Wanted> {
  return { source_id: await insertUploadedSource(ctx, tx, input.file, input.metadata), chunking: null }
}

/** With the URLs that become sources in this commit. */
async function insertUrls(ctx: Ctx, tx: TransactionStore, items: readonly Attached[]): Promise<Wanted[]> {
  const urls = items.filter(isUrl)
  // Locks of sources come before that of their count.
  if (urls.length > 0)
    await lockSourceRows(tx, items.flatMap((item) => (isUrl(item) ? [] : item.source_id)).filter(isUuid))
  const sources = urls.map(({ path, source }) => ({ ...source, path }))
  const created = urls.length === 0 ? [] : await insertSources(ctx, tx, sources)
  return items.map((item) => {
    if (isUrl(item)) return { source_id: created[urls.indexOf(item)]!, chunking: item.chunking }
    if (!isUuid(item.source_id)) throw notFound('Source')
    return { ...item, source_id: item.source_id.toLowerCase() }
  })
}

export const getDatasetSource: Handler<'getDatasetSource', Knowledge> = async (ctx, input) => answer(ctx, input)

export const updateDatasetSource: Handler<'updateDatasetSource', Knowledge> = async (ctx, input) => {
  const { id } = await requireAttachment(ctx.store, input)
  const chunking = readChunking(input.chunking_strategy)
  const faults = faultsOfChunking(chunking)
  if (faults.length > 0) throw invalid(...faults)
  if (input.chunking_strategy !== undefined) {
    await ctx.store.transaction(async (tx) => {
      if (!(await lockAttachment(tx, id))) throw notFound('Dataset source')
      const [record] = await readAttachments(tx, [id])
      const { source_chunking, dataset_chunking } = record!
      const before = effectiveChunking(record!.chunking, source_chunking, dataset_chunking)
      const after = effectiveChunking(chunking, source_chunking, dataset_chunking)
      if (isSameChunking(before, after)) await storeChunking(tx, id, chunking)
      else await rebuildAttachment(tx, id, chunking)
    })
  }
  return answer(ctx, input)
}

export const detachSource: Handler<'detachSource', Knowledge> = async (ctx, input) => {
  const { id } = await requireAttachment(ctx.store, input)
  const count = await ctx.store.transaction((tx) => detach(tx, ctx.core.ports, [id]))
  if (count === 0) throw notFound('Dataset source')
  return { message: 'Source detached. It still exists.' }
}

export const reprocessDatasetSource: Handler<'reprocessDatasetSource', Knowledge> = async (ctx, input) => {
  const attachment = await requireAttachment(ctx.store, input)
  await ctx.store.transaction((tx) => reprocess(tx, attachment))
  return answer(ctx, input)
}

async function answer(ctx: Ctx, path: { dataset_id: string; dataset_source_id: string }): Promise<DatasetSource> {
  const [attachment] = await presentAttachments(ctx.store, [await requireAttachment(ctx.store, path)])
  if (!attachment) throw notFound('Dataset source')
  return attachment
}

/** Pages go on in the generation in which they began, also when another serves meanwhile. */
export const listDatasetSourceChunks: Handler<'listDatasetSourceChunks', Knowledge> = async (ctx, input) => {
  const attachment = await requireAttachment(ctx.store, input)
  const limit = input.limit ?? default_page_size
  const start = input.cursor === undefined ? null : readChunkCursor(input.cursor)
  const generation_id = start?.generation_id ?? attachment.serving_generation
  if (generation_id === null) return { data: [], pagination: { limit, next_cursor: null } }
  if (!(await findReadableGeneration(ctx.store, attachment.id, generation_id))) throw invalidCursor()
  const rows = await listChunkRows(ctx.store, generation_id, start?.position ?? -1, limit + 1)
  const last = rows[limit - 1]
  const next_cursor = rows.length > limit ? encodeCursor([generation_id, String(last!.position)]) : null
  const { id: dataset_source_id, dataset_id, source_id } = attachment
  const data = rows.slice(0, limit).map((row) => ({ ...row, dataset_id, source_id, dataset_source_id }))
  return { data, pagination: { limit, next_cursor } }
}

function readChunkCursor(text: string): { generation_id: string; position: number } {
  const [generation_id = '', position = ''] = decodeCursor(text, 2)
  if (!isUuid(generation_id) || !/^\d{1,9}$/.test(position)) throw invalidCursor()
  return { generation_id, position: Number(position) }
}
