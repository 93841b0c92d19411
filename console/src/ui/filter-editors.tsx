// The fields of filters: a choice of one, and a text.
import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { texts } from '../texts/index.ts'
import { Button } from './button.tsx'
import { classes } from './classes.ts'
import { Field, TextInput } from './field.tsx'
import { Icon } from './icons.tsx'

export function EditorForm({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) {
  const send = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form onSubmit={send} noValidate className="flex flex-col gap-3">
      {children}
      <Button type="submit" kind="primary" className="self-end">
        {texts.apply}
      </Button>
    </form>
  )
}

interface ChoicesProps<T extends string> {
  values: readonly T[]
  names: Readonly<Record<T, string>>
  chosen: string | undefined
  onChoose: (value: T) => void
}

export function Choices<T extends string>({ values, names, chosen, onChoose }: ChoicesProps<T>) {
  return (
    <ul className="-m-1.5 flex max-h-80 flex-col overflow-y-auto">
      {values.map((value) => (
        <li key={value}>
          <button
            type="button"
            aria-pressed={value === chosen}
            className="flex h-8 w-full items-center gap-2 rounded-md px-2 text-left hover:bg-hover"
            onClick={() => onChoose(value)}
          >
            <span className="min-w-0 flex-1 truncate">{names[value]}</span>
            <Icon name="check" className={classes(value !== chosen && 'invisible', 'text-accent')} />
          </button>
        </li>
      ))}
    </ul>
  )
}

interface TextProps {
  label: string
  value: string | undefined
  /** Offered while typing. */
  suggestions?: readonly string[]
  onApply: (value: string | undefined) => void
}

export function TextEditor({ label, value, suggestions = [], onApply }: TextProps) {
  const [text, setText] = useState(value ?? '')
  const id = useId()
  return (
    <EditorForm onSubmit={() => onApply(text.trim() === '' ? undefined : text.trim())}>
      <Field label={label}>
        <TextInput
          value={text}
          maxLength={512}
          onValueChange={setText}
          list={suggestions.length > 0 ? id : undefined}
        />
      </Field>
      {suggestions.length > 0 && (
        <datalist id={id}>
          {suggestions.map((suggestion) => (
            <option key={suggestion}>{suggestion}</option>
          ))}
        </datalist>
      )}
    </EditorForm>
  )
}
