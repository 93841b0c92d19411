// Editing one agent: its state, saving, and changes by someone else.
import { useEffect, useMemo, useReducer, useState } from 'react'
import type { Session } from '../session/session.ts'
import { mergeDocuments } from './document.ts'
import type { Editor } from './editor-context.ts'
import { type Base, changeEditor, isChanged, isNewer, listFaults, startEditing } from './editor-state.ts'
import { useKnownAgent } from './use-agent.ts'
import { useSaving } from './use-saving.ts'

export type Editing = ReturnType<typeof useEditing>

/** `latest` is the latest known state of the server. */
export function useEditing(session: Session, latest: Base) {
  const [state, dispatch] = useReducer(changeEditor, latest, (base) => startEditing(base))
  const [theirs, setTheirs] = useState<Base | null>(null)
  const know = useKnownAgent(latest.agent.id)
  const { isSaving, save } = useSaving(session, { tell: dispatch, onConflict: setTheirs, know })
  const { base, document, held } = state
  const hasChanged = isChanged(state)
  const isOutdated = isNewer(base, latest) && !isSaving
  const mayManage = session.scopes.has('agents:manage')

  // If nothing would be lost, changes by others appear at once.
  useEffect(() => {
    if (isOutdated && !hasChanged) dispatch({ type: 'replaced', base: latest, document: latest.document })
  }, [isOutdated, hasChanged, latest])

  const faults = useMemo(() => listFaults(state), [state])
  const editor = useMemo<Editor>(
    () => ({
      document,
      faults,
      held,
      isReadOnly: !mayManage,
      write: (path, value) => dispatch({ type: 'written', path, value }),
      hold: (path, text) => dispatch({ type: 'held', path, held: text }),
    }),
    [document, faults, held, mayManage],
  )
  const settle = (choice: 'mine' | 'theirs' | 'later') => {
    if (theirs && choice !== 'later') {
      const settled = choice === 'theirs' ? theirs.document : mergeDocuments(base.document, document, theirs.document)
      dispatch({ type: 'replaced', base: theirs, document: settled })
      void know(theirs)
    }
    setTheirs(null)
  }
  return {
    state,
    editor,
    faults,
    hasChanged,
    /** A proposal is not stored yet, so it can be saved from the start. */
    isDirty: hasChanged || base.version === null,
    isOutdated: isOutdated && hasChanged,
    isSaving,
    mayManage,
    theirs,
    saveNow: async () => (isSaving || Object.keys(held).length > 0 ? null : save(base, document)),
    settle,
    showTheirs: () => setTheirs(latest),
    discard: () => dispatch({ type: 'replaced', base, document: base.document }),
    reload: know,
  }
}
