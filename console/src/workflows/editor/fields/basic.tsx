// Fields with one value that is no expression: a text, a number, a choice, a switch.
import { type HTMLAttributes, useState } from 'react'
import { Check } from '../../../settings/parts.tsx'
import { Field, Select, TextArea, TextInput } from '../../../ui/field.tsx'
import type { Path } from '../../definition/definition.ts'
import { useField } from '../editor-context.ts'
import { editorTexts as words } from '../texts.ts'

export interface FieldProps {
  path: Path
  label: string
  hint?: string | undefined
}

interface TextProps extends FieldProps {
  maxLength?: number
  placeholder?: string | undefined
  isCode?: boolean
  list?: string
}

const toText = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

export function TextField({ path, label, hint, maxLength, placeholder, isCode, list }: TextProps) {
  const { key, value, error, isReadOnly, write } = useField(path)
  return (
    <div data-path={key} className="min-w-0">
      <Field label={label} hint={hint} error={error}>
        <TextInput
          value={toText(value)}
          readOnly={isReadOnly}
          maxLength={maxLength}
          placeholder={placeholder}
          list={list}
          autoComplete="off"
          spellCheck={!isCode}
          className={isCode ? 'font-mono text-xs' : ''}
          onValueChange={(text) => write(text === '' ? undefined : text)}
        />
      </Field>
    </div>
  )
}

interface LongTextProps extends TextProps {
  rows?: number
}

export function LongTextField({ path, label, hint, maxLength, placeholder, isCode, rows = 3 }: LongTextProps) {
  const { key, value, error, isReadOnly, write } = useField(path)
  return (
    <div data-path={key} className="min-w-0">
      <Field label={label} hint={hint} error={error}>
        <TextArea
          rows={rows}
          value={toText(value)}
          readOnly={isReadOnly}
          maxLength={maxLength}
          placeholder={placeholder}
          spellCheck={!isCode}
          className={isCode ? 'font-mono text-xs' : ''}
          onChange={({ target }) => write(target.value === '' ? undefined : target.value)}
        />
      </Field>
    </div>
  )
}

interface NumberProps extends FieldProps {
  placeholder?: string
  inputMode?: HTMLAttributes<HTMLInputElement>['inputMode']
}

/** A text that is no number is kept in the field, and not written. */
export function NumberField({ path, label, hint, placeholder, inputMode = 'decimal' }: NumberProps) {
  const { key, value, error, isReadOnly, write } = useField(path)
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <div data-path={key} className="min-w-0">
      <Field label={label} hint={hint} error={typed === null ? error : words.number}>
        <TextInput
          inputMode={inputMode}
          autoComplete="off"
          className="numeric"
          value={typed ?? toText(value)}
          placeholder={placeholder}
          readOnly={isReadOnly}
          onValueChange={(text) => {
            const number = Number(text)
            if (text.trim() !== '' && Number.isNaN(number)) return setTyped(text)
            setTyped(null)
            write(text.trim() === '' ? undefined : number)
          }}
        />
      </Field>
    </div>
  )
}

interface ChoiceProps extends FieldProps {
  options: readonly (readonly [value: string, name: string])[]
  /** The choice that no value stands for. */
  byDefault?: string
  unset?: string
}

export function ChoiceField({ path, label, hint, options, byDefault, unset }: ChoiceProps) {
  const { key, value, error, isReadOnly, write } = useField(path)
  const chosen = toText(value) || (byDefault ?? '')
  // A value that is not among the options is kept and shown.
  const others = chosen === '' || options.some(([option]) => option === chosen) ? [] : [[chosen, chosen] as const]
  return (
    <div data-path={key} className="min-w-0">
      <Field label={label} hint={hint} error={error}>
        <Select
          value={chosen}
          disabled={isReadOnly}
          onChange={({ target }) => write(target.value === '' ? undefined : target.value)}
        >
          {byDefault === undefined && <option value="">{unset ?? ''}</option>}
          {[...options, ...others].map(([option, name]) => (
            <option key={option} value={option}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  )
}

export function SwitchField({ path, label, hint, byDefault = false }: FieldProps & { byDefault?: boolean }) {
  const { key, value, error, isReadOnly, write } = useField(path)
  return (
    <div data-path={key}>
      <Check
        label={label}
        hint={error ?? hint}
        isChecked={typeof value === 'boolean' ? value : byDefault}
        isDisabled={isReadOnly}
        onChange={(isChecked) => write(isChecked === byDefault ? undefined : isChecked)}
      />
    </div>
  )
}
