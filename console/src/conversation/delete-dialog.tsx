// Asks before a conversation is deleted, because that cannot be undone.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { describeError } from '../ui/describe-error.ts'
import { useSession } from '../session/session-context.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { notify } from '../ui/notify.ts'
import { conversationTexts } from './texts.ts'

const words = conversationTexts.deleteDialog

export function DeleteDialog({ conversation_id, onClose }: { conversation_id: string; onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const remove = useMutation({
    mutationFn: () => client.deleteConversation({ conversation_id }),
    onSuccess: async () => {
      notify(words.done)
      // Lists are read again, so that the row disappears.
      queries.removeQueries({ queryKey: ['conversations'] })
      await navigate({ to: '/inbox' })
    },
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title}
      description={words.text}
      submit={words.submit}
      isDangerous
      isPending={remove.isPending}
      error={remove.error && describeError(remove.error)}
      onSubmit={() => remove.mutate()}
    />
  )
}
