// Keeps the inbox up to date. It follows the stream of changes, and polls if the stream cannot be read.
import type { Conversation } from '@parley/contract'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { Session } from '../session/session.ts'
import { useIsVisible, useNetworkChanges } from '../live/use-presence.ts'
import { useIsReachable } from '../shell/use-reachable.ts'
import { type Changes, lookForChanges } from './changes.ts'
import { type List, followChanges } from './feed.ts'
import type { Filters } from './filters.ts'
import type { Pages } from '../transcript/listed-conversations.ts'
import { applyChanges, countKey, listKey } from './use-conversations.ts'

/** How often to poll without the stream. */
const look_interval_ms = 3000
/** How often to poll with the stream, for turn counts, which it does not report. */
const look_beside_ms = 30_000

interface Live {
  session: Session
  filters: Filters
  readVisible: () => readonly Conversation[]
  isReady: boolean
}

/** Whether the list is up to date. It is not while the server cannot be reached. */
export function useLiveChanges({ session, filters, readVisible, isReady }: Live): boolean {
  const queries = useQueryClient()
  const [isUpToDate, setUpToDate] = useState(true)
  const network = useNetworkChanges()
  const isVisible = useIsVisible()
  const isReachable = useIsReachable(session.client, isReady && isVisible)
  /** By organization: the last position in its feed. */
  const position = useRef<{ session: Session; after: number } | null>(null)
  useEffect(() => {
    if (!isReady || !isVisible || !isReachable) return
    const controller = new AbortController()
    void keepUpToDate({
      ...{ session, filters, queries, readVisible, signal: controller.signal },
      after: position.current?.session === session ? position.current.after : undefined,
      isSuspect: network > 0,
      onPosition: (after) => {
        position.current = { session, after }
      },
      onState: setUpToDate,
    })
    return () => controller.abort()
  }, [session, filters, queries, readVisible, isReady, isVisible, isReachable, network])
  return isUpToDate && isReachable
}

interface Kept {
  session: Session
  filters: Filters
  queries: QueryClient
  readVisible: () => readonly Conversation[]
  signal: AbortSignal
  after: number | undefined
  /** Checks at once whether the server can be reached. */
  isSuspect: boolean
  onPosition: (after: number) => void
  onState: (isUpToDate: boolean) => void
}

async function keepUpToDate(kept: Kept): Promise<void> {
  const { session, filters, queries, signal, onPosition } = kept
  let { after } = kept
  const look = createLook(kept)
  const readList = createListReader(queries, filters)
  if (kept.isSuspect) void look()
  const beside = setInterval(look, look_beside_ms)
  signal.addEventListener('abort', () => clearInterval(beside))
  while (!signal.aborted) {
    await followChanges({
      ...{ client: session.client, filters, after, signal },
      readList,
      onChanges: (changes, position) => {
        put(queries, filters, changes)
        after = position
        onPosition(position)
      },
      onGap: () => void look(),
    }).catch(() => {})
    if (signal.aborted) return
    await look()
    await pause(look_interval_ms, signal)
  }
}

/** One look at a time. Callers during a look share its result. */
function createLook({ session, filters, queries, readVisible, signal, onState }: Kept): () => Promise<void> {
  let round = 0
  let looking: Promise<void> | null = null
  const look = async () => {
    try {
      const known = readPages(queries, filters)?.pages.flatMap(({ rows }) => rows) ?? []
      const asked = { client: session.client, filters, known, visible: readVisible(), round, signal }
      round += 1
      const changes = await lookForChanges(asked)
      if (signal.aborted) return
      put(queries, filters, changes)
      onState(true)
    } catch {
      if (!signal.aborted) onState(false)
    } finally {
      looking = null
    }
  }
  return () => (looking ??= look())
}

function put(queries: QueryClient, filters: Filters, changes: Changes): void {
  if (changes.isOverrun) return void queries.resetQueries({ queryKey: listKey(filters) })
  const ids = idsOf(readPages(queries, filters))
  const more = changes.fresh.filter(({ id }) => !ids.has(id)).length - changes.gone.size
  queries.setQueryData<Pages>(listKey(filters), (pages) => pages && applyChanges(pages, changes))
  // Until the next count.
  queries.setQueryData<{ count: number }>(countKey(filters), (counted) => counted && { count: counted.count + more })
}

function readPages(queries: QueryClient, filters: Filters): Pages | undefined {
  return queries.getQueryData<Pages>(listKey(filters))
}

/** Rebuilt after each change, otherwise reused. */
function createListReader(queries: QueryClient, filters: Filters): () => List {
  let read: { pages: Pages | undefined; list: List } | null = null
  return () => {
    const pages = readPages(queries, filters)
    if (read === null || read.pages !== pages) {
      const last = pages?.pages.at(-1)
      const oldest = last?.next === undefined ? undefined : last.rows.at(-1)?.created_at
      read = { pages, list: { ids: idsOf(pages), oldest } }
    }
    return read.list
  }
}

function idsOf(pages: Pages | undefined): Set<string> {
  return new Set(pages?.pages.flatMap(({ rows }) => rows.map(({ id }) => id)))
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
