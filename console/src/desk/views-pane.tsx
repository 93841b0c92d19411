// The views and teams with their counts, and the people: oneself and the colleagues.
import { handOffBounds, inboxViews } from '@parley/contract'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { handlingTexts } from '../handling/texts.ts'
import { useTeams } from '../handling/use-teams.ts'
import { useSession } from '../session/session-context.ts'
import { classes } from '../ui/classes.ts'
import { Colleagues } from './colleagues.tsx'
import type { DeskFilters, DeskSearch } from './desk-search.ts'
import { Notices } from './notice-switches.tsx'
import { deskTexts as words } from './texts.ts'
import { useDeskCounts } from './use-desk-list.ts'

interface PaneProps {
  filters: DeskFilters
  open: string | undefined
  /** On narrow screens the list comes to the front. */
  onChosen: () => void
}

export function ViewsPane({ filters, open, onChosen }: PaneProps) {
  const session = useSession()
  const { data: counts } = useDeskCounts(session)
  const { data: teams = [] } = useTeams()
  const { view, team } = filters
  const kept: DeskSearch = open === undefined ? {} : { open }
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto p-2.5">
      <Group label={words.views}>
        {inboxViews.map((one) => (
          <Choice
            key={one}
            search={{ ...kept, view: one }}
            isChosen={one === view && team === undefined}
            name={handlingTexts.views[one]}
            count={counts?.views[one]}
            onChosen={onChosen}
          />
        ))}
      </Group>
      {teams.length > 0 && (
        <Group label={words.teams}>
          {teams.map(({ key, name }) => (
            <Choice
              key={key}
              search={{ ...kept, view: 'all', team: key }}
              isChosen={key === team}
              name={name}
              count={counts?.teams[key]}
              onChosen={onChosen}
            />
          ))}
        </Group>
      )}
      <Colleagues />
      {session.user !== null && <Notices />}
    </div>
  )
}

function Group({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label}>
      <p aria-hidden="true" className="px-2 pb-1 text-xs text-faint">
        {label}
      </p>
      <ul className="flex flex-col gap-0.5">{children}</ul>
    </nav>
  )
}

interface ChoiceProps {
  search: DeskSearch
  isChosen: boolean
  name: string
  count: number | undefined
  onChosen: () => void
}

function Choice({ search, isChosen, name, count, onChosen }: ChoiceProps) {
  return (
    <li>
      <Link
        to="/desk"
        search={search}
        onClick={onChosen}
        aria-current={isChosen ? 'page' : undefined}
        className={classes(
          'flex h-8 items-center gap-2 rounded-md px-2 hover:bg-hover',
          isChosen ? 'bg-accent-wash font-medium text-accent-strong' : 'text-soft hover:text-ink',
        )}
      >
        <span className="min-w-0 flex-1 truncate" title={name}>
          {name}
        </span>
        {count !== undefined && (
          <span className="numeric shrink-0 text-xs text-faint">{words.count(count, handOffBounds.counted)}</span>
        )}
      </Link>
    </li>
  )
}
