// Fields for values of a widget's configuration, each at its place; what is empty is left out, so that the default counts.
import { type ReactNode, useState } from 'react'
import { Check } from '../settings/parts.tsx'
import { Field, SelectInput, TextArea, TextInput } from '../ui/field.tsx'
import { widgetTexts as words } from './texts.ts'
import { type Draft, type Path, linesOf, valueAt } from './widget-draft.ts'

export interface Edit {
  draft: Draft
  isReadOnly: boolean
  /** What the server said about the last save, by path. */
  faults: ReadonlyMap<string, string>
  change: (more: Partial<Draft>) => void
  setValue: (path: Path, value: unknown) => void
}

interface Props {
  edit: Edit
  path: Path
  label: string
  hint?: string
}

const faultOf = ({ faults }: Edit, path: Path) => faults.get(['config', ...path].join('.'))
const textOf = ({ draft }: Edit, path: Path) => {
  const value = valueAt(draft.config, path)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

export function TextValue({
  edit,
  path,
  label,
  hint,
  maxLength,
  placeholder,
}: Props & { maxLength: number; placeholder?: string }) {
  return (
    <Field label={label} hint={hint} error={faultOf(edit, path)}>
      <TextInput
        value={textOf(edit, path)}
        maxLength={maxLength}
        placeholder={placeholder}
        disabled={edit.isReadOnly}
        autoComplete="off"
        onValueChange={(text) => edit.setValue(path, text === '' ? undefined : text)}
      />
    </Field>
  )
}

export function NumberValue({
  edit,
  path,
  label,
  hint,
  least,
  most,
  byDefault,
}: Props & { least: number; most: number; byDefault?: number }) {
  return (
    <Field label={label} hint={hint ?? words.range(least, most)} error={faultOf(edit, path)}>
      <TextInput
        type="number"
        min={least}
        max={most}
        value={textOf(edit, path)}
        placeholder={byDefault === undefined ? undefined : String(byDefault)}
        disabled={edit.isReadOnly}
        onValueChange={(text) => edit.setValue(path, text === '' ? undefined : Number(text))}
      />
    </Field>
  )
}

interface ChoiceProps<T extends string> extends Props {
  choices: Record<T, string>
  /** The choice that nothing stands for. */
  byDefault?: T
  /** Without one: what nothing is called. */
  none?: string
}

export function ChoiceValue<T extends string>({ edit, path, label, hint, choices, byDefault, none }: ChoiceProps<T>) {
  const chosen = textOf(edit, path) || (byDefault ?? '')
  return (
    <Field label={label} hint={hint} error={faultOf(edit, path)}>
      <SelectInput
        value={chosen}
        disabled={edit.isReadOnly}
        onChange={({ target }) =>
          edit.setValue(path, target.value === '' || target.value === byDefault ? undefined : target.value)
        }
      >
        {byDefault === undefined && <option value="">{none ?? words.none}</option>}
        {(Object.entries(choices) as [T, string][]).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </SelectInput>
    </Field>
  )
}

export function FlagValue({ edit, path, label, hint, byDefault }: Props & { byDefault: boolean }) {
  const value = valueAt(edit.draft.config, path)
  return (
    <Check
      label={label}
      hint={hint}
      isChecked={typeof value === 'boolean' ? value : byDefault}
      isDisabled={edit.isReadOnly}
      onChange={(isChecked) => edit.setValue(path, isChecked === byDefault ? undefined : isChecked)}
    />
  )
}

/** A text for each line. A line that is being typed stays as it is; a fault names the line that it is about. */
export function LinesValue({ edit, path, label, hint }: Props) {
  const value = valueAt(edit.draft.config, path)
  const lines = Array.isArray(value) ? (value as string[]) : []
  const kept = lines.join('\n')
  const [text, setText] = useState(kept)
  if (linesOf(text).join('\n') !== kept) setText(kept)
  const start = `${['config', ...path].join('.')}.`
  const faults = [...edit.faults].flatMap(([at, message]) =>
    at.startsWith(start) ? [`${lines[Number(at.slice(start.length))] ?? ''} ${message}`] : [],
  )
  return (
    <Field label={label} hint={hint} error={faultOf(edit, path) ?? faults.join('. ')}>
      <TextArea
        rows={3}
        value={text}
        disabled={edit.isReadOnly}
        onChange={({ target }) => {
          setText(target.value)
          const next = linesOf(target.value)
          edit.setValue(path, next.length === 0 ? undefined : next)
        }}
      />
    </Field>
  )
}

export function Columns({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-1 gap-4 p-4 wide:grid-cols-2">{children}</div>
}
