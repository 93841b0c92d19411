// The page of one workflow: its editor, triggers, executions, versions and settings.
import { ApiError } from '@parley/sdk'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { NotFoundPage } from '../shell/fault-pages.tsx'
import { useTitle } from '../shell/use-title.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/button.tsx'
import { notifyError } from '../ui/notify.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { EmptyState, ErrorState, LoadingState } from '../ui/state.tsx'
import { useKeys } from '../ui/use-keys.ts'
import { EditorSection } from './editor/editor-section.tsx'
import { editorTexts } from './editor/texts.ts'
import { ExecutionTable } from './executions/execution-table.tsx'
import { LiveLabel } from './live-label.tsx'
import { SettingsSection } from './settings-section.tsx'
import { workflowTexts as words } from './texts.ts'
import { TriggersSection } from './triggers/triggers-section.tsx'
import { type Workflow, forgetVersions, useWorkflow, versionQuery } from './use-workflow.ts'
import { OfflineButton } from './versions/offline-button.tsx'
import { VersionChoice } from './versions/version-choice.tsx'
import { VersionsSection } from './versions/versions-section.tsx'
import { type WorkflowSearch, type WorkflowSection, workflowSections } from './workflow-search.ts'

const from = '/pages/workflows/$workflow_id'

export function WorkflowPage() {
  const { workflow_id } = useParams({ from })
  return <OneWorkflow key={workflow_id} workflow_id={workflow_id} />
}

function OneWorkflow({ workflow_id }: { workflow_id: string }) {
  const { data, error, isPending, refetch } = useWorkflow(useSession(), workflow_id)
  useTitle(data?.name ?? texts.loading)
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />
  if (isPending) return <LoadingState />
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />
  return <Shown workflow={data} />
}

function Shown({ workflow }: { workflow: Workflow }) {
  const search = useSearch({ from })
  const { section = 'editor' } = search
  const navigate = useNavigate()
  const number = useShownVersion(workflow, section === 'editor', search.version)
  // In the editor, Esc closes the form first.
  useKeys(section === 'editor' ? {} : { Escape: () => void navigate({ to: '/workflows' }) })
  return (
    <>
      <PageHeader
        back={{ to: '/workflows', label: words.back }}
        title={workflow.name}
        note={
          <p className="text-xs text-faint">
            <LiveLabel workflow={workflow} />
          </p>
        }
      >
        {section === 'editor' && number !== null && <VersionChoice workflow={workflow} shown={number} />}
        <OfflineButton workflow={workflow} />
      </PageHeader>
      <SectionLinks workflow_id={workflow.id} section={section} />
      {section === 'editor' ? (
        <Editor workflow={workflow} number={number} step={search.step} />
      ) : (
        <Scroller label={words.sections[section]}>
          <h2 className="sr-only">{words.sections[section]}</h2>
          <OtherSection workflow={workflow} section={section} search={search} />
        </Scroller>
      )}
    </>
  )
}

/** The one of the address, or the newest. What someone else begins meanwhile does not take the place of what is edited. */
function useShownVersion({ latest_version }: Workflow, isEditing: boolean, chosen: number | undefined): number | null {
  const [newest, setNewest] = useState<number | null>(null)
  const kept = isEditing ? (newest ?? latest_version) : null
  if (kept !== newest) setNewest(kept)
  return chosen ?? kept
}

function Scroller({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div
      role="group"
      aria-label={label}
      // It scrolls, and may contain nothing else that takes the focus.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="min-h-0 flex-1 overflow-y-auto outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--color-accent)]"
    >
      <div className="mx-auto flex max-w-5xl flex-col gap-4 px-4 py-4 wide:px-6 wide:py-5">{children}</div>
    </div>
  )
}

interface SectionProps {
  workflow: Workflow
  search: WorkflowSearch
}

function OtherSection({ workflow, section, search }: SectionProps & { section: Exclude<WorkflowSection, 'editor'> }) {
  switch (section) {
    case 'triggers':
      return <TriggersSection workflow={workflow} />
    case 'executions':
      return (
        <div className="rounded-lg border border-line bg-surface">
          <ExecutionTable search={{ workflow_id: workflow.id }} isOfWorkflow />
        </div>
      )
    case 'versions':
      return <VersionsSection workflow={workflow} search={search} />
    case 'settings':
      return <SettingsSection workflow={workflow} />
  }
}

interface EditorProps {
  workflow: Workflow
  /** Of the version; null: the workflow has no version. */
  number: number | null
  step: string | undefined
}

function Editor({ workflow, number, step }: EditorProps) {
  const session = useSession()
  const { data, error, isPending, refetch } = useQuery({
    ...versionQuery(session, workflow.id, String(number)),
    enabled: number !== null,
  })
  if (number === null) return <NoVersion workflow_id={workflow.id} />
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />
  if (isPending) return <LoadingState />
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />
  return <EditorSection key={data.version} version={data} step={step} />
}

function NoVersion({ workflow_id }: { workflow_id: string }) {
  const { client, scopes } = useSession()
  const queries = useQueryClient()
  const begin = useMutation({
    mutationFn: () =>
      client.createWorkflowVersion({
        workflow_id,
        definition: { schema_version: 1, nodes: [] },
        allow_incomplete: true,
      }),
    onSuccess: () => forgetVersions(queries, workflow_id),
    onError: notifyError,
  })
  return (
    <EmptyState
      icon="workflow"
      title={editorTexts.noVersion}
      action={
        scopes.has('workflows:manage') && (
          <Button kind="primary" disabled={begin.isPending} onClick={() => begin.mutate()}>
            {editorTexts.begin}
          </Button>
        )
      }
    />
  )
}

function SectionLinks({ workflow_id, section }: { workflow_id: string; section: WorkflowSection }) {
  return (
    <nav aria-label={words.sectionsLabel} className="shrink-0 overflow-x-auto border-b border-line px-2 wide:px-3">
      <ul className="flex w-max gap-0.5 py-1">
        {workflowSections.map((name) => (
          <li key={name}>
            <Link
              to="/workflows/$workflow_id"
              params={{ workflow_id }}
              search={name === 'editor' ? {} : { section: name }}
              replace
              aria-current={name === section ? 'page' : undefined}
              className="flex h-8 items-center rounded-md px-2.5 whitespace-nowrap text-soft hover:bg-hover hover:text-ink aria-[current=page]:bg-accent-wash aria-[current=page]:font-medium aria-[current=page]:text-accent-strong"
              activeProps={{}}
            >
              {words.sections[name]}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
