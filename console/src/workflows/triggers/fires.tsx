// What a trigger did: each time, request or event, whether it started an execution, and why not.
import type { FireOutcome, WorkflowFire, WorkflowTrigger } from '@parley/contract'
import { Link } from '@tanstack/react-router'
import { formatFull } from '../../base/format.ts'
import { useSession } from '../../session/session-context.ts'
import { type Column, PagedTable } from '../../settings/paged-table.tsx'
import { usePages } from '../../settings/use-pages.ts'
import { texts } from '../../texts/index.ts'
import { classes } from '../../ui/classes.ts'
import { triggerTexts as words } from './texts.ts'

const later_ms = 10_000

export function Fires({ trigger: { id: trigger_id, type } }: { trigger: WorkflowTrigger }) {
  const { client } = useSession()
  const query = usePages<WorkflowFire>(
    ['workflow-triggers', 'fires', trigger_id],
    (page, call) => client.listWorkflowFires({ trigger_id, ...page }, call),
    { lookAgain: () => later_ms },
  )
  const shown = type === 'timer' ? columns : columns.filter(({ name }) => name !== words.columns.scheduled)
  return <PagedTable label={words.fires} query={query} empty={words.noFires} columns={shown} keyOf={({ id }) => id} />
}

const dots: Record<FireOutcome, string> = {
  started: 'bg-good',
  duplicate: 'border-2 border-faint',
  skipped: 'bg-warn',
  refused: 'bg-bad',
}

const columns: Column<WorkflowFire>[] = [
  { name: words.columns.at, render: ({ at }) => <span className="numeric">{formatFull(at)}</span> },
  {
    name: words.columns.scheduled,
    isExtra: true,
    render: ({ scheduled_at }) => (
      <span className="numeric">{scheduled_at === null ? texts.none : formatFull(scheduled_at)}</span>
    ),
  },
  {
    name: words.columns.outcome,
    render: ({ outcome, reason }) => (
      <>
        <span className="inline-flex items-center gap-1.5">
          <span className={classes('size-2 shrink-0 rounded-full', dots[outcome])} />
          {words.outcomes[outcome]}
        </span>
        {reason !== null && <span className="block text-xs break-words text-faint">{reason}</span>}
      </>
    ),
  },
  {
    name: words.columns.execution,
    render: ({ execution_id }) =>
      execution_id === null ? (
        texts.none
      ) : (
        <Link
          to="/workflows/executions/$execution_id"
          params={{ execution_id }}
          className="underline underline-offset-2"
        >
          {words.open}
        </Link>
      ),
  },
]
