// Fires a trigger by hand, with a payload if one is given, and leads to the execution.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../../session/session-context.ts'
import { readFaults } from '../../settings/faults.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Field, TextArea } from '../../ui/field.tsx'
import { notify } from '../../ui/notify.ts'
import { isObject } from '../definition/definition.ts'
import { parse } from '../editor/fields/json.tsx'
import { testTexts } from '../test/texts.ts'
import { triggerTexts as words } from './texts.ts'

interface Props {
  trigger_id: string
  workflow_id: string
  onClose: () => void
}

export function FireDialog({ trigger_id, workflow_id, onClose }: Props) {
  const { client } = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [text, setText] = useState('{}')
  const payload = parse(text)?.value
  const fire = useMutation({
    mutationFn: () => client.fireWorkflowTrigger({ trigger_id, input_data: payload as Record<string, unknown> }),
    onSuccess: async ({ execution_id }) => {
      notify(words.fired)
      onClose()
      void queries.invalidateQueries({ queryKey: ['workflow-triggers', workflow_id] })
      await navigate({ to: '/workflows/executions/$execution_id', params: { execution_id } })
    },
  })
  const faults = readFaults(fire.error, ['input_data'])
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.fireTitle}
      description={words.fireText}
      submit={words.fire}
      isPending={fire.isPending || !isObject(payload)}
      error={faults.other}
      onSubmit={() => fire.mutate()}
    >
      <Field label={words.payload} error={isObject(payload) ? faults.fields['input_data'] : testTexts.jsonWrong}>
        <TextArea
          rows={4}
          className="font-mono text-xs"
          spellCheck={false}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </Field>
    </ConfirmDialog>
  )
}
