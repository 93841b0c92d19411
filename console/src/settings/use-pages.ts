// A list in the settings, read page by page.
import { useInfiniteQuery } from '@tanstack/react-query'

const page_size = 50

interface Page<Row> {
  data: Row[]
  pagination: { next_cursor: string | null }
}

interface PageRequest {
  limit: number
  cursor?: string
}

interface Options<Row> {
  enabled?: boolean
  /** Milliseconds until the next refresh, depending on the rows. */
  lookAgain?: (rows: readonly Row[]) => number | false
}

export function usePages<Row>(
  key: readonly unknown[],
  readPage: (page: PageRequest, call: { signal: AbortSignal }) => Promise<Page<Row>>,
  { enabled = true, lookAgain }: Options<Row> = {},
) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      readPage({ limit: page_size, ...(pageParam === null ? {} : { cursor: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pagination }) => pagination.next_cursor,
    enabled,
    refetchInterval: ({ state }) => lookAgain?.(state.data?.pages.flatMap(({ data }) => data) ?? []) ?? false,
  })
  return { ...query, rows: query.data?.pages.flatMap(({ data }) => data) ?? [] }
}

export type PagesQuery<Row> = Pick<
  ReturnType<typeof usePages<Row>>,
  'rows' | 'isPending' | 'error' | 'refetch' | 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'
>
