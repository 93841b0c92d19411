// The list of the inbox: read page by page as it is scrolled, and what changes put into it.
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
    // Changes are put into it: reading every page anew would be neither quick nor needed.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const rows = useMemo(() => mergeRows([], query.data?.pages.flatMap(({ rows }) => rows) ?? []), [query.data])
  return { ...query, rows }
}

/** How many match, which changes with them. */
export function useCount({ client }: Session, filters: Filters) {
  return useQuery({
    queryKey: countKey(filters),
    queryFn: ({ signal }) => client.countConversations(filters, { signal }),
    refetchInterval: 15_000,
  })
}

/** The first page takes what is new; where the next page begins does not change. */
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

/** The very same object where nothing has changed, so that its row is not drawn again; an overtaken answer changes nothing. */
function keepEqual(before: Conversation, after: Conversation): Conversation {
  if (after === before || after.updated_at < before.updated_at) return before
  return JSON.stringify(before) === JSON.stringify(after) ? before : after
}
