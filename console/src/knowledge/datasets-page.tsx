// The list of knowledge bases: what is in each, how it is searched, and which agents use it.
import type { Dataset } from '@parley/contract'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { formatNumber } from '../base/format.ts'
import { knowledgeReaders, datasetsKey } from '../passages/use-datasets.ts'
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
import { NewDatasetDialog } from './list/new-dataset-dialog.tsx'
import { SourceCounts } from './source-counts.tsx'
import { knowledgeTexts as words } from './texts.ts'

/** While sources are being prepared, counts change by themselves. */
const [soon_ms, later_ms] = [3000, 30_000]

export function DatasetsPage() {
  useTitle(words.title)
  const session = useSession()
  const { name } = useSearch({ from: '/pages/knowledge' })
  const navigate = useNavigate({ from: '/knowledge' })
  const [isMaking, setMaking] = useState(false)
  const mayManage = session.scopes.has('sources:manage')
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
      {holdsAny(session, knowledgeReaders) ? (
        <List name={name} onMake={mayManage ? () => setMaking(true) : null} />
      ) : (
        <div className="p-4">
          <Refused>{words.needs}</Refused>
        </div>
      )}
      {isMaking && <NewDatasetDialog onClose={() => setMaking(false)} />}
    </>
  )
}

function List({ name, onMake }: { name: string | undefined; onMake: (() => void) | null }) {
  const { client } = useSession()
  const query = usePages<Dataset>(
    [...datasetsKey, 'pages', name],
    (page, call) => client.listDatasets({ ...page, ...(name === undefined ? {} : { name }) }, call),
    {
      lookAgain: (rows) =>
        rows.some(({ counts, reembedding }) => counts.in_progress > 0 || reembedding?.status === 'running')
          ? soon_ms
          : later_ms,
    },
  )
  return <NamedList {...{ query, columns, words, onMake }} icon="knowledge" isFiltered={name !== undefined} />
}

const columns: Column<Dataset>[] = [
  { name: words.columns.name, render: (dataset) => <Name dataset={dataset} /> },
  { name: words.columns.sources, render: ({ counts }) => <SourceCounts counts={counts} /> },
  {
    name: words.columns.chunks,
    isExtra: true,
    render: ({ counts }) => <span className="numeric">{formatNumber(counts.chunks)}</span>,
  },
  { name: words.columns.search, isExtra: true, render: (dataset) => <SearchMode dataset={dataset} /> },
  { name: words.columns.agents, isExtra: true, render: ({ agents }) => <Agents agents={agents} /> },
]

function Name({ dataset }: { dataset: Dataset }) {
  const { id, name, description, counts, agents } = dataset
  return (
    <>
      <Link
        to="/knowledge/$dataset_id"
        params={{ dataset_id: id }}
        data-row
        className="rounded font-medium break-words hover:underline"
      >
        <bdi>{name}</bdi>
      </Link>
      {description && (
        <span className="line-clamp-1 max-w-sm text-faint" title={description}>
          <bdi>{description}</bdi>
        </span>
      )}
      {/* What has a column of its own on wide screens. */}
      <div className="text-xs text-soft wide:hidden">
        <span className="numeric">{words.chunks(counts.chunks)}</span> · <SearchMode dataset={dataset} />
        {agents.length > 0 && <Agents agents={agents} />}
      </div>
    </>
  )
}

function SearchMode({ dataset: { retrieval_mode, retrieval_reason, reembedding } }: { dataset: Dataset }) {
  return (
    <>
      <span>{words.modes[retrieval_mode]}</span>
      {reembedding !== null ? (
        <span className={reembedding.status === 'failed' ? 'block text-xs text-bad' : 'block text-xs text-faint'}>
          {reembedding.status === 'failed'
            ? words.reembeddingFailed
            : words.reembedding(reembedding.done_chunks, reembedding.total_chunks)}
        </span>
      ) : (
        retrieval_reason !== null && (
          <span className="block max-w-xs text-xs text-faint text-pretty">{words.reasons[retrieval_reason]}</span>
        )
      )}
    </>
  )
}

function Agents({ agents }: Pick<Dataset, 'agents'>) {
  if (agents.length === 0) return <span className="text-faint">{words.noAgents}</span>
  return (
    <ul className="flex flex-wrap gap-x-2">
      {agents.map(({ id, name }) => (
        <li key={id}>
          <Link to="/agents/$agent_id" params={{ agent_id: id }} className="hover:underline">
            <bdi>{name}</bdi>
          </Link>
        </li>
      ))}
    </ul>
  )
}
