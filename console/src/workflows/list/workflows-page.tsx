// The list of workflows: whether each is live, what starts it and when next, and what became of its executions of the last day.
import type { WorkflowTrigger } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { formatMoment } from '../../base/format.ts'
import { holdsAny } from '../../session/rights.ts'
import { useSession } from '../../session/session-context.ts'
import { NamedList } from '../../settings/named-list.tsx'
import type { Column } from '../../settings/paged-table.tsx'
import { Refused } from '../../settings/settings-page.tsx'
import { usePages } from '../../settings/use-pages.ts'
import { useTitle } from '../../shell/use-title.ts'
import { Button, buttonClasses } from '../../ui/button.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { useKeys } from '../../ui/use-keys.ts'
import { useNow } from '../../ui/use-now.ts'
import { LiveLabel } from '../live-label.tsx'
import { stepTexts } from '../step-texts.ts'
import { workflowTexts as words } from '../texts.ts'
import type { Workflow } from '../use-workflow.ts'
import { ImportDialog } from './import-dialog.tsx'
import { NewWorkflowDialog } from './new-workflow-dialog.tsx'

const later_ms = 30_000

export function WorkflowsPage() {
  useTitle(words.title)
  const session = useSession()
  const { name } = useSearch({ from: '/pages/workflows' })
  const navigate = useNavigate({ from: '/workflows' })
  const [asked, setAsked] = useState<'new' | 'import' | null>(null)
  const mayManage = session.scopes.has('workflows:manage')
  const mayRead = holdsAny(session, ['workflows:read', 'workflows:manage'])
  useKeys(mayManage ? { n: () => setAsked('new') } : {})
  return (
    <>
      <header className="flex flex-col gap-2.5 border-b border-line px-4 pt-3 pb-2.5 wide:px-5">
        <div className="flex flex-wrap items-center gap-2">
          <h1 className="flex-1 text-lg font-semibold">{words.title}</h1>
          {mayRead && (
            <Link to="/workflows/executions" className={buttonClasses('plain')}>
              {words.executions}
            </Link>
          )}
          {mayManage && <Button onClick={() => setAsked('import')}>{words.import}</Button>}
          {mayManage && (
            <Button kind="primary" onClick={() => setAsked('new')}>
              {words.make}
            </Button>
          )}
        </div>
        <SearchField
          label={words.search}
          value={name ?? ''}
          onChange={(next) => void navigate({ search: next === undefined ? {} : { name: next }, replace: true })}
        />
      </header>
      {mayRead ? (
        <List name={name} onMake={mayManage ? () => setAsked('new') : null} />
      ) : (
        <div className="p-4">
          <Refused>{words.needs}</Refused>
        </div>
      )}
      {asked === 'new' && <NewWorkflowDialog onClose={() => setAsked(null)} />}
      {asked === 'import' && <ImportDialog onClose={() => setAsked(null)} />}
    </>
  )
}

function List({ name, onMake }: { name: string | undefined; onMake: (() => void) | null }) {
  const { client } = useSession()
  const query = usePages<Workflow>(
    ['workflows', 'pages', name],
    (page, call) => client.listWorkflows({ ...page, ...(name === undefined ? {} : { name }) }, call),
    { lookAgain: () => later_ms },
  )
  return <NamedList {...{ query, columns, words, onMake }} icon="workflow" isFiltered={name !== undefined} />
}

const columns: Column<Workflow>[] = [
  { name: words.columns.name, render: (workflow) => <Name workflow={workflow} /> },
  { name: words.columns.state, render: (workflow) => <LiveLabel workflow={workflow} /> },
  { name: words.columns.triggers, isExtra: true, render: (workflow) => <Triggers workflow={workflow} /> },
  { name: words.columns.day, isExtra: true, render: ({ statistics }) => <LastDay {...statistics.last_day} /> },
]

function Name({ workflow: { id, name, description } }: { workflow: Workflow }) {
  return (
    <>
      <Link
        to="/workflows/$workflow_id"
        params={{ workflow_id: id }}
        data-row
        className="rounded font-medium break-words hover:underline"
      >
        <bdi>{name}</bdi>
      </Link>
      {description && <span className="block truncate text-xs text-faint">{description}</span>}
    </>
  )
}

/** Of all workflows at once, since there are few. */
function useLiveTriggers(): readonly WorkflowTrigger[] {
  const { client } = useSession()
  const { data } = useQuery({
    queryKey: ['workflow-triggers', 'live'],
    queryFn: async ({ signal }) => (await client.listWorkflowTriggers({ live: true, limit: 100 }, { signal })).data,
    refetchInterval: later_ms,
  })
  return data ?? []
}

function Triggers({ workflow: { id, live_version } }: { workflow: Workflow }) {
  const triggers = useLiveTriggers().filter(({ workflow_id }) => workflow_id === id)
  const now = useNow()
  if (live_version === null || triggers.length === 0) return <span className="text-faint">{words.noTriggers}</span>
  return (
    <ul>
      {triggers.map(({ id: trigger_id, type, next_at, paused }) => (
        <li key={trigger_id}>
          {stepTexts.triggers[type]}
          {paused && <span className="text-warn">{`, ${words.paused}`}</span>}
          {next_at && <span className="numeric text-faint">{`, ${words.next(formatMoment(next_at, now))}`}</span>}
        </li>
      ))}
    </ul>
  )
}

function LastDay({ success, failed }: Workflow['statistics']['last_day']) {
  if (success + failed === 0) return <span className="text-faint">{words.noEnds}</span>
  return <span className={failed > 0 ? 'numeric text-bad' : 'numeric'}>{words.ends(success, failed)}</span>
}
