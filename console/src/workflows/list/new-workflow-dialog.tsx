// Creates a workflow that begins with what starts it, and leads to its editor.
import { type TriggerType, triggerTypes } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../../session/session-context.ts'
import { readFaults } from '../../settings/faults.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Field, Select, TextInput } from '../../ui/field.tsx'
import { notify } from '../../ui/notify.ts'
import type { Definition } from '../definition/definition.ts'
import { addStep } from '../definition/edit.ts'
import { freshStep, freshTrigger } from '../editor/fresh-steps.ts'
import { stepTexts } from '../step-texts.ts'
import { workflowTexts } from '../texts.ts'

const words = workflowTexts.newDialog
const empty: Definition = { schema_version: 1, nodes: [] }

export function NewWorkflowDialog({ onClose }: { onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [starts, setStarts] = useState<TriggerType | 'input'>('post_call')
  const [isChecked, setChecked] = useState(false)
  const create = useMutation({
    mutationFn: () => {
      const first = starts === 'input' ? freshStep('input') : freshTrigger(starts)
      const { definition } = addStep(empty, first, null)
      return client.createWorkflow({ name: name.trim(), definition, allow_incomplete: true })
    },
    onSuccess: async ({ id }) => {
      notify(words.made)
      onClose()
      void queries.invalidateQueries({ queryKey: ['workflows'] })
      await navigate({ to: '/workflows/$workflow_id', params: { workflow_id: id } })
    },
  })
  const faults = readFaults(create.error, ['name'])
  const isNameless = name.trim() === ''
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title}
      submit={words.submit}
      isPending={create.isPending}
      error={faults.other}
      onSubmit={() => {
        setChecked(true)
        if (!isNameless) create.mutate()
      }}
    >
      <Field label={words.name} error={isChecked && isNameless ? words.noName : faults.fields['name']}>
        <TextInput value={name} onValueChange={setName} maxLength={200} autoComplete="off" />
      </Field>
      <Field label={words.starts}>
        <Select value={starts} onChange={({ target }) => setStarts(target.value as TriggerType)}>
          {triggerTypes.toSorted(byOrder).map((type) => (
            <option key={type} value={type}>
              {stepTexts.triggers[type]}
            </option>
          ))}
          <option value="input">{stepTexts.kindHints.input}</option>
        </Select>
      </Field>
    </ConfirmDialog>
  )
}

/** As they are listed elsewhere: what is meant most often first. */
const order = Object.keys(stepTexts.triggers)
const byOrder = (one: TriggerType, other: TriggerType) => order.indexOf(one) - order.indexOf(other)
