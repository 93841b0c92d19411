// Blocks the visitor of a conversation, and their address, for a while.
import { widgetBounds } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { describeError } from '../ui/describe-error.ts'
import { Field, SelectInput, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { conversationTexts } from './texts.ts'

const words = conversationTexts.visitor.dialog
const { hours: range, reason: most_reason } = widgetBounds.block

interface Props {
  web_widget_id: string
  conversation_id: string
  onClose: () => void
}

export function BlockDialog({ web_widget_id, conversation_id, onClose }: Props) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [hours, setHours] = useState<number>(range.default)
  const [reason, setReason] = useState('')
  const block = useMutation({
    mutationFn: () =>
      client.createWebWidgetBlock({
        ...{ web_widget_id, conversation_id, hours },
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
      }),
    onSuccess: async () => {
      notify(words.done)
      onClose()
      await queries.invalidateQueries({ queryKey: ['web-widgets', web_widget_id, 'blocks'] })
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
      isPending={block.isPending}
      error={block.error && describeError(block.error)}
      onSubmit={() => block.mutate()}
    >
      <Field label={words.for}>
        <SelectInput value={String(hours)} onChange={({ target }) => setHours(Number(target.value))}>
          {words.times.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </SelectInput>
      </Field>
      <Field label={words.reason} hint={words.reasonHint}>
        <TextInput value={reason} onValueChange={setReason} maxLength={most_reason} autoComplete="off" />
      </Field>
    </ConfirmDialog>
  )
}
