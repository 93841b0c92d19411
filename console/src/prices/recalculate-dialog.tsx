// Has the calls of a time priced again.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { fromLocal } from '../base/local-time.ts'
import { useSession } from '../session/session-context.ts'
import { readFaults } from '../settings/faults.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { priceTexts as words } from './texts.ts'

export function RecalculateDialog({ onClose }: { onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const [fault, setFault] = useState<string | null>(null)
  const ask = useMutation({
    mutationFn: (times: { from: string; to: string }) => client.recalculatePrices(times),
    onSuccess: async () => {
      notify(words.recalculated)
      onClose()
      await Promise.all([['usage'], ['budgets']].map((queryKey) => queries.invalidateQueries({ queryKey })))
    },
  })
  const refused = readFaults(ask.error, ['from', 'to'])
  const submit = () => {
    const [start, end] = [fromLocal(from), fromLocal(to) ?? new Date().toISOString()]
    setFault(start === undefined ? words.fromMissing : start >= end ? words.fromAfterTo : null)
    if (start !== undefined && start < end) ask.mutate({ from: start, to: end })
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.recalculateTitle}
      description={words.recalculateText}
      submit={words.recalculate}
      isPending={ask.isPending}
      error={refused.other}
      onSubmit={submit}
    >
      <Field label={words.from} error={fault ?? refused.fields['from']}>
        <TextInput type="datetime-local" value={from} onValueChange={setFrom} />
      </Field>
      <Field label={words.to} hint={words.toHint} error={refused.fields['to']}>
        <TextInput type="datetime-local" value={to} onValueChange={setTo} />
      </Field>
    </ConfirmDialog>
  )
}
