// The draft of a widget: begun from a state of the server, saved with its revision, and kept when someone else has saved meanwhile.
import type { WebWidget } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { notify } from '../ui/notify.ts'
import type { Edit } from './config-fields.tsx'
import { widgetTexts as words } from './texts.ts'
import { type Difference, changesOf, differencesOf, draftOf, rebase, withValue } from './widget-draft.ts'

export const widgetKey = (web_widget_id: string) => ['web-widgets', web_widget_id] as const

export interface Editing {
  edit: Edit
  isChanged: boolean
  isSaving: boolean
  /** Of the last save, other than that someone was faster. */
  error: Error | null
  /** What someone else has saved since this draft was begun; null: nothing. */
  theirs: Difference[] | null
  /** Which of those places the draft has changed too. */
  both: ReadonlySet<string>
  save: () => void
  /** Drops the draft for what is stored now. */
  discard: () => void
  /** Keeps the draft's changes, on what is stored now. */
  keepMine: () => void
  /** A change that is saved at once, beside the draft. */
  took: (saved: WebWidget) => void
}

export function useWidgetDraft(widget: WebWidget): Editing {
  const { client, scopes } = useSession()
  const queries = useQueryClient()
  const [base, setBase] = useState(widget)
  const [draft, setDraft] = useState(() => draftOf(widget))
  const changes = changesOf(base, draft)
  const isChanged = Object.keys(changes).length > 0
  const begin = (from: WebWidget) => {
    setBase(from)
    setDraft(draftOf(from))
  }
  const isOvertaken = widget.revision > base.revision
  const theirs = isOvertaken ? differencesOf(draftOf(base), draftOf(widget)) : []
  if (isOvertaken && !isChanged) begin(widget)
  // Only the version or whether it is published has changed: nothing to decide.
  else if (isOvertaken && theirs.length === 0) setBase(widget)
  const know = (saved: WebWidget) => {
    queries.setQueryData(widgetKey(saved.id), saved)
    void queries.invalidateQueries({ queryKey: ['web-widgets', 'pages'] })
  }
  const save = useMutation({
    mutationFn: () => client.updateWebWidget({ web_widget_id: base.id, if_match: String(base.revision), ...changes }),
    onSuccess: (saved) => {
      notify(words.saved)
      begin(saved)
      know(saved)
    },
    // Then what the other has saved is shown.
    onError: (error) => isMismatch(error) && queries.invalidateQueries({ queryKey: widgetKey(base.id), exact: true }),
  })
  return {
    edit: {
      draft,
      isReadOnly: !scopes.has('web_widgets:manage'),
      faults: faultsOf(save.error),
      change: (more) => setDraft((before) => ({ ...before, ...more })),
      setValue: (path, value) => setDraft((before) => ({ ...before, config: withValue(before.config, path, value) })),
    },
    isChanged,
    isSaving: save.isPending,
    error: isMismatch(save.error) ? null : save.error,
    theirs: isOvertaken && theirs.length > 0 ? theirs : null,
    both: new Set(isOvertaken ? differencesOf(draftOf(base), draft).map(({ path }) => path.join('.')) : []),
    save: () => save.mutate(),
    discard() {
      save.reset()
      begin(widget)
    },
    keepMine() {
      save.reset()
      setDraft(rebase(draftOf(base), draft, draftOf(widget)))
      setBase(widget)
    },
    took(saved) {
      setBase(saved)
      setDraft((before) => rebase(draftOf(base), before, draftOf(saved)))
      know(saved)
    },
  }
}

const isMismatch = (error: unknown) => error instanceof ApiError && error.code === 'revision_mismatch'

function faultsOf(error: unknown): Edit['faults'] {
  if (!(error instanceof ApiError)) return new Map()
  return new Map(error.errors.map(({ path, message }) => [path, message]))
}
