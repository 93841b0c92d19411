// Asks before the page of a widget is left with changes that are not saved.
import { useBlocker } from '@tanstack/react-router'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { widgetTexts } from './texts.ts'

const words = widgetTexts.leave

export function LeaveDialog({ isChanged }: { isChanged: boolean }) {
  const { status, proceed, reset } = useBlocker({
    // The sections of one widget share the draft.
    shouldBlockFn: ({ current, next }) => isChanged && current.pathname !== next.pathname,
    enableBeforeUnload: () => isChanged,
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
