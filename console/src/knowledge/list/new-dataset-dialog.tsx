// Creates a knowledge base and leads to it.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { datasetsKey } from '../../passages/use-datasets.ts'
import { useSession } from '../../session/session-context.ts'
import { readFaults } from '../../settings/faults.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Field, TextArea, TextInput } from '../../ui/field.tsx'
import { notify } from '../../ui/notify.ts'
import { knowledgeTexts } from '../texts.ts'

const words = knowledgeTexts.newDialog

export function NewDatasetDialog({ onClose }: { onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const create = useMutation({
    mutationFn: () =>
      client.createDataset({
        name: name.trim(),
        ...(description.trim() === '' ? {} : { description: description.trim() }),
      }),
    onSuccess: async ({ id }) => {
      notify(words.made)
      onClose()
      void queries.invalidateQueries({ queryKey: datasetsKey })
      await navigate({ to: '/knowledge/$dataset_id', params: { dataset_id: id } })
    },
  })
  const faults = readFaults(create.error, ['name', 'description'])
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title}
      description={words.text}
      submit={words.submit}
      isPending={create.isPending}
      error={faults.other}
      onSubmit={() => create.mutate()}
    >
      <Field label={words.name} error={faults.fields['name']}>
        <TextInput value={name} onValueChange={setName} maxLength={200} required autoFocus autoComplete="off" />
      </Field>
      <Field label={words.description} hint={words.descriptionHint} error={faults.fields['description']}>
        <TextArea
          rows={2}
          value={description}
          maxLength={4000}
          onChange={({ target }) => setDescription(target.value)}
        />
      </Field>
    </ConfirmDialog>
  )
}
