// The page of one web widget: its sections beside the real frame, and what is not saved yet.
import type { WebWidget } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useAgentName } from '../agent-names/use-agents.ts'
import { useSession } from '../session/session-context.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { Refused } from '../settings/settings-page.tsx'
import { NotFoundPage } from '../shell/fault-pages.tsx'
import { useTitle } from '../shell/use-title.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/button.tsx'
import { describeError } from '../ui/describe-error.ts'
import { notify } from '../ui/notify.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import { useKeys } from '../ui/use-keys.ts'
import { AppearanceSection } from './appearance-section.tsx'
import { BehaviourSection } from './behaviour-section.tsx'
import type { Edit } from './config-fields.tsx'
import { InstallSection } from './install-section.tsx'
import { LiveLabel } from './live-label.tsx'
import { Preview } from './preview.tsx'
import { SecuritySection } from './security-section.tsx'
import { widgetTexts as words } from './texts.ts'
import { type Draft, changesOf, draftOf, withValue } from './widget-draft.ts'
import { type WidgetSection, widgetSections } from './widget-search.ts'

export function WidgetPage() {
  const { web_widget_id } = useParams({ from: '/pages/web-widgets/$web_widget_id' })
  return <OneWidget key={web_widget_id} web_widget_id={web_widget_id} />
}

function OneWidget({ web_widget_id }: { web_widget_id: string }) {
  const { client } = useSession()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['web-widgets', web_widget_id],
    queryFn: ({ signal }) => client.getWebWidget({ web_widget_id }, { signal }),
  })
  useTitle(data?.name ?? texts.loading)
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />
  if (isPending) return <LoadingState />
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />
  return <Shown widget={data} />
}

/** `base` is what the draft began with: a newer state of the server is not overwritten. */
function Shown({ widget }: { widget: WebWidget }) {
  const { client, scopes } = useSession()
  const queries = useQueryClient()
  const { section = 'appearance' } = useSearch({ from: '/pages/web-widgets/$web_widget_id' })
  const navigate = useNavigate()
  const mayManage = scopes.has('web_widgets:manage')
  const [base, setBase] = useState(widget)
  const [draft, setDraft] = useState(() => draftOf(widget))
  const changes = changesOf(base, draft)
  const isChanged = Object.keys(changes).length > 0
  const begin = (from: WebWidget) => {
    setBase(from)
    setDraft(draftOf(from))
  }
  if (!isChanged && widget.revision > base.revision) begin(widget)
  useKeys({ Escape: () => void navigate({ to: '/web-widgets' }) })
  const save = useMutation({
    mutationFn: () => client.updateWebWidget({ web_widget_id: base.id, if_match: String(base.revision), ...changes }),
    onSuccess: (saved) => {
      notify(words.saved)
      queries.setQueryData(['web-widgets', saved.id], saved)
      begin(saved)
      void queries.invalidateQueries({ queryKey: ['web-widgets', 'pages'] })
    },
  })
  const discard = async () => {
    save.reset()
    const fresh = await client.getWebWidget({ web_widget_id: base.id })
    queries.setQueryData(['web-widgets', base.id], fresh)
    begin(fresh)
  }
  const edit: Edit = { draft, isReadOnly: !mayManage, faults: faultsOf(save.error), ...changers(setDraft) }
  return (
    <>
      <PageHeader
        back={{ to: '/web-widgets', label: words.back }}
        title={base.name}
        note={
          <p className="text-xs text-faint">
            <LiveLabel widget={widget} />
          </p>
        }
      >
        <SectionLinks web_widget_id={base.id} section={section} />
        {mayManage && <Actions widget={widget} />}
      </PageHeader>
      <div
        role="group"
        aria-label={words.sections[section]}
        // It scrolls, and may contain nothing else that takes the focus.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="min-h-0 min-w-0 flex-1 overflow-y-auto outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--color-accent)]"
      >
        <div className="mx-auto flex max-w-6xl flex-wrap items-start gap-5 px-4 py-4 wide:px-6 wide:py-5">
          <div className="flex min-w-0 flex-1 basis-96 flex-col gap-4">
            <h2 className="sr-only">{words.sections[section]}</h2>
            {!mayManage && <Refused>{words.readOnly}</Refused>}
            <Warnings warnings={widget.warnings} />
            {isChanged && mayManage && (
              <Unsaved error={save.error} isPending={save.isPending} onSave={() => save.mutate()} onDiscard={discard} />
            )}
            <Section section={section} widget={widget} edit={edit} />
          </div>
          {mayManage && <Preview key={base.revision} web_widget_id={base.id} />}
        </div>
      </div>
    </>
  )
}

function changers(setDraft: (next: (before: Draft) => Draft) => void): Pick<Edit, 'change' | 'setValue'> {
  return {
    change: (more) => setDraft((before) => ({ ...before, ...more })),
    setValue: (path, value) => setDraft((before) => ({ ...before, config: withValue(before.config, path, value) })),
  }
}

function faultsOf(error: unknown): Edit['faults'] {
  if (!(error instanceof ApiError)) return new Map()
  return new Map(error.errors.map(({ path, message }) => [path, message]))
}

interface UnsavedProps {
  error: Error | null
  isPending: boolean
  onSave: () => void
  onDiscard: () => Promise<void>
}

function Unsaved({ error, isPending, onSave, onDiscard }: UnsavedProps) {
  const isOvertaken = error instanceof ApiError && error.code === 'revision_mismatch'
  return (
    <div className="sticky top-0 z-10 flex flex-wrap items-center gap-2 rounded-lg border border-line bg-surface px-4 py-2">
      <p role="status" className={error ? 'min-w-0 flex-1 text-bad' : 'min-w-0 flex-1 font-medium'}>
        {isOvertaken ? words.overtaken : error ? describeError(error) : words.unsaved}
      </p>
      <Button onClick={() => void onDiscard()}>{words.discard}</Button>
      <Button kind="primary" disabled={isPending || isOvertaken} onClick={onSave}>
        {words.save}
      </Button>
    </div>
  )
}

function Warnings({ warnings }: Pick<WebWidget, 'warnings'>) {
  if (warnings.length === 0) return null
  return (
    <ul aria-label={words.warnings} className="rounded-lg bg-warn-wash px-4 py-2.5 text-warn">
      {warnings.map((warning) => (
        <li key={warning} className="break-words">
          {warning}
        </li>
      ))}
    </ul>
  )
}

function Section({ section, widget, edit }: { section: WidgetSection; widget: WebWidget; edit: Edit }) {
  switch (section) {
    case 'appearance':
      return <AppearanceSection widget={widget} edit={edit} />
    case 'behaviour':
      return <BehaviourSection edit={edit} />
    case 'security':
      return <SecuritySection widget={widget} edit={edit} />
    case 'install':
      return <InstallSection widget={widget} />
  }
}

function SectionLinks({ web_widget_id, section }: { web_widget_id: string; section: WidgetSection }) {
  return (
    <nav aria-label={words.sectionsLabel} className="max-w-full overflow-x-auto">
      <ul className="flex w-max gap-0.5">
        {widgetSections.map((name) => (
          <li key={name}>
            <Link
              to="/web-widgets/$web_widget_id"
              params={{ web_widget_id }}
              search={{ section: name }}
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

/** Publishing names the sites and the agent that answers there. */
function Actions({ widget }: { widget: WebWidget }) {
  const session = useSession()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<'publish' | 'remove' | null>(null)
  const agent = useAgentName(session, widget.agent_id) ?? widget.agent_id
  const { client } = session
  const { id: web_widget_id, published, domains } = widget
  const sites = domains.length === 0 ? words.anySite.toLowerCase() : domains.join(', ')
  return (
    <>
      <Button onClick={() => setAsking('publish')}>{published ? words.unpublish : words.publish}</Button>
      <Button kind="quiet" onClick={() => setAsking('remove')}>
        {words.remove}
      </Button>
      {asking === 'publish' && (
        <AskDialog
          title={published ? words.unpublish : words.publishTitle}
          text={words.publishText(sites, agent)}
          submit={published ? words.unpublish : words.publish}
          done={published ? words.unpublished : words.published}
          changes={[['web-widgets']]}
          act={() => client.updateWebWidget({ web_widget_id, published: !published })}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === 'remove' && (
        <AskDialog
          isDangerous
          title={words.removeTitle}
          text={words.removeText}
          submit={words.remove}
          done={words.removed}
          changes={[['web-widgets', 'pages']]}
          act={() => client.deleteWebWidget({ web_widget_id })}
          onDone={() => void navigate({ to: '/web-widgets' })}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  )
}
