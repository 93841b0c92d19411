// The operations on crawls.
import type { Source } from '@parley/contract'
import { AppError, notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import type { Handler } from '../../calls/context.ts'
import {
  cutPage,
  decodeCursor,
  decodeTimeCursor,
  default_page_size,
  encodeCursor,
  invalidCursor,
  newest,
} from '../../database/cursor.ts'
import type { Store } from '../../database/store.ts'
import { listReportedPages } from '../crawl/address-rows.ts'
import { findCrawl, listCrawlRows } from '../crawl/crawl-rows.ts'
import { cancelCrawl, startCrawl } from '../crawl/crawls.ts'
import { presentCrawl } from '../crawl/present.ts'
import { readSources } from '../read/sources.ts'
import type { Knowledge } from '../services.ts'

export const crawlSource: Handler<'crawlSource', Knowledge> = async ({ core, store }, input) => {
  const { id } = await requireUrl(store, input.source_id)
  const accept_removals = input.accept_removals ?? false
  return store.transaction(async (tx) => {
    await startCrawl(tx, core.ports, { source_id: id, accept_removals })
    return requireUrl(tx, id)
  })
}

export const cancelSourceCrawl: Handler<'cancelSourceCrawl', Knowledge> = async ({ core, store }, input) => {
  const { id } = await requireUrl(store, input.source_id)
  return store.transaction(async (tx) => {
    await cancelCrawl(tx, core.ports, id)
    return requireUrl(tx, id)
  })
}

export const listSourceCrawls: Handler<'listSourceCrawls', Knowledge> = async (ctx, input) => {
  const { id } = await requireUrl(ctx.store, input.source_id)
  const after = decodeTimeCursor(input.cursor, isUuid) ?? newest
  const limit = input.limit ?? default_page_size
  const rows = await listCrawlRows(ctx.store, id, after, limit + 1)
  const page = cutPage(rows, limit, (row) => ({ time: row.started_at, key: row.id }))
  return { ...page, data: page.data.map(presentCrawl) }
}

export const listCrawlPages: Handler<'listCrawlPages', Knowledge> = async (ctx, input) => {
  const { id } = await requireUrl(ctx.store, input.source_id)
  const crawl = isUuid(input.crawl_id) ? await findCrawl(ctx.store, input.crawl_id) : null
  if (crawl?.source_id !== id) throw notFound('Crawl')
  const limit = input.limit ?? default_page_size
  const after = input.cursor === undefined ? 0 : readPosition(input.cursor)
  const rows = await listReportedPages(ctx.store, crawl.id, { after, outcome: input.outcome, limit: limit + 1 })
  const data = rows.slice(0, limit).map(({ url, outcome, reason }) => ({ url, outcome, reason }))
  const next_cursor = rows.length > limit ? encodeCursor([String(rows[limit - 1]!.position)]) : null
  return { data, pagination: { limit, next_cursor } }
}

function readPosition(cursor: string): number {
  const [position = ''] = decodeCursor(cursor, 1)
  if (!/^\d{1,9}$/.test(position)) throw invalidCursor()
  return Number(position)
}

async function requireUrl(store: Store, source_id: string): Promise<Source> {
  const id = source_id.toLowerCase()
  const source = isUuid(id) ? (await readSources(store, [id])).get(id) : undefined
  if (!source) throw notFound('Source')
  if (source.type !== 'URL') throw new AppError('not_a_url')
  return source
}
