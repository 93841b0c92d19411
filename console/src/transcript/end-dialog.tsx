// Asks before a conversation is ended: the reason, and whether its reply may finish.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError } from '../ui/describe-error.ts'
import { useSession } from '../session/session-context.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { conversationKey } from './use-conversation.ts'
import { transcriptTexts } from './texts.ts'

const words = transcriptTexts.endDialog

const modes = [
  ['cut', words.now],
  ['finish', words.finish],
] as const

export function EndDialog({ conversation_id, onClose }: { conversation_id: string; onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const [mode, setMode] = useState<'cut' | 'finish'>('cut')
  const end = useMutation({
    mutationFn: () => {
      const told = reason.trim() === '' ? {} : { reason: reason.trim() }
      // The summary arrives later. The dialog does not wait for it.
      return client.endConversation({ conversation_id, mode, prefer: 'wait=0', ...told })
    },
    onSuccess: () => {
      notify(words.done)
      void queries.invalidateQueries({ queryKey: conversationKey(conversation_id) })
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title}
      description={words.text}
      submit={words.submit}
      isPending={end.isPending}
      error={end.error && describeError(end.error)}
      onSubmit={() => end.mutate()}
    >
      <Field label={words.reason} hint={words.reasonHint}>
        <TextInput value={reason} onValueChange={setReason} maxLength={500} />
      </Field>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1.5 font-medium">{words.when}</legend>
        {modes.map(([value, label]) => (
          <label key={value} className="flex items-center gap-2">
            <input
              type="radio"
              name="mode"
              className="accent-accent"
              checked={mode === value}
              onChange={() => setMode(value)}
            />
            {label}
          </label>
        ))}
      </fieldset>
    </ConfirmDialog>
  )
}
