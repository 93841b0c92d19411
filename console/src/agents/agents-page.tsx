// The list of agents, with their versions and how much they are used.
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useNow } from '../ui/use-now.ts'
import { useSession } from '../session/session-context.ts'
import { useKeys } from '../ui/use-keys.ts'
import { useListKeys } from '../ui/use-list-keys.ts'
import { useTitle } from '../shell/use-title.ts'
import { agentTexts } from './texts.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/button.tsx'
import { controlClasses } from '../ui/control-classes.ts'
import { SearchField } from '../ui/search-field.tsx'
import { EmptyState, ErrorState, LoadingState } from '../ui/state.tsx'
import type { AgentsSearch } from './agent-search.ts'
import { AgentRow, type ListedAgent } from './list/agent-row.tsx'
import { NewAgentDialog } from './list/new-agent-dialog.tsx'

const words = agentTexts.agents
const page_size = 50

export function AgentsPage() {
  useTitle(words.title)
  const { scopes } = useSession()
  const search = useSearch({ from: '/pages/agents' })
  const navigate = useNavigate({ from: '/agents' })
  const [isMaking, setMaking] = useState(false)
  const mayManage = scopes.has('agents:manage')
  const change = (next: AgentsSearch) => void navigate({ search: next, replace: true })
  useKeys(mayManage ? { n: () => setMaking(true) } : {})
  const { active, ...rest } = search
  return (
    <>
      <header className="flex flex-col gap-2.5 border-b border-line px-4 pt-3 pb-2.5 wide:px-5">
        <div className="flex items-center justify-between gap-3">
          <h1 className="text-lg font-semibold">{words.title}</h1>
          {mayManage && (
            <Button kind="primary" onClick={() => setMaking(true)}>
              {words.make}
            </Button>
          )}
        </div>
        <div className="flex gap-1.5">
          <SearchField
            label={words.search}
            value={search.name ?? ''}
            onChange={(name) => change({ ...(active ? { active } : {}), ...(name === undefined ? {} : { name }) })}
          />
          <select
            aria-label={words.filter}
            className={`${controlClasses} w-auto! shrink-0 pr-1`}
            value={active ?? ''}
            onChange={({ target: { value } }) =>
              change(value === 'true' || value === 'false' ? { ...rest, active: value } : rest)
            }
          >
            <option value="">{words.all}</option>
            <option value="true">{words.onlyActive}</option>
            <option value="false">{words.onlyInactive}</option>
          </select>
        </div>
      </header>
      <List search={search} onMake={mayManage ? () => setMaking(true) : null} />
      {isMaking && <NewAgentDialog onClose={() => setMaking(false)} />}
    </>
  )
}

function List({ search, onMake }: { search: AgentsSearch; onMake: (() => void) | null }) {
  const { client } = useSession()
  const { name, active } = search
  const list = useInfiniteQuery({
    queryKey: ['agents', search],
    queryFn: ({ pageParam, signal }) => {
      const filters = { ...(name ? { name } : {}), ...(active ? { active: active === 'true' } : {}) }
      return client.listAgents(
        { ...filters, ...(pageParam ? { cursor: pageParam } : {}), standing: true, limit: page_size },
        { signal },
      )
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ pagination }) => pagination.next_cursor,
  })
  if (list.isPending) return <LoadingState />
  if (list.isError && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  const rows = list.data.pages.flatMap(({ data }) => data)
  if (rows.length === 0) {
    const isFiltered = name !== undefined || active !== undefined
    return (
      <EmptyState
        icon="agents"
        title={isFiltered ? words.emptyFilteredTitle : words.emptyTitle}
        action={!isFiltered && onMake && <Button onClick={onMake}>{words.make}</Button>}
      >
        {isFiltered ? words.emptyFiltered : words.empty}
      </EmptyState>
    )
  }
  return (
    <Table
      rows={rows}
      hasMore={list.hasNextPage}
      isFetchingMore={list.isFetchingNextPage}
      hasFailed={list.isFetchNextPageError}
      onMore={() => void list.fetchNextPage()}
    />
  )
}

interface TableProps {
  rows: readonly ListedAgent[]
  hasMore: boolean
  isFetchingMore: boolean
  hasFailed: boolean
  onMore: () => void
}

function Table({ rows, ...more }: TableProps) {
  const now = useNow()
  const body = useRef<HTMLTableSectionElement>(null)
  useListKeys(body)
  const { columns } = words
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <table aria-label={words.title} className="w-full border-collapse">
        <thead className="sticky top-0 z-10 bg-canvas text-left text-xs text-faint shadow-[0_1px_0_var(--color-line)]">
          <tr>
            <th className="py-1.5 pr-3 pl-4 font-normal wide:pl-5">{columns.name}</th>
            <th className="w-32 py-1.5 pr-3 font-normal wide:w-40">{columns.version}</th>
            <th className="w-28 py-1.5 pr-3 text-right font-normal max-wide:hidden">{columns.conversations}</th>
            <th className="w-20 py-1.5 pr-3 text-right font-normal max-wide:hidden">{columns.active}</th>
            <th className="w-28 py-1.5 pr-3 text-right font-normal max-wide:hidden">{columns.duration}</th>
            <th className="w-32 py-1.5 pr-3 text-right font-normal max-wide:hidden">{columns.changed}</th>
            <th className="w-10 py-1.5 pr-3">
              <span className="sr-only">{columns.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((agent) => (
            <AgentRow key={agent.id} agent={agent} now={now} />
          ))}
        </tbody>
      </table>
      <ListEnd {...more} />
    </div>
  )
}

function ListEnd({ hasMore, isFetchingMore, hasFailed, onMore }: Omit<TableProps, 'rows'>) {
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!hasMore || isFetchingMore || hasFailed) return
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && onMore(), { rootMargin: '200px' })
    observer.observe(end.current!)
    return () => observer.disconnect()
  }, [hasMore, isFetchingMore, hasFailed, onMore])
  return (
    <div ref={end} className="flex items-center justify-center gap-3 p-4 text-xs text-faint">
      {hasFailed ? texts.moreFailed : hasMore ? `${texts.loading}…` : texts.endOfList}
      {hasFailed && <Button onClick={onMore}>{texts.retry}</Button>}
    </div>
  )
}
