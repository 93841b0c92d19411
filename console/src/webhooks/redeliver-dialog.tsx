// Sends the deliveries of a time range again.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { fromLocal, toLocal } from '../base/local-time.ts'
import { useSession } from '../session/session-context.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { readFaults } from '../settings/faults.ts'
import { Check } from '../settings/parts.tsx'
import { deliveriesKey } from './deliveries.tsx'
import { webhookTexts } from './texts.ts'

const words = webhookTexts.deliveries.redeliverDialog
const day_ms = 86_400_000

export function RedeliverDialog({ webhook_id, onClose }: { webhook_id: string; onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [after, setAfter] = useState(() => toLocal(new Date(Date.now() - day_ms).toISOString()))
  const [before, setBefore] = useState('')
  const [isFailedOnly, setFailedOnly] = useState(true)
  const [isChecked, setChecked] = useState(false)
  const send = useMutation({
    mutationFn: async () => {
      let sent = 0
      // Deliveries that are created meanwhile are not included.
      const until = fromLocal(before) ?? new Date().toISOString()
      // One call takes a limited number. The response says where to continue.
      for (let from: string | null = fromLocal(after)!; from !== null;) {
        const { redelivered, continue_after } = await client.redeliverWebhookDeliveries({
          webhook_id,
          after: from,
          before: until,
          only_failed: isFailedOnly,
        })
        sent += redelivered
        from = continue_after === from ? null : continue_after
      }
      return sent
    },
    onSuccess: async (sent) => {
      notify(words.done(sent))
      onClose()
      await queries.invalidateQueries({ queryKey: deliveriesKey(webhook_id) })
    },
  })
  const faults = readFaults(send.error, ['after', 'before'])
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title}
      description={words.text}
      submit={words.submit}
      isPending={send.isPending}
      error={faults.other}
      onSubmit={() => {
        setChecked(true)
        if (after !== '') send.mutate()
      }}
    >
      <Field label={words.after} error={isChecked && after === '' ? words.afterMissing : faults.fields['after']}>
        <TextInput type="datetime-local" value={after} onValueChange={setAfter} />
      </Field>
      <Field label={words.before} hint={words.beforeHint} error={faults.fields['before']}>
        <TextInput type="datetime-local" value={before} onValueChange={setBefore} />
      </Field>
      <Check label={words.onlyFailed} isChecked={isFailedOnly} onChange={setFailedOnly} />
    </ConfirmDialog>
  )
}
