// The editor: the steps as a list and as a graph, the form of one of them, and the test, beside each other as far as there is room.
import type { WorkflowVersion } from '@parley/contract'
import { Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { lazily } from '../../ui/lazily.ts'
import { LoadingState } from '../../ui/state.tsx'
import { useIsRoomy, useIsWide } from '../../ui/use-media.ts'
import { useSaveKey } from '../../ui/use-save-key.ts'
import { findStep } from '../definition/definition.ts'
import { type Behind, namesOf, placeAfter } from '../definition/edit.ts'
import type { Fault } from '../definition/faults.ts'
import type { GraphFacts } from '../graph/graph-model.ts'
import { statesOf, takenLines } from '../run/run-facts.ts'
import { Segments } from '../segments.tsx'
import { TestPanel } from '../test/test-panel.tsx'
import { useTest } from '../test/use-test.ts'
import { AddStep } from './add-step.tsx'
import { ConflictDialog, LostDialog } from './conflict.tsx'
import { type Editor, EditorContext } from './editor-context.ts'
import { LeaveGuard } from './leave-guard.tsx'
import { focusField } from './problem-list.tsx'
import { SettingsPanel } from './settings-panel.tsx'
import { StepList } from './step-list.tsx'
import { StepPanel } from './step-panel.tsx'
import { editorTexts as words } from './texts.ts'
import { Toolbar } from './toolbar.tsx'
import { type Draft, useDraft } from './use-draft.ts'
import { useEditorKeys, useStepKeys } from './use-editor-keys.ts'
import { useSamples } from './use-samples.ts'
import { useStepActions } from './use-step-actions.ts'

const GraphView = lazily(async () => (await import('../graph/graph-view.tsx')).GraphView)

/** What is beside the graph. */
export type Panel = { kind: 'step'; id: string } | { kind: 'settings' } | { kind: 'test' } | null

interface Props {
  version: WorkflowVersion
  /** The step whose form is open at first. */
  step: string | undefined
}

export function EditorSection({ version, step }: Props) {
  const draft = useDraft(version)
  const first = step !== undefined && findStep(draft.definition, step) ? step : null
  const [panel, setPanel] = useState<Panel>(first === null ? null : { kind: 'step', id: first })
  const show = (id: string | null) => {
    draft.pause()
    setPanel(id === null ? null : { kind: 'step', id })
  }
  const actions = useStepActions(draft, show)
  const samples = useSamples(version.workflow_id)
  const editor = useEditorValue(draft, samples, actions.say)
  const test = useTest(version.workflow_id, draft)
  const [adding, setAdding] = useState<{ behind: Behind | null } | null>(null)
  const { isReadOnly } = draft
  const addHere = () => {
    const open = panel?.kind === 'step' ? findStep(draft.definition, panel.id) : null
    setAdding({ behind: open && placeAfter(open) })
  }
  useSaveKey(() => void draft.flush())
  useEditorKeys({ isReadOnly, actions, onAdd: addHere, onClose: () => setPanel(null) })
  const go = (fault: Fault) => {
    setPanel(fault.step_id === null ? { kind: 'settings' } : { kind: 'step', id: fault.step_id })
    // Its form has to be there first.
    setTimeout(() => focusField(fault))
  }
  return (
    <EditorContext value={editor}>
      <Toolbar draft={draft} actions={actions} panel={panel} onPanel={setPanel} onAdd={addHere} onGo={go} />
      <p role="status" className="sr-only">
        {actions.said}
      </p>
      <Workspace
        draft={draft}
        panel={panel}
        onPanel={setPanel}
        onShow={show}
        actions={actions}
        onAdd={(behind) => setAdding({ behind })}
        test={test}
      />
      {adding && <AddStep behind={adding.behind} onAdd={actions.add} onClose={() => setAdding(null)} />}
      <ConflictDialog draft={draft} />
      <LostDialog draft={draft} />
      <LeaveGuard draft={draft} />
    </EditorContext>
  )
}

function useEditorValue(draft: Draft, samples: Editor['samples'], say: (text: string) => void): Editor {
  return useMemo(
    () => ({
      workflow_id: draft.state.version.workflow_id,
      version: draft.state.version,
      definition: draft.definition,
      names: namesOf(draft.definition),
      faults: draft.state.faults,
      isReadOnly: draft.isReadOnly,
      samples,
      change(definition, said) {
        draft.change(definition)
        if (said !== undefined) say(said)
      },
      write: draft.write,
    }),
    [draft, samples, say],
  )
}

interface WorkspaceProps {
  draft: Draft
  panel: Panel
  onPanel: (panel: Panel) => void
  onShow: (id: string | null) => void
  actions: ReturnType<typeof useStepActions>
  onAdd: (behind: Behind) => void
  test: ReturnType<typeof useTest>
}

function Workspace(props: WorkspaceProps) {
  const { draft, panel, onShow, actions, test } = props
  const [isWide, isRoomy] = [useIsWide(), useIsRoomy()]
  const [view, setView] = useState<'graph' | 'list'>(isWide ? 'graph' : 'list')
  const stepKeys = useStepKeys(draft.isReadOnly, actions)
  const isTesting = panel?.kind === 'test'
  const shown = panel?.kind === 'step' ? panel.id : isTesting ? test.shownStep : null
  // In a test, a step leads to its visit.
  const open = (id: string | null) => (isTesting ? test.showStep(id) : onShow(id))
  const isPanelOnly = panel !== null && !isWide
  const list = <StepList shown={shown} onShow={open} onKey={stepKeys} />
  useReturnOfFocus(panel, shown)
  return (
    <div className="flex min-h-0 flex-1">
      {isRoomy && <div className="w-60 shrink-0 overflow-y-auto border-r border-line">{list}</div>}
      {!isPanelOnly && (
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          {!isRoomy && (
            <Segments
              label={words.view}
              choices={[
                ['list', words.steps],
                ['graph', words.graph],
              ]}
              chosen={view}
              onChoose={setView}
            />
          )}
          {isRoomy || view === 'graph' ? (
            <Graph {...props} shown={shown} onShow={open} isTesting={isTesting} />
          ) : (
            <div className="min-h-0 flex-1 overflow-y-auto">{list}</div>
          )}
        </div>
      )}
      {panel !== null && (
        <aside className="flex min-h-0 w-full min-w-0 flex-col border-line bg-surface wide:w-[26rem] wide:shrink-0 wide:border-l">
          <Shown {...props} />
        </aside>
      )}
    </div>
  )
}

function Graph({
  draft,
  actions,
  test,
  shown,
  onShow,
  isTesting,
}: WorkspaceProps & { shown: string | null; isTesting: boolean }) {
  const { definition, state, isReadOnly } = draft
  const { visits, isBegun } = test
  const facts = useMemo((): GraphFacts => {
    const problems = new Map<string, number>()
    for (const { step_id } of state.faults)
      if (step_id !== null) problems.set(step_id, (problems.get(step_id) ?? 0) + 1)
    if (!isTesting || !isBegun) return { problems }
    return { problems, states: statesOf(definition, visits), taken: takenLines(definition, visits) }
  }, [state.faults, definition, visits, isTesting, isBegun])
  return (
    <div className="min-h-0 min-w-0 flex-1">
      <Suspense fallback={<LoadingState />}>
        <GraphView
          definition={definition}
          facts={facts}
          shown={shown}
          onShow={onShow}
          changes={isReadOnly ? null : actions}
        />
      </Suspense>
    </div>
  )
}

function Shown({ draft, panel, onPanel, onShow, actions, onAdd, test }: WorkspaceProps) {
  const { definition } = draft
  if (panel?.kind === 'settings') return <SettingsPanel onClose={() => onPanel(null)} />
  if (panel?.kind === 'test') {
    return <TestPanel test={test} draft={draft} onEdit={onShow} onClose={() => onPanel(null)} />
  }
  const step = findStep(definition, panel?.id ?? null)
  if (!step) return null
  return (
    <StepPanel
      key={`${step.id} ${draft.state.version.version}`}
      step={step}
      onClose={() => onPanel(null)}
      onCopy={() => actions.copy(step)}
      onRemove={() => actions.remove(step.id)}
      onAdd={onAdd}
      onRename={(id) => onPanel({ kind: 'step', id })}
    />
  )
}

/** A form that closes gives the focus back to its step. */
function useReturnOfFocus(panel: Panel, shown: string | null): void {
  const last = useRef<string | null>(null)
  useEffect(() => {
    const id = last.current
    last.current = shown
    if (panel !== null || id === null || document.activeElement !== document.body) return
    const places = document.querySelectorAll<HTMLElement>(
      `[data-step="${CSS.escape(id)}"], [data-id="${CSS.escape(id)}"]`,
    )
    places[0]?.focus()
  }, [panel, shown])
}
