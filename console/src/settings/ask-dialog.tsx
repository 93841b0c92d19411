// Asks for confirmation, does what was confirmed, and reports the result.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { notify } from '../ui/notify.ts'
import { readFaults } from './faults.ts'

interface Props {
  title: string
  text: string
  submit: string
  done: string
  isDangerous?: boolean
  /** The queries to read again afterwards. */
  changes: readonly (readonly unknown[])[]
  act: () => Promise<unknown>
  onDone?: () => void
  onClose: () => void
  /** Options above the buttons. */
  children?: ReactNode
}

export function AskDialog({ title, text, submit, done, isDangerous, changes, act, onDone, onClose, children }: Props) {
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: act,
    onSuccess: async () => {
      notify(done)
      onDone?.()
      onClose()
      await Promise.all(changes.map((queryKey) => queries.invalidateQueries({ queryKey })))
    },
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={title}
      description={text}
      submit={submit}
      isDangerous={isDangerous ?? false}
      isPending={change.isPending}
      error={readFaults(change.error).other}
      onSubmit={() => change.mutate()}
    >
      {children}
    </ConfirmDialog>
  )
}
