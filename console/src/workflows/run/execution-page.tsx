// The page of an execution: its graph coloured by what became of each step, the visits of its steps, live until it ends.
import type { WorkflowExecution, WorkflowVisit } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { type ReactNode, Suspense, useMemo, useState } from 'react'
import { formatFull, formatMilliseconds } from '../../base/format.ts'
import { useSession } from '../../session/session-context.ts'
import { NotFoundPage } from '../../shell/fault-pages.tsx'
import { useTitle } from '../../shell/use-title.ts'
import { lazily } from '../../ui/lazily.ts'
import { Facts } from '../../ui/facts.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { ErrorState, LoadingState } from '../../ui/state.tsx'
import { useKeys } from '../../ui/use-keys.ts'
import { useIsWide } from '../../ui/use-media.ts'
import type { Definition } from '../definition/definition.ts'
import { Segments } from '../segments.tsx'
import { versionQuery } from '../use-workflow.ts'
import { useWorkflowName } from '../use-workflow-names.ts'
import { ExecutionActions } from './execution-actions.tsx'
import { ExecutionLabel } from '../../ui/execution-status.tsx'
import { Payload } from './payload.tsx'
import { fits, graphOfVisits, isOpen, statesOf, takenLines } from './run-facts.ts'
import { runTexts as words } from './texts.ts'
import { useExecution } from './use-execution.ts'
import { VisitList } from './visit-list.tsx'
import { stepTexts } from '../step-texts.ts'

const GraphView = lazily(async () => (await import('../graph/graph-view.tsx')).GraphView)

export function ExecutionPage() {
  const { execution_id } = useParams({ from: '/pages/workflows/executions/$execution_id' })
  return <OneExecution key={execution_id} execution_id={execution_id} />
}

function OneExecution({ execution_id }: { execution_id: string }) {
  const { execution, ...rest } = useExecution(execution_id)
  const { data, error, isPending, refetch } = execution
  useTitle(words.one)
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />
  if (isPending) return <LoadingState />
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />
  return <Shown execution={data} {...rest} />
}

interface ShownProps {
  execution: WorkflowExecution
  visits: readonly WorkflowVisit[]
  areVisitsCut: boolean
  isConnected: boolean
}

function Shown({ execution, visits, areVisitsCut, isConnected }: ShownProps) {
  const name = useWorkflowName(execution.workflow_id)
  const navigate = useNavigate()
  const isWide = useIsWide()
  const { definition, isStored } = useExecuted(execution, visits)
  const [opened, setOpened] = useState<number | null>(null)
  const [view, setView] = useState<'graph' | 'list'>('list')
  useKeys({ Escape: () => void navigate({ to: '/workflows/executions' }) })
  const shown = visits.find(({ position }) => position === opened)?.step_id ?? null
  const openStep = (id: string | null) => {
    setOpened(visits.findLast(({ step_id }) => step_id === id)?.position ?? null)
    if (id !== null && !isWide) setView('list')
  }
  return (
    <>
      <PageHeader
        back={{ to: '/workflows/executions', label: words.back }}
        title={words.of(name, execution.workflow_version)}
        note={
          <p className="flex flex-wrap gap-x-3 text-xs text-faint">
            <ExecutionLabel status={execution.status} />
            {execution.is_test && <span>{words.test}</span>}
            {isOpen(execution) && <span role="status">{isConnected ? words.live : words.reconnecting}</span>}
          </p>
        }
      >
        <ExecutionActions execution={execution} visits={visits} />
      </PageHeader>
      {!isWide && (
        <Segments
          label={words.view}
          choices={[
            ['list', words.list],
            ['graph', words.graph],
          ]}
          chosen={view}
          onChoose={setView}
        />
      )}
      <div className="flex min-h-0 flex-1">
        {(isWide || view === 'graph') && (
          <div className="relative min-h-0 min-w-0 flex-1">
            <RunGraph definition={definition} visits={visits} shown={shown} onShow={openStep} />
            {!isStored && visits.length > 0 && (
              <p className="absolute top-2 left-2 max-w-72 rounded-md bg-surface px-2 py-1 text-xs text-faint">
                {words.noGraph}
              </p>
            )}
          </div>
        )}
        {(isWide || view === 'list') && (
          <Column>
            <About execution={execution} />
            <VisitList visits={visits} opened={opened} onOpen={setOpened} />
            {areVisitsCut && <p className="px-4 py-2 text-faint">{words.cut(visits.length)}</p>}
          </Column>
        )}
      </div>
    </>
  )
}

function Column({ children }: { children: ReactNode }) {
  return (
    <div
      role="group"
      aria-label={words.list}
      // It scrolls, and may contain nothing else that takes the focus.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="min-h-0 min-w-0 flex-1 overflow-y-auto border-line bg-surface outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--color-accent)] wide:max-w-[30rem] wide:flex-none wide:basis-[42%] wide:border-l"
    >
      {children}
    </div>
  )
}

/** The definition that was executed, if its version can be read; else the graph of the visits. */
function useExecuted({ workflow_id, workflow_version, is_test }: WorkflowExecution, visits: readonly WorkflowVisit[]) {
  const session = useSession()
  const hasVersion = workflow_id !== null && workflow_version !== null
  const { data } = useQuery({
    ...versionQuery(session, workflow_id ?? '', String(workflow_version)),
    enabled: hasVersion,
    retry: false,
  })
  const stored = data?.definition as unknown as Definition | undefined
  return useMemo(() => {
    const isStored = stored !== undefined && (!is_test || fits(stored, visits))
    return { isStored, definition: isStored ? stored : graphOfVisits(visits) }
  }, [stored, is_test, visits])
}

interface RunGraphProps {
  definition: Definition
  visits: readonly WorkflowVisit[]
  shown: string | null
  onShow: (id: string | null) => void
}

export function RunGraph({ definition, visits, shown, onShow }: RunGraphProps) {
  const facts = useMemo(
    () => ({ states: statesOf(definition, visits), taken: takenLines(definition, visits) }),
    [definition, visits],
  )
  return (
    <Suspense fallback={<LoadingState />}>
      <GraphView definition={definition} facts={facts} shown={shown} onShow={onShow} changes={null} />
    </Suspense>
  )
}

function About({ execution }: { execution: WorkflowExecution }) {
  const { facts } = words
  const { error, input_data, output, trigger, current_step, duration_ms, started_by } = execution
  const isHidden = input_data === undefined && output === undefined
  return (
    <section aria-label={facts.title} className="flex flex-col gap-3 border-b border-line px-4 py-3.5">
      {error && (
        <Payload
          label={words.error}
          value={`${error.step_name}: ${stepTexts.errorCodes[error.code]}. ${error.message}`}
          isBad
        />
      )}
      <Facts
        rows={[
          [facts.cause, words.causes[trigger.type]],
          [facts.by, started_by?.name ?? started_by?.type],
          [facts.why, execution.cancel_reason && words.cancelReasons[execution.cancel_reason]],
          [facts.scheduled, trigger['scheduled_at'] ? formatFull(String(trigger['scheduled_at'])) : null],
          [facts.waits, current_step?.until && words.until(formatFull(current_step.until))],
          [facts.queued, formatFull(execution.queued_at)],
          [facts.finished, execution.finished_at && formatFull(execution.finished_at)],
          [facts.duration, duration_ms === null ? null : formatMilliseconds(duration_ms)],
          [facts.mode, words.modes[execution.mode]],
          [facts.conversation, execution.conversation_id && <ConversationLink id={execution.conversation_id} />],
          [facts.retryOf, execution.retry_of && <ExecutionLink id={execution.retry_of} />],
          [facts.workflow, execution.workflow_id && <WorkflowLink execution={execution} />],
          [facts.id, <code key="id">{execution.id}</code>],
        ]}
      />
      {isHidden && <p className="text-xs text-faint">{words.hidden}</p>}
      {input_data !== undefined && input_data !== null && <Payload label={words.input} value={input_data} />}
      {execution.status === 'success' && output !== undefined && <Payload label={words.output} value={output} />}
    </section>
  )
}

const linkClasses = 'underline decoration-line underline-offset-2 hover:decoration-ink break-all'

const ConversationLink = ({ id }: { id: string }) => (
  <Link to="/conversations/$conversation_id" params={{ conversation_id: id }} className={linkClasses}>
    {id}
  </Link>
)

const ExecutionLink = ({ id }: { id: string }) => (
  <Link to="/workflows/executions/$execution_id" params={{ execution_id: id }} className={linkClasses}>
    {id}
  </Link>
)

function WorkflowLink({ execution: { workflow_id, workflow_version } }: { execution: WorkflowExecution }) {
  return (
    <Link
      to="/workflows/$workflow_id"
      params={{ workflow_id: workflow_id! }}
      search={workflow_version === null ? {} : { version: workflow_version }}
      className={linkClasses}
    >
      {words.openWorkflow}
    </Link>
  )
}
