// Creates a personal access token and shows it once.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { settingsTexts } from '../settings/texts.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { readFaults } from '../settings/faults.ts'
import { ShownOnce } from '../settings/shown-once.tsx'
import { ExpiryField, type Life, expiryOf } from './expiry-field.tsx'
import { keyTexts as words } from './texts.ts'

export function TokenDialog({ changes, onClose }: { changes: readonly string[]; onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [life, setLife] = useState<Life>('90')
  const [isChecked, setChecked] = useState(false)
  const create = useMutation({
    mutationFn: () => client.createPersonalAccessToken({ name: name.trim(), expires_at: expiryOf(life, Date.now()) }),
    onSuccess: () => queries.invalidateQueries({ queryKey: changes }),
  })
  if (create.data) {
    const { pat_key } = create.data
    return (
      <ShownOnce
        title={words.tokenDone}
        text={settingsTexts.shownOnce}
        label={words.tokenLabel}
        value={pat_key}
        onClose={onClose}
      />
    )
  }
  const isNamed = name.trim() !== ''
  const faults = readFaults(create.error, ['name'])
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.addToken}
      description={words.tokenText}
      submit={words.submitToken}
      isPending={create.isPending}
      error={faults.other}
      onSubmit={() => {
        setChecked(true)
        if (isNamed) create.mutate()
      }}
    >
      <Field
        label={words.name}
        hint={words.nameHint}
        error={isChecked && !isNamed ? words.nameMissing : faults.fields['name']}
      >
        <TextInput value={name} maxLength={200} autoComplete="off" onValueChange={setName} />
      </Field>
      <ExpiryField life={life} onChange={setLife} />
    </ConfirmDialog>
  )
}
