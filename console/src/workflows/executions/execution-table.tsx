// Executions in a table: what became of each, what started it, how long it took.
import type { WorkflowExecution } from '@parley/contract'
import { Link } from '@tanstack/react-router'
import { formatMilliseconds, formatMoment } from '../../base/format.ts'
import { useSession } from '../../session/session-context.ts'
import { type Column, PagedTable } from '../../settings/paged-table.tsx'
import { usePages } from '../../settings/use-pages.ts'
import { texts } from '../../texts/index.ts'
import { useNow } from '../../ui/use-now.ts'
import { ExecutionLabel } from '../../ui/execution-status.tsx'
import { isOpen } from '../run/run-facts.ts'
import { runTexts as words } from '../run/texts.ts'
import { useWorkflowName } from '../use-workflow-names.ts'
import { type ExecutionsSearch, filtersOf, isFiltered } from '../workflow-search.ts'

/** Refreshed soon while one is open. Longer lists are not refreshed by themselves. */
const [soon_ms, later_ms, most_rows] = [3000, 15_000, 200]

function lookAgain(rows: readonly WorkflowExecution[]): number | false {
  if (rows.length > most_rows) return false
  return rows.some((row) => isOpen(row) && row.status !== 'waiting') ? soon_ms : later_ms
}

export const executionsKey = ['workflow-executions'] as const

interface Props {
  search: ExecutionsSearch
  /** In the page of a workflow its name says nothing. */
  isOfWorkflow?: boolean
}

export function ExecutionTable({ search, isOfWorkflow = false }: Props) {
  const { client } = useSession()
  const filters = filtersOf(search)
  const query = usePages<WorkflowExecution>(
    [...executionsKey, filters],
    (page, call) => client.listWorkflowExecutions({ ...page, ...filters }, call),
    { lookAgain },
  )
  const shown = isOfWorkflow ? columns.filter(({ name }) => name !== words.columns.workflow) : columns
  return (
    <PagedTable
      label={words.title}
      query={query}
      empty={isFiltered(search) && !isOfWorkflow ? words.emptyFiltered : words.empty}
      columns={shown}
      keyOf={({ id }) => id}
    />
  )
}

const columns: Column<WorkflowExecution>[] = [
  { name: words.columns.status, render: (execution) => <Status execution={execution} /> },
  { name: words.columns.workflow, render: (execution) => <WorkflowName execution={execution} /> },
  { name: words.columns.cause, isExtra: true, render: ({ trigger }) => words.causes[trigger.type] },
  { name: words.columns.queued, render: ({ queued_at }) => <Moment at={queued_at} /> },
  {
    name: words.columns.duration,
    isExtra: true,
    render: ({ duration_ms }) => (
      <span className="numeric">{duration_ms === null ? texts.none : formatMilliseconds(duration_ms)}</span>
    ),
  },
  { name: words.columns.step, isExtra: true, render: (execution) => <WhichStep execution={execution} /> },
]

interface CellProps {
  execution: WorkflowExecution
}

function Status({ execution: { id, status, is_test } }: CellProps) {
  return (
    <Link
      to="/workflows/executions/$execution_id"
      params={{ execution_id: id }}
      data-row
      className="rounded font-medium hover:underline"
    >
      <ExecutionLabel status={status} />
      {is_test && <span className="ml-1.5 text-xs font-normal text-faint">{words.test}</span>}
    </Link>
  )
}

function WorkflowName({ execution: { workflow_id, workflow_version } }: CellProps) {
  const name = useWorkflowName(workflow_id)
  return <bdi className="break-words">{words.of(name, workflow_version)}</bdi>
}

function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} className="numeric whitespace-nowrap">
      {formatMoment(at, useNow())}
    </time>
  )
}

function WhichStep({ execution: { current_step, error } }: CellProps) {
  if (error) return <span className="break-words text-bad">{`${error.step_name}: ${error.message}`}</span>
  return current_step ? <span className="break-words">{current_step.step_name}</span> : texts.none
}
