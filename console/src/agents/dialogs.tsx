// Dialogs before something is lost: leaving with unsaved changes, and saving after someone else saved.
import { useBlocker } from '@tanstack/react-router'
import { agentTexts } from './texts.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog, Modal } from '../ui/dialog.tsx'
import { listChanges } from './document.ts'
import { namePath } from './path-names.ts'
import type { Editing } from './use-editing.ts'

export function LeaveDialog({ hasChanged }: { hasChanged: boolean }) {
  const words = agentTexts.leave
  const { status, proceed, reset } = useBlocker({
    // The sections of one agent share the edited state.
    shouldBlockFn: ({ current, next }) => hasChanged && current.pathname !== next.pathname,
    enableBeforeUnload: () => hasChanged,
    withResolver: true,
  })
  return (
    <ConfirmDialog
      open={status === 'blocked'}
      onOpenChange={(open) => open || reset?.()}
      title={words.title}
      description={words.text}
      submit={words.submit}
      isDangerous
      isPending={false}
      onSubmit={() => proceed?.()}
    />
  )
}

export function ConflictDialog({ editing }: { editing: Editing }) {
  const words = agentTexts.conflict
  const { theirs, state, settle } = editing
  if (!theirs) return null
  const { base, document } = state
  const [mine, others] = [listChanges(base.document, document), listChanges(base.document, theirs.document)]
  const both = mine.filter((path) => others.includes(path))
  return (
    <Modal open onOpenChange={(open) => open || settle('later')} title={words.title} description={words.text}>
      <dl className="flex flex-col gap-2">
        <Changes title={words.others} paths={others.map(namePath)} none={words.sameContent} />
        <Changes title={words.mine} paths={mine.map(namePath)} none={words.nothing} />
      </dl>
      {both.length > 0 && (
        <p className="rounded-md bg-warn-wash px-3 py-2 text-warn">{words.both(both.map(namePath).join(', '))}</p>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onClick={() => settle('later')}>
          {words.later}
        </Button>
        <Button onClick={() => settle('theirs')}>{words.takeTheirs}</Button>
        <Button kind="primary" onClick={() => settle('mine')}>
          {words.takeMine}
        </Button>
      </div>
    </Modal>
  )
}

function Changes({ title, paths, none }: { title: string; paths: string[]; none: string }) {
  return (
    <div>
      <dt className="text-xs font-semibold text-faint">{title}</dt>
      <dd className="break-words">{paths.length === 0 ? none : paths.join(', ')}</dd>
    </div>
  )
}
