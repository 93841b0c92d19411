// The list of the inbox: read page by page while scrolling, and updated by changes.
import type { Conversation } from '@parley/contract'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Session } from '../session/session.ts'
import type { Page, Pages } from '../transcript/listed-conversations.ts'
import type { Changes } from './changes.ts'
import type { Filters } from './filters.ts'
import { cursorAfter, mergeRows, withoutRows } from './rows.ts'

const page_size = 100

export const listKey = (filters: Filters) => ['conversations', filters] as const
export const countKey = (filters: Filters) => ['conversations-count', filters] as const

export function useConversations({ client }: Session, filters: Filters) {
  const query = useInfiniteQuery({
    queryKey: listKey(filters),
    queryFn: async ({ pageParam, signal }): Promise<Page> => {
      const start = pageParam === undefined ? {} : { cursor: pageParam }
      const rows = await client.listConversations({ ...filters, ...start, limit: page_size }, { signal })
      return { rows, next: rows.length < page_size ? undefined : cursorAfter(rows.at(-1)!) }
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    // Changes are applied to the list, because reading all pages again would be slow and is not needed.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const rows = useMemo(() => mergeRows([], query.data?.pages.flatMap(({ rows }) => rows) ?? []), [query.data])
  return { ...query, rows }
}

/** The number of matching conversations. */
export function useCount({ client }: Session, filters: Filters) {
  return useQuery({
    queryKey: countKey(filters),
    queryFn: ({ signal }) => client.countConversations(filters, { signal }),
    refetchInterval: 15_000,
  })
}

/** New rows are added to the first page. The start of the next page does not change. */
export function applyChanges(data: Pages, { fresh, gone }: Pick<Changes, 'fresh' | 'gone'>): Pages {
  const known = new Set(data.pages.flatMap(({ rows }) => rows.map(({ id }) => id)))
  const updates = new Map(fresh.map((row) => [row.id, row]))
  const pages = data.pages.map((page) => {
    const rows = withoutRows(page.rows, gone).map((row) => keepEqual(row, updates.get(row.id) ?? row))
    const isSame = rows.length === page.rows.length && rows.every((row, index) => row === page.rows[index])
    return isSame ? page : { ...page, rows }
  })
  const added = fresh.filter(({ id }) => !known.has(id))
  const [first, ...others] = pages
  if (added.length > 0) return { ...data, pages: [{ ...first!, rows: [...added, ...first!.rows] }, ...others] }
  return pages.every((page, index) => page === data.pages[index]) ? data : { ...data, pages }
}

/** Keeps the same object if nothing changed, so that the row is not rendered again. An older response changes nothing. */
function keepEqual(before: Conversation, after: Conversation): Conversation {
  if (after === before || after.updated_at < before.updated_at) return before
  return JSON.stringify(before) === JSON.stringify(after) ? before : after
}
