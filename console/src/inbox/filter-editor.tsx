// The fields of one filter.
import { channels, conversationStatuses, directions, endReasons, unansweredOutcomes } from '@parley/contract'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { texts } from '../texts/index.ts'
import { Field, TextArea, TextInput } from '../ui/field.tsx'
import { Choices, EditorForm, TextEditor } from '../ui/filter-editors.tsx'
import { TimeEditor } from '../ui/time-editor.tsx'
import { isJsonObject } from '../base/json.ts'
import { type FilterName, type Filters } from './filters.ts'
import { useFoundAgents } from '../agent-names/use-agents.ts'
import { agentNameTexts } from '../agent-names/texts.ts'
import { inboxTexts } from './texts.ts'

interface EditorProps {
  name: FilterName
  filters: Filters
  onApply: (filters: Filters) => void
}

function TimesEditor({ of, filters, onApply }: Omit<EditorProps, 'name'> & { of: 'created' | 'updated' }) {
  return (
    <TimeEditor
      after={filters[`${of}_after`]}
      before={filters[`${of}_before`]}
      onApply={({ after, before }) => onApply({ [`${of}_after`]: after, [`${of}_before`]: before })}
    />
  )
}

export function FilterEditor({ name, filters, onApply }: EditorProps) {
  const apply = (changed: Filters) => onApply({ ...filters, ...changed })
  const choice = <T extends string>(
    parameter: keyof Filters,
    values: readonly T[],
    names: Readonly<Record<T, string>>,
  ) => (
    <Choices
      values={values}
      names={names}
      chosen={filters[parameter] as string | undefined}
      onChoose={(value) => apply({ [parameter]: value })}
    />
  )
  switch (name) {
    case 'status':
      return choice('status', conversationStatuses, texts.statuses)
    case 'channel':
      return choice('channel', channels, texts.channels)
    case 'direction':
      return choice('direction', directions, texts.directionNames)
    case 'end_reason':
      return choice('parley_end_reason', endReasons, texts.endReasons)
    case 'turn_outcome':
      return choice('parley_turn_outcome', unansweredOutcomes, texts.outcomes)
    case 'agent_id':
      return <AgentEditor chosen={filters.agent_id} onChoose={(agent_id) => apply({ agent_id })} />
    case 'created':
      return <TimesEditor of="created" filters={filters} onApply={apply} />
    case 'updated':
      return <TimesEditor of="updated" filters={filters} onApply={apply} />
    case 'duration':
      return (
        <RangeEditor
          unit={inboxTexts.filters.seconds}
          from={filters.duration_above}
          to={filters.duration_below}
          onApply={(duration_above, duration_below) => apply({ duration_above, duration_below })}
        />
      )
    case 'user_turn_count':
      return (
        <RangeEditor
          from={filters.user_turn_count_above}
          to={filters.user_turn_count_below}
          onApply={(user_turn_count_above, user_turn_count_below) =>
            apply({ user_turn_count_above, user_turn_count_below })
          }
        />
      )
    case 'custom_metadata':
      return (
        <MetadataEditor value={filters.custom_metadata} onApply={(custom_metadata) => apply({ custom_metadata })} />
      )
    default:
      return (
        <TextEditor
          label={name === 'agent_number' ? inboxTexts.filters.contains : inboxTexts.filters.id}
          value={filters[name]}
          onApply={(value) => apply({ [name]: value })}
        />
      )
  }
}

/** Others are found by name, and any by its id. */
const agents_shown = 50

function AgentEditor({ chosen, onChoose }: { chosen: string | undefined; onChoose: (id: string) => void }) {
  const session = useSession()
  const [text, setText] = useState('')
  const { list, isSearching } = useFoundAgents(session, text)
  const found = list.slice(0, agents_shown)
  const mayRead = session.scopes.has('agents:read') || session.scopes.has('agents:manage')
  return (
    <div className="flex flex-col gap-2.5">
      <Field label={mayRead ? inboxTexts.filters.contains : inboxTexts.filters.id}>
        <TextInput
          value={text}
          onValueChange={setText}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && text.trim() !== '') onChoose(found[0]?.id ?? text.trim())
          }}
        />
      </Field>
      <Choices
        values={found.map(({ id }) => id)}
        names={Object.fromEntries(found.map(({ id, name }) => [id, name]))}
        chosen={chosen}
        onChoose={onChoose}
      />
      {mayRead && !isSearching && found.length === 0 && <p className="text-soft">{agentNameTexts.none}</p>}
    </div>
  )
}

interface RangeProps {
  unit?: string
  from: number | undefined
  to: number | undefined
  onApply: (from: number | undefined, to: number | undefined) => void
}

function RangeEditor({ unit, from, to, onApply }: RangeProps) {
  const [bounds, setBounds] = useState({ from: String(from ?? ''), to: String(to ?? '') })
  const numberOf = (text: string) => (text.trim() === '' ? undefined : Number(text))
  const fault = (text: string) => (Number.isNaN(numberOf(text)) ? inboxTexts.filters.numberInvalid : null)
  const submit = () => {
    if (fault(bounds.from) === null && fault(bounds.to) === null) onApply(numberOf(bounds.from), numberOf(bounds.to))
  }
  const labelOf = (label: string) => (unit ? `${label} (${unit})` : label)
  return (
    <EditorForm onSubmit={submit}>
      <div className="grid grid-cols-2 gap-3">
        <Field label={labelOf(inboxTexts.filters.atLeast)} error={fault(bounds.from)}>
          <TextInput inputMode="numeric" value={bounds.from} onValueChange={(from) => setBounds({ ...bounds, from })} />
        </Field>
        <Field label={labelOf(inboxTexts.filters.atMost)} error={fault(bounds.to)}>
          <TextInput inputMode="numeric" value={bounds.to} onValueChange={(to) => setBounds({ ...bounds, to })} />
        </Field>
      </div>
    </EditorForm>
  )
}

function MetadataEditor({
  value,
  onApply,
}: {
  value: string | undefined
  onApply: (value: string | undefined) => void
}) {
  const [text, setText] = useState(value ?? '')
  const [isChecked, setChecked] = useState(false)
  const isValid = text.trim() === '' || isJsonObject(text)
  const submit = () => {
    setChecked(true)
    if (isValid) onApply(text.trim() === '' ? undefined : text.trim())
  }
  return (
    <EditorForm onSubmit={submit}>
      <Field
        label={inboxTexts.filters.names.custom_metadata}
        hint={inboxTexts.filters.metadataHint}
        error={isChecked && !isValid ? inboxTexts.filters.metadataInvalid : null}
      >
        <TextArea
          className="font-mono text-xs"
          placeholder={inboxTexts.filters.metadataPlaceholder}
          value={text}
          maxLength={16_384}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
    </EditorForm>
  )
}
