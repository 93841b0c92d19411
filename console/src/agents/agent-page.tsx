// The page of one agent: its sections, its versions and the tester.
import { ApiError } from '@parley/sdk'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useLayoutEffect, useMemo, useRef } from 'react'
import { useSession } from '../session/session-context.ts'
import { NotFoundPage } from '../shell/fault-pages.tsx'
import { useKeys } from '../ui/use-keys.ts'
import { useIsRoomy } from '../ui/use-media.ts'
import { useSaveKey } from '../ui/use-save-key.ts'
import { useTitle } from '../shell/use-title.ts'
import { agentTexts } from './texts.ts'
import { texts } from '../texts/index.ts'
import { classes } from '../ui/classes.ts'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import { AgentHeader } from './agent-header.tsx'
import type { AgentSearch, SectionName } from './agent-search.ts'
import { ConflictDialog, LeaveDialog } from './dialogs.tsx'
import { documentOf } from './document.ts'
import { type Editor, EditorContext } from './editor-context.ts'
import type { Base } from './editor-state.ts'
import { FaultSummary } from './fault-summary.tsx'
import { Notices } from './notices.tsx'
import { AgentPageContext } from './page-context.ts'
import { SectionNav } from './section-nav.tsx'
import { AbilitiesSection } from './sections/abilities-section.tsx'
import { AdvancedSection } from './sections/advanced-section.tsx'
import { JsonSection } from './sections/json-section.tsx'
import { KnowledgeSection } from './sections/knowledge-section.tsx'
import { InstructionsSection, PurposeSection, RulesSection } from './sections/text-sections.tsx'
import { TesterPanel } from './tester-panel.tsx'
import { useAgent, versionQuery } from './use-agent.ts'
import { type Editing, useEditing } from './use-editing.ts'
import { VersionsSection } from './versions/versions-section.tsx'

export function AgentPage() {
  const { agent_id } = useParams({ from: '/pages/agents/$agent_id' })
  return <OneAgent key={agent_id} agent_id={agent_id} />
}

function OneAgent({ agent_id }: { agent_id: string }) {
  const { data, error, isPending, refetch } = useAgent(useSession(), agent_id)
  useTitle(data?.agent.name ?? texts.loading)
  if (isNotFound(error)) return <NotFoundPage />
  if (isPending) return <LoadingState />
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />
  return <Shown latest={data} />
}

const isNotFound = (error: unknown) => error instanceof ApiError && error.status === 404

function Shown({ latest }: { latest: Base }) {
  const session = useSession()
  const search = useSearch({ from: '/pages/agents/$agent_id' })
  const navigate = useNavigate({ from: '/agents/$agent_id' })
  const editing = useEditing(session, latest)
  const mayTest = session.scopes.has('conversations:manage') && latest.version !== null
  const hasRoom = useIsRoomy()
  const isTesterBeside = mayTest && hasRoom
  const section = search.section === 'test' && (isTesterBeside || !mayTest) ? 'purpose' : (search.section ?? 'purpose')
  useSaveKey(() => void (editing.isDirty && editing.mayManage && editing.saveNow()))
  useKeys({ Escape: () => void navigate({ to: '/agents' }) })
  const control = useMemo(
    () => ({ latest, editing, show: (next: AgentSearch) => void navigate({ search: next }) }),
    [latest, editing, navigate],
  )
  const version = useShownVersion(search, latest, section)
  const scroller = useScroller(section)
  const isUnreadable = section !== 'json' && Object.hasOwn(editing.state.held, 'config')
  const editor = version.editor ?? (isUnreadable ? { ...editing.editor, isReadOnly: true } : editing.editor)
  return (
    <AgentPageContext value={control}>
      <AgentHeader />
      <div className="flex min-h-0 flex-1 flex-col wide:flex-row">
        <SectionNav section={section} hasTest={mayTest && !hasRoom} faults={editing.faults} search={search} />
        <div
          ref={scroller}
          className={classes('min-h-0 min-w-0 flex-1 overflow-y-auto', section === 'test' && 'flex flex-col')}
        >
          {section === 'test' ? (
            <TesterPanel version={version.shown} isChanged={editing.hasChanged} />
          ) : (
            <div
              className={classes(
                'mx-auto flex flex-col gap-5 px-4 py-4 wide:px-6 wide:py-5',
                section === 'versions' ? 'max-w-6xl' : 'max-w-3xl',
              )}
            >
              <h2 className="sr-only">{agentTexts.sectionNames[section]}</h2>
              <Notices version={version} section={section} />
              <FaultSummary faults={version.number === null ? editing.faults : []} />
              <EditorContext value={editor}>
                <div className="flex flex-col gap-5">
                  <Section
                    key={`${editing.state.round} ${version.number}`}
                    section={section}
                    search={search}
                    editing={editing}
                    version={version}
                  />
                </div>
              </EditorContext>
            </div>
          )}
        </div>
        {isTesterBeside && (
          <TesterBeside section={section}>
            <TesterPanel version={version.shown} isChanged={editing.hasChanged} />
          </TesterBeside>
        )}
      </div>
      <ConflictDialog editing={editing} />
      <LeaveDialog hasChanged={editing.hasChanged} />
    </AgentPageContext>
  )
}

/** The comparison of versions needs the room, so the tester is hidden there but keeps running. */
function TesterBeside({ section, children }: { section: SectionName; children: ReactNode }) {
  return (
    <aside
      aria-label={agentTexts.tester.title}
      className={classes(
        'w-88 shrink-0 flex-col overflow-y-auto border-l border-line bg-surface',
        section === 'versions' ? 'hidden' : 'flex',
      )}
    >
      {children}
    </aside>
  )
}

export interface ShownVersion {
  /** The number of a version that is only viewed; null for the newest one, which can be edited. */
  number: number | null
  editor: Editor | null
  shown: Base['version']
  /** There is no version with this number. */
  isMissing: boolean
  error: unknown
  isPending: boolean
}

function useShownVersion(search: AgentSearch, latest: Base, section: SectionName): ShownVersion {
  const session = useSession()
  const number =
    search.version === undefined || search.version === latest.version?.version || section === 'versions'
      ? null
      : search.version
  const { data, error, isPending } = useQuery({
    ...versionQuery(session, latest.agent.id, number ?? 0),
    enabled: number !== null,
  })
  const document = useMemo(() => data && documentOf(latest.agent, data), [latest.agent, data])
  const editor = useMemo(
    () => (document ? { document, faults: [], held: {}, isReadOnly: true, write: () => {}, hold: () => {} } : null),
    [document],
  )
  const isMissing = isNotFound(error)
  if (number === null) return { number, editor, shown: latest.version, isMissing: false, error: null, isPending: false }
  return { number, editor, shown: data ?? latest.version, isMissing, error, isPending }
}

interface SectionProps {
  section: SectionName
  search: AgentSearch
  editing: Editing
  version: ShownVersion
}

function Section({ section, search, editing, version }: SectionProps) {
  if (version.isMissing) return null
  if (version.error) return <ErrorState error={version.error} />
  if (version.isPending) return <LoadingState />
  switch (section) {
    case 'purpose':
      return <PurposeSection />
    case 'instructions':
      return <InstructionsSection />
    case 'rules':
      return <RulesSection />
    case 'knowledge':
      return <KnowledgeSection />
    case 'abilities':
      return <AbilitiesSection />
    case 'advanced':
      return <AdvancedSection />
    case 'json':
      return (
        <JsonSection
          warnings={(version.number === null ? editing.state.base.version : version.shown)?.warnings ?? []}
        />
      )
    case 'versions':
      return <VersionsSection search={search} />
    case 'test':
      return null
  }
}

/** A new section starts at its top. */
function useScroller(section: SectionName) {
  const scroller = useRef<HTMLDivElement>(null)
  // Runs before a field in the section gets the focus.
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0
  }, [section])
  return scroller
}
