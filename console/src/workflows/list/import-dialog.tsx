// A workflow of a definition from elsewhere: pasted, or read from a file.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../../session/session-context.ts'
import { readFaults } from '../../settings/faults.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Field, TextArea, TextInput } from '../../ui/field.tsx'
import { notify } from '../../ui/notify.ts'
import { isObject } from '../definition/definition.ts'
import { parse } from '../editor/fields/json.tsx'
import { workflowTexts } from '../texts.ts'

const words = workflowTexts.importDialog

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [text, setText] = useState('')
  const [isChecked, setChecked] = useState(false)
  const definition = parse(text)?.value
  const isDefinition = isObject(definition)
  const create = useMutation({
    mutationFn: () =>
      client.createWorkflow({
        name: name.trim(),
        definition: definition as Record<string, unknown>,
        allow_incomplete: true,
      }),
    onSuccess: async ({ id }) => {
      notify(words.made)
      onClose()
      void queries.invalidateQueries({ queryKey: ['workflows'] })
      await navigate({ to: '/workflows/$workflow_id', params: { workflow_id: id } })
    },
  })
  const faults = readFaults(create.error, ['name'])
  const isNameless = name.trim() === ''
  const read = async (file: File) => {
    setText(await file.text())
    if (isNameless) setName(file.name.replace(/\.json$/i, ''))
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title}
      description={words.text}
      submit={words.submit}
      isPending={create.isPending}
      error={faults.other}
      onSubmit={() => {
        setChecked(true)
        if (!isNameless && isDefinition) create.mutate()
      }}
    >
      <Field
        label={words.name}
        error={isChecked && isNameless ? workflowTexts.newDialog.noName : faults.fields['name']}
      >
        <TextInput value={name} onValueChange={setName} maxLength={200} autoComplete="off" />
      </Field>
      <FileField onFile={(file) => void read(file)} />
      <Field label={words.definition} error={isChecked && !isDefinition ? words.noJson : null}>
        <TextArea
          rows={8}
          className="font-mono text-xs"
          spellCheck={false}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </Field>
    </ConfirmDialog>
  )
}

function FileField({ onFile }: { onFile: (file: File) => void }) {
  return (
    <label className="flex flex-col gap-1 font-medium">
      {words.file}
      <input
        type="file"
        accept="application/json,.json"
        className="font-normal file:mr-2 file:h-8 file:rounded-md file:border file:border-edge/60 file:bg-surface file:px-2.5"
        onChange={({ target }) => target.files?.[0] && onFile(target.files[0])}
      />
    </label>
  )
}
