// Creates a web widget and leads to it.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { AgentChoice } from '../agent-names/agent-choice.tsx'
import { useSession } from '../session/session-context.ts'
import { readFaults } from '../settings/faults.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { widgetTexts } from './texts.ts'

const words = widgetTexts.newDialog

export function NewWidgetDialog({ onClose }: { onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [agent_id, setAgent] = useState<string>()
  const [name, setName] = useState('')
  const create = useMutation({
    mutationFn: () => {
      if (agent_id === undefined) throw new Error(words.noAgent)
      return client.createWebWidget({ agent_id, ...(name.trim() === '' ? {} : { name: name.trim() }) })
    },
    onSuccess: async ({ id }) => {
      notify(words.made)
      onClose()
      void queries.invalidateQueries({ queryKey: ['web-widgets'] })
      await navigate({ to: '/web-widgets/$web_widget_id', params: { web_widget_id: id } })
    },
  })
  const faults = readFaults(create.error, ['name'])
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
      <Field label={words.agent}>
        <AgentChoice label={words.agent} all={words.chooseAgent} chosen={agent_id} onChoose={setAgent} />
      </Field>
      <Field label={words.name} hint={words.nameHint} error={faults.fields['name']}>
        <TextInput value={name} onValueChange={setName} maxLength={200} autoComplete="off" />
      </Field>
    </ConfirmDialog>
  )
}
