// The list of web widgets: which agent is on which sites, whether it answers, and what visitors used today.
import type { WebWidget } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { holdsAny } from '../session/rights.ts'
import { useSession } from '../session/session-context.ts'
import { NamedList } from '../settings/named-list.tsx'
import type { Column } from '../settings/paged-table.tsx'
import { Refused } from '../settings/settings-page.tsx'
import { usePages } from '../settings/use-pages.ts'
import { useTitle } from '../shell/use-title.ts'
import { Button } from '../ui/button.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { useKeys } from '../ui/use-keys.ts'
import { useNow } from '../ui/use-now.ts'
import { LiveLabel } from './live-label.tsx'
import { NewWidgetDialog } from './new-widget-dialog.tsx'
import { widgetTexts as words } from './texts.ts'
import { usePinned } from './use-pinned.ts'

const later_ms = 30_000

export function WidgetsPage() {
  useTitle(words.title)
  const session = useSession()
  const { name } = useSearch({ from: '/pages/web-widgets' })
  const navigate = useNavigate({ from: '/web-widgets' })
  const [isMaking, setMaking] = useState(false)
  const mayManage = session.scopes.has('web_widgets:manage')
  useKeys(mayManage ? { n: () => setMaking(true) } : {})
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
        <SearchField
          label={words.search}
          value={name ?? ''}
          onChange={(next) => void navigate({ search: next === undefined ? {} : { name: next }, replace: true })}
        />
      </header>
      {holdsAny(session, ['web_widgets:read', 'web_widgets:manage']) ? (
        <List name={name} onMake={mayManage ? () => setMaking(true) : null} />
      ) : (
        <div className="p-4">
          <Refused>{words.needs}</Refused>
        </div>
      )}
      {isMaking && <NewWidgetDialog onClose={() => setMaking(false)} />}
    </>
  )
}

function List({ name, onMake }: { name: string | undefined; onMake: (() => void) | null }) {
  const { client } = useSession()
  const query = usePages<WebWidget>(
    ['web-widgets', 'pages', name],
    (page, call) => client.listWebWidgets({ ...page, ...(name === undefined ? {} : { name }) }, call),
    { lookAgain: () => later_ms },
  )
  return <NamedList {...{ query, columns, words, onMake }} icon="widget" isFiltered={name !== undefined} />
}

const columns: Column<WebWidget>[] = [
  { name: words.columns.name, render: (widget) => <Name widget={widget} /> },
  { name: words.columns.state, render: (widget) => <LiveLabel widget={widget} /> },
  { name: words.columns.agent, isExtra: true, render: (widget) => <Agent widget={widget} /> },
  { name: words.columns.sites, isExtra: true, render: ({ domains }) => <Sites domains={domains} /> },
  { name: words.columns.today, isExtra: true, render: (widget) => <Today widget={widget} /> },
]

function Name({ widget: { id, name } }: { widget: WebWidget }) {
  return (
    <Link
      to="/web-widgets/$web_widget_id"
      params={{ web_widget_id: id }}
      data-row
      className="rounded font-medium break-words hover:underline"
    >
      <bdi>{name}</bdi>
    </Link>
  )
}

/** With the version that answers, and whether a newer one is published. */
function Agent({ widget }: { widget: WebWidget }) {
  const { agent, version, newest } = usePinned(widget)
  const { agent_id } = widget
  return (
    <>
      <Link to="/agents/$agent_id" params={{ agent_id }} className="hover:underline">
        <bdi>{agent}</bdi>
      </Link>
      {version && <span className="block text-xs text-faint">{words.version(version.version, newest?.version)}</span>}
    </>
  )
}

function Sites({ domains }: Pick<WebWidget, 'domains'>) {
  if (domains.length === 0) return <span className="text-faint">{words.anySite}</span>
  return (
    <ul>
      {domains.map((domain) => (
        <li key={domain}>{domain}</li>
      ))}
    </ul>
  )
}

function Today({ widget: { id, limits } }: { widget: WebWidget }) {
  const { client } = useSession()
  const day = useNow().toISOString().slice(0, 10)
  const { data } = useQuery({
    queryKey: ['web-widgets', 'today', id, day],
    queryFn: ({ signal }) => client.getWebWidgetStatistics({ web_widget_id: id, from: day, to: day }, { signal }),
    refetchInterval: later_ms,
  })
  const row = data?.data[0]
  if (!data) return null
  return (
    <span className="numeric">{words.today(row?.conversations ?? 0, row?.tokens ?? 0, limits.tokens_per_day)}</span>
  )
}
