// A source as a caller asks for it, checked and completed. Pure.
import { createHash } from 'node:crypto'
import {
  type ChunkingStrategy,
  type NewSource,
  type SourceType,
  type UrlCrawlOptions,
  knowledgeBounds,
} from '@parley/contract'
import type { FieldFault } from '../../base/faults.ts'
import { canonicalJson } from '../../base/json.ts'
import { optionFaults } from '../crawl/rules/options.ts'
import { faultsOfChunking, readChunking } from './chunking.ts'
import { cleanText } from './clean-text.ts'
import { domainOf, normalizeUrl } from './url.ts'

export interface CheckedSource {
  /** As the caller chose it; null: the server does. */
  id: string | null
  type: SourceType
  name: string
  domain: string | null
  chunking: ChunkingStrategy | null
  file_size: number | null
  description: string | null
  metadata: Record<string, unknown>
  url_crawl_options: UrlCrawlOptions | null
  refresh_interval_hours: number | null
  /** Of all of these: a repeated creation must be equal. */
  creation_hash: Buffer
}

/** Faults are at `path`, such as `0`; empty: the whole body. */
export function checkNewSource(item: NewSource, path: string, faults: FieldFault[]): CheckedSource {
  const isUrl = item.type === 'URL'
  const checked = {
    id: item.id?.toLowerCase() ?? null,
    type: item.type,
    name: isUrl ? (normalizeUrl(item.name) ?? '') : item.name,
    domain: isUrl ? domainOf(item.name) : (item.domain ?? null),
    chunking: readChunking(item.chunking_strategy),
    file_size: item.file_size ?? null,
    description: item.description ?? null,
    metadata: item.metadata ?? {},
    url_crawl_options: item.url_crawl_options ?? null,
    refresh_interval_hours: item.refresh_interval_hours ?? null,
  }
  const ofName = isUrl ? faultsOfUrl(checked.name) : faultsOfFileName(checked.name)
  const found = [...ofName, ...faultsOfFields(isUrl, checked)]
  faults.push(...found.map((fault) => ({ ...fault, path: pathOf(path, fault.path) })))
  return { ...checked, creation_hash: createHash('sha256').update(canonicalJson(checked)).digest() }
}

export const pathOf = (path: string, field: string) => (path === '' ? field : `${path}.${field}`)

function faultsOfUrl(normalized: string): FieldFault[] {
  const message = `must be an http or https address of at most ${knowledgeBounds.url} characters`
  return normalized === '' ? [{ path: 'name', message }] : []
}

/** It is kept as it was sent: a folder that is sent again finds its files by it. */
export function faultsOfFileName(name: string): FieldFault[] {
  if (cleanText(name).trim() === '') return [{ path: 'name', message: 'must not be blank' }]
  return faultsOfControls(name)
}

/** People would read another name than the one that is there. */
export function faultsOfControls(name: string): FieldFault[] {
  const [control] = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.exec(name) ?? []
  if (control === undefined) return []
  const code = control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  return [{ path: 'name', message: `must not contain U+${code}, which controls how text is shown` }]
}

/** Where the crawl options of a URL attach it; each once. */
export function listNamedDatasets(options: UrlCrawlOptions | null | undefined): string[] {
  return [...new Set((options?.add_to_datasets ?? []).map((id) => id.toLowerCase()))]
}

export interface SourceFields {
  chunking?: ChunkingStrategy | null | undefined
  metadata?: Record<string, unknown> | undefined
  url_crawl_options?: UrlCrawlOptions | null | undefined
  refresh_interval_hours?: number | null | undefined
}

/** What the schema cannot say. */
export function faultsOfFields(isUrl: boolean, fields: SourceFields): FieldFault[] {
  const { chunking = null, metadata = {}, url_crawl_options: crawl, refresh_interval_hours: hours } = fields
  const faults = faultsOfChunking(chunking)
  const { metadata_bytes } = knowledgeBounds
  if (Buffer.byteLength(JSON.stringify(metadata)) > metadata_bytes) {
    faults.push({ path: 'metadata', message: `must have at most ${metadata_bytes} bytes as JSON` })
  }
  if (!isUrl && crawl) faults.push({ path: 'url_crawl_options', message: 'is for URLs only' })
  if (!isUrl && hours) faults.push({ path: 'refresh_interval_hours', message: 'is for URLs only' })
  if (isUrl && crawl) {
    faults.push(...optionFaults(crawl).map((fault) => ({ ...fault, path: `url_crawl_options.${fault.path}` })))
  }
  return faults
}
