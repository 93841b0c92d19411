// The controls of the overview: the time range and the agent. Both are kept in the address.
import { type FormEvent, useState } from 'react'
import { AgentChoice } from '../agent-names/agent-choice.tsx'
import { fromLocal, toLocal } from '../base/local-time.ts'
import { useSession } from '../session/session-context.ts'
import { texts } from '../texts/index.ts'
import { overviewTexts as words } from './texts.ts'
import { Button } from '../ui/button.tsx'
import { classes } from '../ui/classes.ts'
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
  const { scopes } = useSession()
  const mayChoose = scopes.has('agents:read') || scopes.has('agents:manage') || view.agent_id !== undefined
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
      {mayChoose && (
        <AgentChoice
          label={own.agent}
          all={own.allAgents}
          className="max-w-52 flex-1"
          chosen={view.agent_id}
          onChoose={(agent_id) => {
            const { agent_id: _before, ...range } = view
            onChange(agent_id === undefined ? range : { ...range, agent_id })
          }}
        />
      )}
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
