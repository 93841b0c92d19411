// The list of the desk: read page by page while scrolling, kept up to date by the feed.
import type { InboxRow } from '@parley/contract'
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { FeedEvent } from '../handling/feed.ts'
import { useFeed } from '../handling/use-feed.ts'
import { deskKey } from '../handling/use-handling.ts'
import type { Session } from '../session/session.ts'
import { type DeskFilters, orderOf } from './desk-search.ts'
import { type DeskRows, gatherRows, hearRow, noRows } from './rows.ts'

const page_size = 100
/** If more were read, the rest comes again while scrolling. */
const reread_at_most = 1000
/** Changes within this time are read together. */
const gather_ms = 500

interface Listed extends DeskRows {
  /** Where each page that was read begins; null: the first. */
  starts: readonly (string | null)[]
  next: string | null
}

const listKey = (filters: DeskFilters) => [...deskKey, 'list', filters] as const
const countsKey = [...deskKey, 'counts'] as const

export function useDeskList(session: Session, filters: DeskFilters) {
  const { client, user } = session
  const user_id = user?.user_id ?? null
  const queries = useQueryClient()
  const key = listKey(filters)
  /** What the feed has told while the list was being read. */
  const told = useRef<FeedEvent[] | null>(null)
  const hearAll = (list: Listed, events: readonly FeedEvent[]) =>
    events.reduce((before, event) => hearEvent(before, event, filters, user_id), list)

  const query = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const missed: FeedEvent[] = []
      told.current = missed
      const wanted = Math.min(reread_at_most, queries.getQueryData<Listed>(key)?.rows.length ?? 0)
      const list = await readPages(session, filters, wanted, signal)
      // A later reading collects for itself.
      if (told.current === missed) told.current = null
      return hearAll(list, missed)
    },
    staleTime: 30_000,
  })
  const [isReadingOn, setReadingOn] = useState(false)
  const [hasFailed, setFailed] = useState(false)
  const readOn = async () => {
    const before = queries.getQueryData<Listed>(key)
    if (before?.next == null || isReadingOn) return
    setReadingOn(true)
    setFailed(false)
    try {
      const page = await client.listInbox({ ...queryOf(filters), limit: page_size, cursor: before.next })
      queries.setQueryData<Listed>(key, (list) => list && addPage(list, page, before.next, filters))
    } catch {
      setFailed(true)
    } finally {
      setReadingOn(false)
    }
  }
  const refresh = useRefresh(session, filters, queries)
  const isLive = useFeed({
    session,
    onEvent(event) {
      if (event.event === 'presence') return
      told.current?.push(event)
      const before = queries.getQueryData<Listed>(key)
      const after = before && hearAll(before, [event])
      if (after !== before) queries.setQueryData(key, after)
      refresh(event.data.conversation_id)
    },
    onGap: () => void queries.invalidateQueries({ queryKey: deskKey }),
  })
  return {
    query,
    list: query.data ?? nothing,
    isLive,
    isReadingOn,
    hasFailed,
    readOn: () => void readOn(),
  }
}

const nothing: Listed = { ...noRows, starts: [], next: null }

function queryOf(filters: DeskFilters) {
  return { ...filters, order: orderOf(filters) }
}

type Page = Awaited<ReturnType<Session['client']['listInbox']>>

function addPage(list: Listed, page: Page, start: string | null, filters: DeskFilters): Listed {
  const next = page.pagination.next_cursor
  const starts = list.starts.includes(start) ? list.starts : [...list.starts, start]
  return { ...gatherRows([list.rows, page.data], next !== null, filters), starts, next }
}

async function readPages(
  { client }: Session,
  filters: DeskFilters,
  wanted: number,
  signal: AbortSignal,
): Promise<Listed> {
  let list = nothing
  let start: string | null = null
  do {
    const from: { cursor?: string } = start === null ? {} : { cursor: start }
    const page: Page = await client.listInbox({ ...queryOf(filters), limit: page_size, ...from }, { signal })
    list = addPage(list, page, start, filters)
    start = list.next
  } while (start !== null && list.rows.length < wanted)
  return list
}

function hearEvent(list: Listed, event: FeedEvent, filters: DeskFilters, user_id: string | null): Listed {
  if (event.event === 'presence') return list
  const { conversation_id, conversation } = event.data
  const heard = hearRow(list, conversation_id, conversation, filters, user_id)
  return heard === list ? list : { ...list, ...heard }
}

/** The feed tells no messages, so the pages that show a changed conversation are read again, and the counts with them. */
function useRefresh(session: Session, filters: DeskFilters, queries: QueryClient): (conversation_id: string) => void {
  const changed = useRef(new Set<string>())
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const read = useEffectEvent(async () => {
    timer.current = undefined
    const ids = [...changed.current]
    changed.current.clear()
    void queries.invalidateQueries({ queryKey: countsKey })
    const key = listKey(filters)
    const list = queries.getQueryData<Listed>(key)
    if (!list) return
    const indexes = ids.map((id) => list.rows.findIndex(({ conversation }) => conversation.id === id))
    const pages = new Set(indexes.filter((index) => index >= 0).map((index) => Math.floor(index / page_size)))
    for (const page of [...pages].slice(0, 2)) await reread(list.starts[page] ?? null, key)
  })
  const reread = async (start: string | null, key: ReturnType<typeof listKey>) => {
    const from = start === null ? {} : { cursor: start }
    const page = await session.client.listInbox({ ...queryOf(filters), limit: page_size, ...from }).catch(() => null)
    if (page) queries.setQueryData<Listed>(key, (list) => list && withFresh(list, page.data, filters))
  }
  useEffect(() => () => clearTimeout(timer.current), [])
  return (conversation_id) => {
    changed.current.add(conversation_id)
    timer.current ??= setTimeout(() => void read(), gather_ms)
  }
}

/** What was read again takes the place of what is known, as far as it is still listed. */
function withFresh(list: Listed, fresh: readonly InboxRow[], filters: DeskFilters): Listed {
  const known = new Set(list.rows.map(({ conversation }) => conversation.id))
  const rows = fresh.filter(({ conversation }) => known.has(conversation.id))
  return { ...list, ...gatherRows([list.rows, rows], list.isCut, filters) }
}

/** How many conversations each view and team has. */
export function useDeskCounts({ client }: Session) {
  return useQuery({
    queryKey: countsKey,
    queryFn: ({ signal }) => client.countInbox({}, { signal }),
    refetchInterval: 30_000,
  })
}
