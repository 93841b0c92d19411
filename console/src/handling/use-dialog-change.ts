// What a dialog about one conversation does: it sends the change, shows its result, and closes, or says why not.
import type { Conversation } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { describeError } from '../ui/describe-error.ts'
import { notify } from '../ui/notify.ts'
import { describeTaken, putHandled } from './use-handling.ts'

interface Change {
  act: () => Promise<Conversation>
  done: string
  onClose: () => void
}

export function useDialogChange({ act, done, onClose }: Change) {
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: act,
    onSuccess(conversation) {
      putHandled(queries, conversation)
      notify(done)
      onClose()
    },
  })
  return {
    isPending: change.isPending,
    error: change.error && (describeTaken(change.error) ?? describeError(change.error)),
    submit: () => change.mutate(),
  }
}
