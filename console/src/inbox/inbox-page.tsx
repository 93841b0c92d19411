// The inbox: all conversations in one list, filtered by the address, updated live.
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useRef } from 'react'
import { useSession } from '../session/session-context.ts'
import { useTitle } from '../shell/use-title.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState, ErrorState } from '../ui/state.tsx'
import type { Conversation } from '@parley/contract'
import { ConversationTable, TableSkeleton } from './conversation-table.tsx'
import { FilterBar } from './filter-bar.tsx'
import { type Filters, isFiltered } from './filters.ts'
import { useConversations, useCount } from './use-conversations.ts'
import { useLiveChanges } from './use-live-changes.ts'
import { inboxTexts } from './texts.ts'

const none: readonly Conversation[] = []

export function InboxPage() {
  useTitle(inboxTexts.title)
  const session = useSession()
  const filters = useSearch({ from: '/pages/inbox' })
  const navigate = useNavigate({ from: '/inbox' })
  const list = useConversations(session, filters)
  const visible = useRef(none)
  const readVisible = useCallback(() => visible.current, [])
  const isUpToDate = useLiveChanges({ session, filters, readVisible, isReady: list.isSuccess })
  const count = useCount(session, filters)
  const router = useRouter()
  // Loaded before it is needed, so that a row opens at once.
  useEffect(() => void router.loadRouteChunk(router.routesById['/pages/conversations/$conversation_id']), [router])
  const change = (search: Filters) => void navigate({ search, replace: true })

  return (
    <>
      <header className="flex flex-col gap-2.5 border-b border-line px-4 pt-3 pb-2.5 wide:px-5">
        <div className="flex items-baseline gap-3">
          <h1 className="text-lg font-semibold">{inboxTexts.title}</h1>
          <p className="numeric text-faint">{count.data && inboxTexts.count(count.data.count)}</p>
          <LiveLight isUpToDate={isUpToDate} />
        </div>
        <FilterBar session={session} filters={filters} onChange={change} />
      </header>
      <Content list={list} filters={filters} visible={visible} onClear={() => change({})} />
    </>
  )
}

interface ContentProps {
  list: ReturnType<typeof useConversations>
  filters: Filters
  visible: { current: readonly Conversation[] }
  onClear: () => void
}

function Content({ list, filters, visible, onClear }: ContentProps) {
  if (list.isPending) return <TableSkeleton />
  if (list.isError && list.rows.length === 0)
    return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  if (list.rows.length === 0) return <NoRows isFiltered={isFiltered(filters)} onClear={onClear} />
  return (
    <ConversationTable
      // A different view has its own scroll position.
      key={JSON.stringify(filters)}
      rows={list.rows}
      viewKey={JSON.stringify(filters)}
      hasMore={list.hasNextPage}
      isFetchingMore={list.isFetchingNextPage}
      hasFailed={list.isFetchNextPageError}
      onMore={() => void list.fetchNextPage()}
      onVisible={(rows) => {
        visible.current = rows
      }}
    />
  )
}

function NoRows({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  return isFiltered ? (
    <EmptyState
      icon="filter"
      title={inboxTexts.emptyFilteredTitle}
      action={<Button onClick={onClear}>{inboxTexts.removeFilters}</Button>}
    >
      {inboxTexts.emptyFiltered}
    </EmptyState>
  ) : (
    <EmptyState icon="inbox" title={inboxTexts.emptyTitle}>
      {inboxTexts.empty}
    </EmptyState>
  )
}

function LiveLight({ isUpToDate }: { isUpToDate: boolean }) {
  return (
    <p role="status" className="ml-auto flex items-center gap-1.5 text-xs text-faint">
      <span className={isUpToDate ? 'size-1.5 rounded-full bg-good' : 'size-1.5 rounded-full bg-warn'} />
      {isUpToDate ? inboxTexts.live : texts.outOfDate}
    </p>
  )
}
