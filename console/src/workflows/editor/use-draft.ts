// The draft that is being edited: its state, saving it, and what to do when someone else was faster.
import type { WorkflowVersion } from '@parley/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useReducer, useState } from 'react'
import { useSession } from '../../session/session-context.ts'
import { rebase } from '../definition/differences.ts'
import type { Definition, Path } from '../definition/definition.ts'
import { versionKey, versionListKey } from '../use-workflow.ts'
import { DraftSaver, type SaverWays, type Saving } from './draft-saver.ts'
import { writePlace } from './editor-context.ts'
import { type EditorState, changeEditor, definitionOf, isChanged, startEditing } from './editor-state.ts'

export type SaveState = 'saved' | 'saving' | 'dirty' | 'failed' | 'refused'

export interface Draft {
  state: EditorState
  definition: Definition
  saveState: SaveState
  isReadOnly: boolean
  /** What someone else has saved; null: nothing that is in the way. */
  theirs: WorkflowVersion | null
  /** It is no draft any more. */
  isLost: boolean
  change: (definition: Definition) => void
  write: (step_id: string | null, path: Path, value: unknown) => void
  undo: (() => void) | null
  redo: (() => void) | null
  /** What is typed next is undone apart from what was typed before. */
  pause: () => void
  /** Resolves to whether everything is stored. */
  flush: () => Promise<boolean>
  keepMine: () => void
  takeTheirs: () => void
}

export function useDraft(version: WorkflowVersion): Draft {
  const { scopes } = useSession()
  const queries = useQueryClient()
  const { workflow_id } = version
  const [state, dispatch] = useReducer(changeEditor, version, startEditing)
  const [outcome, setOutcome] = useState<Saving['outcome'] | 'saving'>('saved')
  const [theirs, setTheirs] = useState<WorkflowVersion | null>(null)
  const number = String(version.version)
  const isReadOnly = state.version.status !== 'draft' || !scopes.has('workflows:manage')

  const saver = useSaver(version, {
    tell(saving) {
      setOutcome(saving.outcome)
      if (saving.outcome === 'saved') {
        dispatch({ type: 'saved', ...saving })
        queries.setQueryData(versionKey(workflow_id, number), saving.version)
        void queries.invalidateQueries({ queryKey: versionListKey(workflow_id), refetchType: 'none' })
      }
      if (saving.outcome === 'refused') dispatch({ type: 'refused', ...saving })
      if (saving.outcome === 'overtaken') setTheirs(saving.theirs)
    },
    begin: () => setOutcome('saving'),
  })

  const definition = state.history.present
  useEffect(() => {
    if (!isReadOnly) saver.want(definition)
  }, [saver, definition, isReadOnly])
  useEffect(() => () => saver.stop(), [saver])

  const settle = (stored: WorkflowVersion, wanted: Definition) => {
    setTheirs(null)
    setOutcome('saved')
    const event = { type: 'replaced', version: stored, definition: wanted } as const
    dispatch(event)
    saver.replace(definitionOf(stored), stored.revision, wanted)
    queries.setQueryData(versionKey(workflow_id, number), stored)
  }

  // If nothing would be lost, what others have saved appears at once.
  const isOther = version.revision > state.version.revision || version.status !== state.version.status
  const isBehind = isOther && version.revision >= state.version.revision && !isChanged(state) && outcome !== 'saving'
  useEffect(() => {
    if (isBehind) settle(version, definitionOf(version))
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [isBehind, version])

  return useMemo(
    () => ({
      state,
      definition,
      saveState: saveStateOf(outcome, isChanged(state)),
      isReadOnly,
      theirs,
      isLost: outcome === 'lost',
      change: (next) => dispatch({ type: 'changed', definition: next, key: null }),
      write(step_id, path, value) {
        const place = { step_id, path: (step_id === null ? ['settings', ...path] : path).join('.') }
        const next = writePlace(definition, step_id, path, value)
        dispatch({ type: 'changed', definition: next, key: `${step_id} ${place.path}`, place })
      },
      undo: state.history.past.length > 0 ? () => dispatch({ type: 'undone' }) : null,
      redo: state.history.future.length > 0 ? () => dispatch({ type: 'redone' }) : null,
      pause: () => dispatch({ type: 'paused' }),
      flush: () => saver.flush(),
      keepMine: () => theirs && settle(theirs, rebase(state.saved, definition, definitionOf(theirs))),
      takeTheirs: () => theirs && settle(theirs, definitionOf(theirs)),
    }),
    // `settle` changes with each of them.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [state, outcome, isReadOnly, theirs, saver],
  )
}

/** One for each version; the page gives each version an editor of its own. What it tells goes to what never changes. */
function useSaver(version: WorkflowVersion, ears: Pick<SaverWays, 'tell' | 'begin'>): DraftSaver {
  const { client } = useSession()
  const place = { workflow_id: version.workflow_id, version: String(version.version) }
  const [saver] = useState(
    () =>
      new DraftSaver(definitionOf(version), version.revision, {
        ...ears,
        send: (definition, revision) =>
          client.updateWorkflowVersion({ ...place, if_match: String(revision), definition, allow_incomplete: true }),
        read: () => client.getWorkflowVersion(place),
      }),
  )
  return saver
}

function saveStateOf(outcome: Saving['outcome'] | 'saving', isDirty: boolean): SaveState {
  if (outcome === 'saving') return 'saving'
  if (!isDirty) return 'saved'
  if (outcome === 'failed') return 'failed'
  if (outcome === 'refused') return 'refused'
  return 'dirty'
}
