// A dialog with a title, a text, fields and a submit button.
import { Dialog } from '@base-ui/react/dialog'
import type { FormEvent, ReactNode } from 'react'
import { texts } from '../texts/index.ts'
import { Button, IconButton } from './button.tsx'

interface ModalProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: string
  /** A click outside does not close the dialog, because its content is shown only once. */
  isKept?: boolean
  children?: ReactNode
}

export function Modal({ open, onOpenChange, title, description, isKept = false, children }: ModalProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange} disablePointerDismissal={isKept}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 bg-scrim transition-opacity duration-150 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Dialog.Popup className="floats fixed top-[12vh] left-1/2 flex max-h-[80vh] w-[min(28rem,calc(100vw-2rem))] -translate-x-1/2 flex-col gap-3 overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-float outline-none">
          <div className="flex items-start justify-between gap-4">
            <Dialog.Title className="text-lg font-semibold">{title}</Dialog.Title>
            <Dialog.Close render={<IconButton icon="close" label={texts.close} className="-mt-1 -mr-1.5" />} />
          </div>
          {description && <Dialog.Description className="text-soft">{description}</Dialog.Description>}
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

interface ConfirmProps extends ModalProps {
  submit: string
  isDangerous?: boolean
  isPending: boolean
  error?: string | null
  onSubmit: () => void
}

export function ConfirmDialog({ submit, isDangerous, isPending, error, onSubmit, children, ...modal }: ConfirmProps) {
  const send = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <Modal {...modal}>
      <form onSubmit={send} noValidate className="flex flex-col gap-4">
        {children}
        {error && (
          <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
            {error}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={() => modal.onOpenChange(false)}>{texts.cancel}</Button>
          <Button type="submit" kind={isDangerous ? 'danger' : 'primary'} disabled={isPending}>
            {submit}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
