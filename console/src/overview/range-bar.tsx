// What the overview shows: the range of time and the agent, both of which are in its address.
import { type FormEvent, useState } from 'react'
import { useAgentNames } from '../inbox/use-agents.ts'
import { fromLocal, toLocal } from '../local-time.ts'
import { useSession } from '../session-context.ts'
import { texts } from '../texts/index.ts'
import { words } from '../texts/overview.ts'
import { Button } from '../ui/button.tsx'
import { classes } from '../ui/classes.ts'
import { controlClasses } from '../ui/control-classes.ts'
import { Field, TextInput } from '../ui/field.tsx'
import { PopupPanel } from '../ui/popup.tsx'
import { type Times, type View, presetOf, presets } from './view.ts'

const own = words.range

interface BarProps {
  view: View
  onChange: (view: View) => void
}

const choiceClasses = (isChosen: boolean) =>
  classes(
    'h-7 rounded px-1.5 whitespace-nowrap wide:px-2.5',
    isChosen ? 'bg-surface font-medium' : 'text-soft hover:text-ink',
  )

export function RangeBar({ view, onChange }: BarProps) {
  const chosen = presetOf(view)
  const agent = view.agent_id === undefined ? {} : { agent_id: view.agent_id }
  return (
    <div className="flex flex-wrap items-center gap-2">
      <div role="group" aria-label={own.label} className="flex gap-0.5 rounded-md bg-sunken p-0.5">
        {presets.map((range) => (
          <button
            key={range}
            type="button"
            aria-pressed={range === chosen}
            className={choiceClasses(range === chosen)}
            onClick={() => onChange(range === '7d' ? agent : { range, ...agent })}
          >
            {own.presets[range]}
          </button>
        ))}
        <OwnRange view={view} isChosen={chosen === 'own'} onChange={(times) => onChange({ ...times, ...agent })} />
      </div>
      <AgentChoice
        chosen={view.agent_id}
        onChoose={(agent_id) => {
          const { agent_id: _before, ...range } = view
          onChange(agent_id === undefined ? range : { ...range, agent_id })
        }}
      />
    </div>
  )
}

interface OwnProps {
  view: View
  isChosen: boolean
  onChange: (times: Times) => void
}

function OwnRange({ view, isChosen, onChange }: OwnProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <PopupPanel
      title={own.own}
      open={isOpen}
      onOpenChange={setOpen}
      trigger={
        <button type="button" aria-pressed={isChosen} className={choiceClasses(isChosen)}>
          {own.own}
        </button>
      }
    >
      <OwnForm
        view={view}
        onApply={(times) => {
          setOpen(false)
          onChange(times)
        }}
      />
    </PopupPanel>
  )
}

function OwnForm({ view, onApply }: { view: View; onApply: (times: Times) => void }) {
  const [from, setFrom] = useState(toLocal(view.from))
  const [to, setTo] = useState(toLocal(view.to))
  const [fault, setFault] = useState<string | null>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const times = { from: fromLocal(from), to: fromLocal(to) ?? new Date().toISOString() }
    if (times.from === undefined) return setFault(own.fromMissing)
    if (times.from >= times.to) return setFault(own.fromAfterTo)
    onApply({ from: times.from, to: times.to })
  }
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-3">
      <Field label={own.from} error={fault}>
        <TextInput type="datetime-local" value={from} onValueChange={setFrom} />
      </Field>
      <Field label={own.to} hint={own.toHint}>
        <TextInput type="datetime-local" value={to} onValueChange={setTo} />
      </Field>
      <Button type="submit" kind="primary" className="self-end">
        {texts.apply}
      </Button>
    </form>
  )
}

interface AgentProps {
  chosen: string | undefined
  onChoose: (agent_id: string | undefined) => void
}

function AgentChoice({ chosen, onChoose }: AgentProps) {
  const { list } = useAgentNames(useSession())
  const isUnlisted = chosen !== undefined && list.every(({ id }) => id !== chosen)
  if (list.length === 0 && !isUnlisted) return null
  return (
    <select
      aria-label={own.agent}
      className={classes(controlClasses, 'max-w-52 flex-1 basis-32')}
      value={chosen ?? ''}
      onChange={(event) => onChoose(event.target.value === '' ? undefined : event.target.value)}
    >
      <option value="">{own.allAgents}</option>
      {isUnlisted && <option value={chosen}>{chosen}</option>}
      {list.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  )
}
