// Asks why and how long to look at an organization as a partner, and begins.
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { startView } from '../session/session.ts'
import { useSession, useSessionControl } from '../session/session-context.ts'
import { readFaults } from '../settings/faults.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, SelectInput, TextArea } from '../ui/field.tsx'
import { organizationsTexts } from './texts.ts'
import type { Child } from './tree.tsx'

const words = organizationsTexts.view
const lives = [5, 15, 30, 60] as const
const longest_reason = 500

export function ViewDialog({ child, onClose }: { child: Child; onClose: () => void }) {
  const session = useSession()
  const { open } = useSessionControl()
  const navigate = useNavigate()
  const [reason, setReason] = useState('')
  const [minutes, setMinutes] = useState('15')
  const [isChecked, setChecked] = useState(false)
  const begin = useMutation({
    mutationFn: () =>
      startView(session, { organization_id: child.id, reason: reason.trim(), minutes: Number(minutes) }),
    onSuccess: async (viewing) => {
      open(viewing)
      await navigate({ to: '/inbox' })
    },
  })
  const faults = readFaults(begin.error, ['reason'])
  const isMissing = reason.trim() === ''
  return (
    <ConfirmDialog
      open
      onOpenChange={(isOpen) => isOpen || onClose()}
      title={words.title(child.name)}
      description={words.text}
      submit={words.submit}
      isPending={begin.isPending}
      error={faults.other}
      onSubmit={() => {
        setChecked(true)
        if (!isMissing) begin.mutate()
      }}
    >
      <Field
        label={words.reason}
        hint={words.reasonHint}
        error={isChecked && isMissing ? words.reasonMissing : faults.fields['reason']}
      >
        <TextArea
          value={reason}
          maxLength={longest_reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      </Field>
      <Field label={words.minutes}>
        <SelectInput value={minutes} onChange={(event) => setMinutes(event.target.value)}>
          {lives.map((count) => (
            <option key={count} value={count}>
              {words.minutesOf(count)}
            </option>
          ))}
        </SelectInput>
      </Field>
    </ConfirmDialog>
  )
}
