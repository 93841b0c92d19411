// Saves the edited agent, one save at a time.
import { useMutation } from '@tanstack/react-query'
import type { Session } from '../session/session.ts'
import { agentTexts } from './texts.ts'
import { notify, notifyError } from '../ui/notify.ts'
import type { AgentDocument } from './document.ts'
import type { Base, EditorEvent } from './editor-state.ts'
import { saveDocument } from './save.ts'

interface Listeners {
  tell: (event: EditorEvent) => void
  onConflict: (theirs: Base) => void
  know: (base: Base) => Promise<void>
}

/** Editing can continue meanwhile. What is saved is the state at the start. */
export function useSaving({ client }: Session, { tell, onConflict, know }: Listeners) {
  const { isPending, mutateAsync } = useMutation({
    mutationFn: ({ base, document }: { base: Base; document: AgentDocument }) => saveDocument(client, base, document),
    onSuccess: async (saving, { document }) => {
      if (saving.outcome === 'conflict') return onConflict(saving.theirs)
      if (saving.outcome === 'refused') return tell({ type: 'judged', faults: saving.faults })
      tell({ type: 'saved', base: saving.base, document })
      if (saving.failure === null) notify(agentTexts.saved)
      else notifyError(saving.failure)
      // The stored version is known. The rest is read again in the background.
      void know(saving.base)
    },
    onError: notifyError,
  })
  /** Resolves to what is stored now; null if saving failed. */
  const save = async (base: Base, document: AgentDocument): Promise<Base | null> => {
    const saving = await mutateAsync({ base, document }).catch(() => null)
    return saving?.outcome === 'saved' && saving.failure === null ? saving.base : null
  }
  return { isSaving: isPending, save }
}
