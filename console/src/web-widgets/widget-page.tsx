// The page of one web widget: its sections beside a sample page with the real launcher and frame, and what is not saved yet.
import type { WebWidget } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useLayoutEffect, useRef, useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { Refused } from '../settings/settings-page.tsx'
import { NotFoundPage } from '../shell/fault-pages.tsx'
import { useTitle } from '../shell/use-title.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/button.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import { useKeys } from '../ui/use-keys.ts'
import { useIsRoomy } from '../ui/use-media.ts'
import { useSaveKey } from '../ui/use-save-key.ts'
import { ActivitySection } from './activity/activity-section.tsx'
import { AppearanceSection } from './appearance/appearance-section.tsx'
import { BehaviourSection } from './behaviour-section.tsx'
import { FormsSection } from './forms/forms-section.tsx'
import { InstallSection } from './install-section.tsx'
import { LeaveDialog } from './leave-dialog.tsx'
import { LiveLabel } from './live-label.tsx'
import { Preview } from './preview/preview.tsx'
import { SecuritySection } from './security/security-section.tsx'
import { widgetTexts as words } from './texts.ts'
import { TextsSection } from './texts-section.tsx'
import { Unsaved } from './unsaved.tsx'
import { type Editing, useWidgetDraft, widgetKey } from './use-widget-draft.ts'
import { VersionSection } from './version-section.tsx'
import { Actions } from './widget-actions.tsx'
import { type WidgetSection, widgetSections } from './widget-search.ts'

/** What someone else saves is seen soon. */
const look_again_ms = 10_000

export function WidgetPage() {
  const { web_widget_id } = useParams({ from: '/pages/web-widgets/$web_widget_id' })
  return <OneWidget key={web_widget_id} web_widget_id={web_widget_id} />
}

function OneWidget({ web_widget_id }: { web_widget_id: string }) {
  const { client } = useSession()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: widgetKey(web_widget_id),
    queryFn: ({ signal }) => client.getWebWidget({ web_widget_id }, { signal }),
    refetchInterval: look_again_ms,
  })
  useTitle(data?.name ?? texts.loading)
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />
  if (isPending) return <LoadingState />
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />
  return <Shown widget={data} />
}

function Shown({ widget }: { widget: WebWidget }) {
  const { section = 'appearance' } = useSearch({ from: '/pages/web-widgets/$web_widget_id' })
  const navigate = useNavigate()
  const isRoomy = useIsRoomy()
  const [isPreviewing, setPreviewing] = useState(false)
  const editing = useWidgetDraft(widget)
  const { isReadOnly, draft } = editing.edit
  useKeys({ Escape: () => void navigate({ to: '/web-widgets' }) })
  useSaveKey(() => editing.isChanged && !isReadOnly && !editing.theirs && !editing.isSaving && editing.save())
  const scroller = useRef<HTMLDivElement>(null)
  // A new section starts at its top.
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0
  }, [section])
  const hasPreview = !isReadOnly && (isRoomy || isPreviewing)
  return (
    <>
      <PageHeader
        back={{ to: '/web-widgets', label: words.back }}
        title={widget.name}
        note={
          <p className="text-xs text-faint">
            <LiveLabel widget={widget} />
          </p>
        }
      >
        {!isReadOnly && !isRoomy && (
          <Button aria-pressed={isPreviewing} onClick={() => setPreviewing(!isPreviewing)}>
            {isPreviewing ? words.edit : words.preview}
          </Button>
        )}
        {!isReadOnly && <Actions widget={widget} isChanged={editing.isChanged} />}
      </PageHeader>
      <SectionLinks web_widget_id={widget.id} section={section} />
      <LeaveDialog isChanged={editing.isChanged && !isReadOnly} />
      <div className="flex min-h-0 flex-1">
        <div
          ref={scroller}
          role="group"
          aria-label={words.sections[section]}
          // It scrolls, and may contain nothing else that takes the focus.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          hidden={!isRoomy && isPreviewing}
          className="min-h-0 min-w-0 flex-1 overflow-y-auto outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--color-accent)]"
        >
          <div className="mx-auto flex max-w-3xl flex-col gap-4 px-4 py-4 wide:px-6 wide:py-5">
            <h2 className="sr-only">{words.sections[section]}</h2>
            {isReadOnly && <Refused>{words.readOnly}</Refused>}
            <Notes widget={widget} />
            {!isReadOnly && <Unsaved editing={editing} />}
            <Section section={section} widget={widget} editing={editing} />
          </div>
        </div>
        {hasPreview && (
          <div className="flex min-h-0 min-w-0 flex-1 basis-0 flex-col border-line roomy:max-w-2xl roomy:border-l">
            <Preview widget={widget} config={draft.config} />
          </div>
        )}
      </div>
    </>
  )
}

/** Why it is not live, in words, and what else its author should know. */
function Notes({ widget: { live_reason, warnings } }: { widget: WebWidget }) {
  const notes = [
    ...(live_reason === 'live' || live_reason === 'not_published' ? [] : [words.help[live_reason]]),
    ...warnings.filter((warning) => !/^agent(_version)?_id /.test(warning)).map(words.warning),
  ]
  return (
    <>
      {live_reason === 'not_published' && (
        <p className="rounded-lg bg-sunken px-4 py-2.5 text-soft">{words.help.not_published}</p>
      )}
      {notes.length > 0 && (
        <ul aria-label={words.warnings} className="flex flex-col gap-1 rounded-lg bg-warn-wash px-4 py-2.5 text-warn">
          {notes.map((note) => (
            <li key={note} className="break-words">
              {note}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

interface SectionProps {
  section: WidgetSection
  widget: WebWidget
  editing: Editing
}

function Section({ section, widget, editing }: SectionProps) {
  const { edit } = editing
  switch (section) {
    case 'appearance':
      return <AppearanceSection widget={widget} edit={edit} />
    case 'behaviour':
      return <BehaviourSection edit={edit} />
    case 'forms':
      return <FormsSection edit={edit} />
    case 'texts':
      return <TextsSection edit={edit} />
    case 'security':
      return <SecuritySection widget={widget} edit={edit} />
    case 'install':
      return <InstallSection widget={widget} />
    case 'version':
      return <VersionSection widget={widget} editing={editing} />
    case 'activity':
      return <ActivitySection widget={widget} />
  }
}

function SectionLinks({ web_widget_id, section }: { web_widget_id: string; section: WidgetSection }) {
  return (
    <nav aria-label={words.sectionsLabel} className="shrink-0 overflow-x-auto border-b border-line px-2 wide:px-3">
      <ul className="flex w-max gap-0.5 py-1">
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
