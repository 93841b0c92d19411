// Creates a new secret for an endpoint and shows it once. The old one can stay valid for a while.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, SelectInput } from '../ui/field.tsx'
import { readFaults } from '../settings/faults.ts'
import { ShownOnce } from '../settings/shown-once.tsx'
import { webhookTexts } from './texts.ts'

const words = webhookTexts.rotateDialog
const choices = [0, 3600, 86_400, 604_800] as const

export function RotateDialog({ webhook_id, onClose }: { webhook_id: string; onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [seconds, setSeconds] = useState('86400')
  const rotate = useMutation({
    mutationFn: () => client.rotateWebhookSecret({ webhook_id, previous_valid_seconds: Number(seconds) }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['webhooks'] }),
  })
  if (rotate.data) {
    const { secret } = rotate.data
    return (
      <ShownOnce
        title={words.done}
        text={webhookTexts.secretText}
        label={webhookTexts.secret}
        value={secret}
        onClose={onClose}
      />
    )
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title}
      description={words.text}
      submit={words.submit}
      isPending={rotate.isPending}
      error={readFaults(rotate.error).other}
      onSubmit={() => rotate.mutate()}
    >
      <Field label={words.previous}>
        <SelectInput value={seconds} onChange={(event) => setSeconds(event.target.value)}>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {words.choices[choice]}
            </option>
          ))}
        </SelectInput>
      </Field>
    </ConfirmDialog>
  )
}
