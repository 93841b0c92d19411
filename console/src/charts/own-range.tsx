// The last of the buttons of a range: it opens a form for a range of one's own.
import { type FormEvent, useState } from 'react'
import { fromLocal, toLocal } from '../base/local-time.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/button.tsx'
import { classes } from '../ui/classes.ts'
import { Field, TextInput } from '../ui/field.tsx'
import { PopupPanel } from '../ui/popup.tsx'
import { chartTexts as words } from './texts.ts'

export interface Times {
  from: string
  to: string
}

const day_ms = 86_400_000

export const choiceClasses = (isChosen: boolean) =>
  classes(
    'h-7 rounded px-1.5 whitespace-nowrap wide:px-2.5',
    isChosen ? 'bg-surface font-medium' : 'text-soft hover:text-ink',
  )

interface OwnProps {
  times: Partial<Times>
  isChosen: boolean
  /** How long a range may be; any if it is not given. */
  mostDays?: number | undefined
  onChange: (times: Times) => void
}

export function OwnRange({ times, isChosen, mostDays, onChange }: OwnProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <PopupPanel
      title={words.own}
      open={isOpen}
      onOpenChange={setOpen}
      trigger={
        <button type="button" aria-pressed={isChosen} className={choiceClasses(isChosen)}>
          {words.own}
        </button>
      }
    >
      <OwnForm
        times={times}
        mostDays={mostDays}
        onApply={(chosen) => {
          setOpen(false)
          onChange(chosen)
        }}
      />
    </PopupPanel>
  )
}

function OwnForm({
  times,
  mostDays,
  onApply,
}: Pick<OwnProps, 'times' | 'mostDays'> & { onApply: (times: Times) => void }) {
  const [from, setFrom] = useState(toLocal(times.from))
  const [to, setTo] = useState(toLocal(times.to))
  const [fault, setFault] = useState<string | null>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const [start, end] = [fromLocal(from), fromLocal(to) ?? new Date().toISOString()]
    if (start === undefined) return setFault(words.fromMissing)
    if (start >= end) return setFault(words.fromAfterTo)
    if (mostDays !== undefined && Date.parse(end) - Date.parse(start) > mostDays * day_ms)
      return setFault(words.tooLong(mostDays))
    onApply({ from: start, to: end })
  }
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-3">
      <Field label={words.from} error={fault}>
        <TextInput type="datetime-local" value={from} onValueChange={setFrom} />
      </Field>
      <Field label={words.to} hint={words.toHint}>
        <TextInput type="datetime-local" value={to} onValueChange={setTo} />
      </Field>
      <Button type="submit" kind="primary" className="self-end">
        {texts.apply}
      </Button>
    </form>
  )
}
