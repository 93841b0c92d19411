// Creates an agent with a name and a first draft that can be published as it is.
import { agentBounds } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { describeError } from '../../ui/describe-error.ts'
import { useSession } from '../../session/session-context.ts'
import { agentTexts } from '../texts.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { forgetAgents } from '../use-agent.ts'

const words = agentTexts.newAgent

export function NewAgentDialog({ onClose }: { onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [purpose, setPurpose] = useState('')
  const create = useMutation({
    mutationFn: async () => {
      const { agent_id } = await client.createAgent({ name: name.trim() })
      const inputs = purpose.trim() === '' ? {} : { instruction_builder_inputs: { purpose: purpose.trim() } }
      // If this fails, the agent exists all the same, and its page proposes the same draft.
      await client.createAgentVersion({ agent_id, config: agentTexts.starter, ...inputs }).catch(() => {})
      return agent_id
    },
    onSuccess: async (agent_id) => {
      void forgetAgents(queries)
      await navigate({ to: '/agents/$agent_id', params: { agent_id } })
    },
  })
  const fault = create.error instanceof ApiError ? create.error.errors.find(({ path }) => path === 'name') : undefined
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title}
      description={words.text}
      submit={words.submit}
      isPending={create.isPending}
      error={create.error && !fault ? describeError(create.error) : null}
      onSubmit={() => create.mutate()}
    >
      <Field label={words.name} error={fault?.message}>
        <TextInput value={name} onValueChange={setName} maxLength={agentBounds.name} required autoFocus />
      </Field>
      <Field label={words.purpose} hint={words.purposeHint}>
        <TextInput value={purpose} onValueChange={setPurpose} maxLength={2000} placeholder={words.purposeExample} />
      </Field>
    </ConfirmDialog>
  )
}
