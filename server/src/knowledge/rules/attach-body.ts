// The forms in which a caller may name what is attached. Pure.
import { type AttachItem, type ChunkingStrategy, type NewSource, knowledgeBounds } from '@parley/contract'
import type { FieldFault } from '../../base/faults.ts'
import { faultsOfChunking, readChunking } from './chunking.ts'
import { checkNewSource, faultsOfControls, pathOf } from './new-source.ts'

/** A source that exists, or a URL that becomes one. */
export type Attached = { source_id: string; chunking: ChunkingStrategy | null } | AttachedUrl

export interface AttachedUrl {
  /** Of its item; empty: it is the body. */
  path: string
  source: Pick<NewSource, 'description' | 'url_crawl_options' | 'name'> & { type: 'URL' }
  chunking: ChunkingStrategy | null
}

export interface ReadBody {
  /** In the order asked. */
  items: Attached[]
  faults: FieldFault[]
}

export function readAttachBody(body: AttachItem | (AttachItem | string)[]): ReadBody {
  const list = Array.isArray(body) ? body : [body]
  const read = list.map((item, index) => readItem(item, Array.isArray(body) ? String(index) : ''))
  const items = read.flatMap((one) => one.items)
  const faults = read.flatMap((one) => one.faults)
  const most = knowledgeBounds.items
  if (items.length > most) faults.push({ path: 'source_ids', message: `must name at most ${most} sources in all` })
  return { items, faults }
}

function readItem(item: AttachItem | string, path: string): ReadBody {
  if (typeof item === 'string') return { items: [{ source_id: item, chunking: null }], faults: [] }
  const { source_id, source_ids, type, url, name, url_crawl_options, chunking_strategy } = item
  const chunking = readChunking(chunking_strategy)
  // A URL is named by itself; what the caller calls it is kept as its description.
  const rest = { description: name ?? null, url_crawl_options: url_crawl_options ?? null }
  const source = { type: 'URL' as const, name: url ?? '', ...rest }
  const ofUrl = url == null ? [] : faultsOfUrl(source, path)
  const faults = [...faultsOfChunking(chunking, pathOf(path, 'chunking_strategy')), ...ofUrl]
  const named = [source_id, source_ids, url].filter((value) => value !== undefined && value !== null)
  if (named.length !== 1) {
    const message =
      named.length === 0
        ? 'is needed, or source_ids, or type and url'
        : 'must be the only one of source_id, source_ids and url'
    return { items: [], faults: [...faults, { path: pathOf(path, 'source_id'), message }] }
  }
  if (source_id != null) return { items: [{ source_id, chunking }], faults }
  if (source_ids) {
    const message = 'must name at least one source'
    if (source_ids.length === 0) faults.push({ path: pathOf(path, 'source_ids'), message })
    return { items: source_ids.map((id) => ({ source_id: id, chunking })), faults }
  }
  if (type === 'FILE') {
    const message = 'must be URL; create a file first, then attach its source_id'
    faults.push({ path: pathOf(path, 'type'), message })
  }
  return { items: [{ path, source, chunking }], faults }
}

/** As the caller calls its fields. */
function faultsOfUrl(source: AttachedUrl['source'], path: string): FieldFault[] {
  const faults: FieldFault[] = []
  checkNewSource(source, '', faults)
  const ofName = faultsOfControls(source.description ?? '').map((fault) => ({ ...fault, path: pathOf(path, 'name') }))
  return [
    ...faults.map((fault) => ({ ...fault, path: pathOf(path, fault.path === 'name' ? 'url' : fault.path) })),
    ...ofName,
  ]
}
