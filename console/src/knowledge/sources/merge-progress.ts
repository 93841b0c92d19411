// Puts what the stream of progress has said into the pages of a list of sources. Pure.
import { type DatasetSource, attachmentStatuses } from '@parley/contract'
import type { DatasetProgressEvent } from '@parley/sdk'
import type { InfiniteData } from '@tanstack/react-query'
import type { SourceFilter } from '../knowledge-search.ts'

interface Page {
  data: DatasetSource[]
  pagination: { next_cursor: string | null }
}
export type SourcePages = InfiniteData<Page, string | null>

export interface Filters {
  name?: string | undefined
  state?: SourceFilter | undefined
}

/** The statuses of a filter, as the API takes them. */
export function statusesOf(state: SourceFilter): string {
  return state === 'waiting'
    ? attachmentStatuses.filter((status) => status !== 'ready' && status !== 'failed').join(',')
    : state
}

export function mergeProgress(pages: SourcePages, event: DatasetProgressEvent, filters: Filters): SourcePages {
  if (event.event === 'detached') return without(pages, event.data.id)
  const told = event.event === 'attachment' ? [event.data] : event.data.attachments
  const byId = new Map(told.map((attachment) => [attachment.id, attachment]))
  const isWhole = event.event === 'snapshot' && event.data.is_complete
  const known = new Set(pages.pages.flatMap(({ data }) => data.map(({ id }) => id)))
  const kept = pages.pages.map((page) => ({
    ...page,
    data: page.data
      .filter(({ id }) => !isWhole || byId.has(id))
      .map((row) => byId.get(row.id) ?? row)
      .filter((row) => !byId.has(row.id) || matches(row, filters)),
  }))
  const oldest = oldestOf(pages)
  const fresh = told.filter(
    (row) => !known.has(row.id) && matches(row, filters) && (oldest === null || row.created_at >= oldest),
  )
  const [first, ...rest] = kept
  if (!first || fresh.length === 0) return { ...pages, pages: kept }
  const data = [...fresh, ...first.data].toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1))
  return { ...pages, pages: [{ ...first, data }, ...rest] }
}

function without(pages: SourcePages, gone: string): SourcePages {
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, data: page.data.filter(({ id }) => id !== gone) })) }
}

/** When the last loaded row was attached, if there are more; what is older appears when the reader asks for more. */
function oldestOf({ pages }: SourcePages): string | null {
  const last = pages.at(-1)
  return last === undefined || last.pagination.next_cursor === null ? null : (last.data.at(-1)?.created_at ?? null)
}

function matches({ status, sources }: DatasetSource, { name, state }: Filters): boolean {
  if (name !== undefined && !sources.name.toLowerCase().includes(name.toLowerCase())) return false
  return state === undefined || statusesOf(state).split(',').includes(status)
}
