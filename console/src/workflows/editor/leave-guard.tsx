// Before the editor is left, what is not saved yet is saved; if that fails, it asks.
import { useBlocker } from '@tanstack/react-router'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { editorTexts } from './texts.ts'
import type { Draft } from './use-draft.ts'

const words = editorTexts.leave

export function LeaveGuard({ draft: { saveState, isReadOnly, flush } }: { draft: Draft }) {
  const isDirty = saveState !== 'saved' && !isReadOnly
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: async ({ current, next }) =>
      isDirty && (current.pathname !== next.pathname || isOther(current.search, next.search)) && !(await flush()),
    enableBeforeUnload: () => isDirty,
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

/** Another section or version takes the editor away, too. */
const isOther = (one: object, other: object) => placeOf(one) !== placeOf(other)

const placeOf = ({ section = 'editor', version }: { section?: unknown; version?: unknown }) => `${section} ${version}`
