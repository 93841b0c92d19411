// Gives an endpoint a new secret, which is shown once; the one before may go on for a while.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { words } from '../settings/texts.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, SelectInput } from '../ui/field.tsx'
import { readFaults } from '../settings/faults.ts'
import { ShownOnce } from '../settings/shown-once.tsx'

const own = words.webhooks.rotateDialog
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
        title={own.done}
        text={words.webhooks.secretText}
        label={words.webhooks.secret}
        value={secret}
        onClose={onClose}
      />
    )
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={own.title}
      description={own.text}
      submit={own.submit}
      isPending={rotate.isPending}
      error={readFaults(rotate.error).other}
      onSubmit={() => rotate.mutate()}
    >
      <Field label={own.previous}>
        <SelectInput value={seconds} onChange={(event) => setSeconds(event.target.value)}>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {own.choices[choice]}
            </option>
          ))}
        </SelectInput>
      </Field>
    </ConfirmDialog>
  )
}
