// Creates an endpoint, whose secret is shown once, or changes one.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { AgentChoice } from '../agent-names/agent-choice.tsx'
import { useSession } from '../session/session-context.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { readFaults } from '../settings/faults.ts'
import { Check } from '../settings/parts.tsx'
import { ShownOnce } from '../settings/shown-once.tsx'
import type { Endpoint } from './endpoint-state.tsx'
import { EventChoice } from './event-choice.tsx'
import { webhookTexts as words } from './texts.ts'

interface Draft {
  url: string
  events: readonly string[]
  description: string
  agent_id: string
  active: boolean
}

const fresh: Draft = { url: '', events: ['conversation.*'], description: '', agent_id: '', active: true }

function draftOf({ url, events, description, agent_id, active }: Endpoint): Draft {
  return { url, events, description: description ?? '', agent_id: agent_id ?? '', active }
}

export function EndpointDialog({ endpoint, onClose }: { endpoint?: Endpoint; onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [draft, setDraft] = useState(endpoint ? draftOf(endpoint) : fresh)
  const [isChecked, setChecked] = useState(false)
  const save = useMutation({
    mutationFn: async () => {
      const { description, agent_id, ...rest } = draft
      const fields = {
        ...rest,
        events: [...draft.events],
        description: description.trim() === '' ? null : description.trim(),
        agent_id: agent_id === '' ? null : agent_id,
      }
      if (!endpoint) return (await client.createWebhookEndpoint(fields)).secret
      await client.updateWebhookEndpoint({ webhook_id: endpoint.id, ...fields })
      return null
    },
    onSuccess: async (secret) => {
      if (secret === null) {
        notify(words.changed)
        onClose()
      }
      await queries.invalidateQueries({ queryKey: ['webhooks'] })
    },
  })
  if (save.data) {
    return (
      <ShownOnce
        title={words.created}
        text={words.secretText}
        label={words.secret}
        value={save.data}
        onClose={onClose}
      />
    )
  }
  const isComplete = draft.url.trim() !== '' && draft.events.length > 0
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={endpoint ? words.editTitle : words.add}
      submit={endpoint ? words.save : words.create}
      isPending={save.isPending}
      error={readFaults(save.error, fieldNames).other}
      onSubmit={() => {
        setChecked(true)
        if (isComplete) save.mutate()
      }}
    >
      <EndpointFields draft={draft} error={save.error} isChecked={isChecked} onChange={setDraft} />
    </ConfirmDialog>
  )
}

const fieldNames = ['url', 'events', 'description', 'agent_id'] as const

interface FieldsProps {
  draft: Draft
  error: unknown
  isChecked: boolean
  onChange: (draft: Draft) => void
}

function EndpointFields({ draft, error, isChecked, onChange }: FieldsProps) {
  const { fields } = readFaults(error, fieldNames)
  const change = (changed: Partial<Draft>) => onChange({ ...draft, ...changed })
  return (
    <>
      <Field
        label={words.url}
        hint={words.urlHint}
        error={isChecked && draft.url.trim() === '' ? words.urlMissing : fields['url']}
      >
        <TextInput
          type="url"
          value={draft.url}
          maxLength={2048}
          autoComplete="off"
          placeholder="https://example.com/parley"
          onValueChange={(url) => change({ url })}
        />
      </Field>
      <EventChoice
        events={draft.events}
        error={isChecked && draft.events.length === 0 ? words.eventsMissing : fields['events']}
        onChange={(events) => change({ events })}
      />
      <Field label={words.agent} error={fields['agent_id']}>
        <AgentChoice
          all={words.allAgents}
          chosen={draft.agent_id === '' ? undefined : draft.agent_id}
          onChoose={(chosen) => change({ agent_id: chosen ?? '' })}
        />
      </Field>
      <Field label={words.description} error={fields['description']}>
        <TextInput
          value={draft.description}
          maxLength={1000}
          onValueChange={(description) => change({ description })}
        />
      </Field>
      <Check
        label={words.isActive}
        hint={words.isActiveHint}
        isChecked={draft.active}
        onChange={(active) => change({ active })}
      />
    </>
  )
}
