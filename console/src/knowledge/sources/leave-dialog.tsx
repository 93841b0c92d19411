// Asks before the page is left while files are being uploaded.
import { useBlocker } from '@tanstack/react-router'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { sourceTexts } from './texts.ts'
import { type Upload, isBusy } from './uploads.ts'

const words = sourceTexts.leaveDialog

export function LeaveDialog({ uploads }: { uploads: readonly Upload[] }) {
  const { status, proceed, reset } = useBlocker({
    // The sections of one knowledge base share the uploads.
    shouldBlockFn: ({ current, next }) => isBusy(uploads) && current.pathname !== next.pathname,
    enableBeforeUnload: () => isBusy(uploads),
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
