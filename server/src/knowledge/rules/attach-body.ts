// The forms in which a caller may name what is attached. Pure.
import { type AttachItem, type ChunkingStrategy, type UrlCrawlOptions, knowledgeBounds } from '@parley/contract'
import type { FieldFault } from '../../base/faults.ts'
import { faultsOfChunking, readChunking } from './chunking.ts'

/** A source that exists, or a URL that becomes one. */
export type Attached =
  | { source_id: string; chunking: ChunkingStrategy | null }
  | { url: string; name: string | null; chunking: ChunkingStrategy | null; url_crawl_options: UrlCrawlOptions | null }

export interface ReadBody {
  /** In the order asked. */
  items: Attached[]
  faults: FieldFault[]
}

export function readAttachBody(body: AttachItem | (AttachItem | string)[]): ReadBody {
  const list = Array.isArray(body) ? body : [body]
  const read = list.map((item, index) => readItem(item, Array.isArray(body) ? `${index}.` : ''))
  const items = read.flatMap((one) => one.items)
  const faults = read.flatMap((one) => one.faults)
  const most = knowledgeBounds.items
  if (items.length > most) faults.push({ path: 'source_ids', message: `must name at most ${most} sources in all` })
  return { items, faults }
}

function readItem(item: AttachItem | string, prefix: string): ReadBody {
  if (typeof item === 'string') return { items: [{ source_id: item, chunking: null }], faults: [] }
  const { source_id, source_ids, type, url, name, url_crawl_options, chunking_strategy } = item
  const chunking = readChunking(chunking_strategy)
  const faults = faultsOfChunking(chunking, `${prefix}chunking_strategy`)
  const named = [source_id, source_ids, url].filter((value) => value !== undefined && value !== null)
  if (named.length !== 1) {
    const message =
      named.length === 0
        ? 'is needed, or source_ids, or type and url'
        : 'must be the only one of source_id, source_ids and url'
    return { items: [], faults: [...faults, { path: `${prefix}source_id`, message }] }
  }
  if (source_id) return { items: [{ source_id, chunking }], faults }
  if (source_ids) {
    if (source_ids.length === 0) faults.push({ path: `${prefix}source_ids`, message: 'must name at least one source' })
    return { items: source_ids.map((id) => ({ source_id: id, chunking })), faults }
  }
  if (type === 'FILE') {
    faults.push({ path: `${prefix}type`, message: 'must be URL; create a file first, then attach its source_id' })
  }
  return {
    items: [{ url: url ?? '', name: name ?? null, chunking, url_crawl_options: url_crawl_options ?? null }],
    faults,
  }
}
