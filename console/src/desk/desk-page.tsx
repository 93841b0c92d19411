// The desk of the people who answer: views, list and conversation side by side; one at a time on narrow screens.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { handlingTexts } from '../handling/texts.ts'
import { useTeams } from '../handling/use-teams.ts'
import { useSession } from '../session/session-context.ts'
import { useTitle } from '../shell/use-title.ts'
import { classes } from '../ui/classes.ts'
import { EmptyState, ErrorState, LoadingState } from '../ui/state.tsx'
import { useKeys } from '../ui/use-keys.ts'
import { useIsWide } from '../ui/use-media.ts'
import { type DeskFilters, filtersOf, isNarrowed } from './desk-search.ts'
import { DeskList } from './desk-list.tsx'
import { NarrowBar } from './narrow-bar.tsx'
import { OpenConversation } from './open-conversation.tsx'
import { deskTexts as words } from './texts.ts'
import { useDeskList } from './use-desk-list.ts'
import { ViewsPane } from './views-pane.tsx'

type Pane = 'views' | 'list' | 'conversation'

export function DeskPage() {
  useTitle(words.title)
  const session = useSession()
  const search = useSearch({ from: '/pages/desk' })
  const navigate = useNavigate({ from: '/desk' })
  const filters = filtersOf(search)
  const { open } = search
  const isWide = useIsWide()
  // On narrow screens, what was opened last is in front.
  const [areViewsShown, setViewsShown] = useState(false)
  const pane: Pane = areViewsShown ? 'views' : open === undefined ? 'list' : 'conversation'
  const show = (id: string | undefined) => {
    setViewsShown(false)
    void navigate({ search: { ...filters, ...(id === undefined ? {} : { open: id }) }, replace: id === undefined })
  }
  const change = (next: DeskFilters) =>
    void navigate({ search: { ...next, ...(open === undefined ? {} : { open }) }, replace: true })
  useKeys({ Escape: () => show(undefined) })
  const isShown = (one: Pane) => isWide || one === pane
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <h1 className="sr-only">{words.title}</h1>
      {session.user === null && <p className="bg-sunken px-4 py-2 text-soft">{handlingTexts.keyHint}</p>}
      {!isWide && (
        <PaneBar
          pane={pane}
          hasOpen={open !== undefined}
          onShow={(one) => {
            setViewsShown(one === 'views')
            if (one === 'list') show(undefined)
          }}
        />
      )}
      <div className="flex min-h-0 flex-1">
        {isShown('views') && (
          <section
            aria-label={words.panes.views}
            className="flex min-h-0 min-w-0 flex-col border-line max-wide:flex-1 wide:w-52 wide:shrink-0 wide:border-r"
          >
            <ViewsPane filters={filters} open={isWide ? open : undefined} onChosen={() => setViewsShown(false)} />
          </section>
        )}
        {isShown('list') && (
          <section
            aria-label={words.panes.list}
            className="flex min-h-0 min-w-0 flex-col border-line max-wide:flex-1 wide:w-84 wide:shrink-0 wide:border-r"
          >
            <ListPane filters={filters} open={open} onChange={change} onOpen={show} />
          </section>
        )}
        {isShown('conversation') && (
          <section aria-label={words.panes.conversation} className="flex min-h-0 min-w-0 flex-1 flex-col">
            {open === undefined ? (
              <EmptyState icon="desk" title={words.chooseTitle}>
                {words.choose}
              </EmptyState>
            ) : (
              <OpenConversation key={open} conversation_id={open} onClose={() => show(undefined)} />
            )}
          </section>
        )}
      </div>
    </div>
  )
}

interface PaneBarProps {
  pane: Pane
  hasOpen: boolean
  onShow: (pane: Pane) => void
}

function PaneBar({ pane, hasOpen, onShow }: PaneBarProps) {
  const panes = (['views', 'list', 'conversation'] as const).filter((one) => one !== 'conversation' || hasOpen)
  return (
    <div role="group" aria-label={words.panesLabel} className="flex gap-1 border-b border-line px-3 py-1.5">
      {panes.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === pane}
          className={classes(
            'h-8 flex-1 rounded-md',
            one === pane ? 'bg-sunken font-medium' : 'text-soft hover:bg-hover hover:text-ink',
          )}
          onClick={() => onShow(one)}
        >
          {words.panes[one]}
        </button>
      ))}
    </div>
  )
}

interface ListPaneProps {
  filters: DeskFilters
  open: string | undefined
  onChange: (filters: DeskFilters) => void
  onOpen: (id: string | undefined) => void
}

function ListPane({ filters, open, onChange, onOpen }: ListPaneProps) {
  const session = useSession()
  const { query, list, isLive, ...reading } = useDeskList(session, filters)
  const { data: teams = [] } = useTeams()
  const { view, team } = filters
  const name = teams.find(({ key }) => key === team)?.name ?? handlingTexts.views[view]
  return (
    <>
      <header className="flex shrink-0 flex-col gap-1.5 border-b border-line px-4 py-2">
        <div className="flex items-baseline gap-2">
          <h2 className="min-w-0 truncate text-base font-semibold">{name}</h2>
          <p role="status" className="ml-auto flex items-center gap-1.5 text-xs text-faint">
            <span className={classes('size-1.5 rounded-full', isLive ? 'bg-good' : 'bg-warn pulses')} />
            {isLive ? words.live : words.lost}
          </p>
        </div>
        <NarrowBar filters={filters} onChange={onChange} />
      </header>
      {query.isPending ? (
        <LoadingState />
      ) : query.isError && list.rows.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : list.rows.length === 0 ? (
        <Nothing filters={filters} />
      ) : (
        <DeskList
          // Another view begins at its top.
          key={JSON.stringify(filters)}
          list={list}
          open={open}
          isReadingOn={reading.isReadingOn}
          hasFailed={reading.hasFailed}
          onReadOn={reading.readOn}
          onOpen={onOpen}
        />
      )}
    </>
  )
}

function Nothing({ filters }: { filters: DeskFilters }) {
  const [title, text] = words.empty[filters.view]
  return (
    <EmptyState icon="inbox" title={title}>
      {isNarrowed(filters) ? words.emptyNarrowed : text}
    </EmptyState>
  )
}
