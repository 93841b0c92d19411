// Fields with one value: a text, a number, a choice, a switch.
import { useId } from 'react'
import { agentTexts } from '../texts.ts'
import { classes } from '../../ui/classes.ts'
import { Field, Select, TextArea, TextInput } from '../../ui/field.tsx'
import type { Path } from '../document.ts'
import { useField } from '../editor-context.ts'
import { roomFor } from './room-for.ts'
import { useShown } from './use-shown.ts'

interface FieldProps {
  path: Path
  label: string
  hint?: string | undefined
}

interface TextProps extends FieldProps {
  placeholder?: string
  maxLength?: number
  /** Suggested values. */
  list?: string
  isCode?: boolean
  /** An empty text is a value too. */
  keepsEmpty?: boolean
}

const toText = (value: unknown) => (typeof value === 'string' ? value : '')

export function TextField({ path, label, hint, isCode, keepsEmpty, ...rest }: TextProps) {
  const { key, value, error, isReadOnly, write } = useField(path)
  return (
    <div data-path={key} className="min-w-0">
      <Field label={label} hint={hint} error={error}>
        <TextInput
          value={toText(value)}
          readOnly={isReadOnly}
          autoComplete="off"
          spellCheck={!isCode}
          dir={isCode ? 'ltr' : 'auto'}
          className={isCode ? 'font-mono text-xs' : ''}
          onValueChange={(text) => write(text === '' && !keepsEmpty ? undefined : text)}
          {...rest}
        />
      </Field>
    </div>
  )
}

export function LongTextField({
  path,
  label,
  hint,
  isCode,
  rows = 4,
  ...rest
}: Omit<TextProps, 'list' | 'keepsEmpty'> & { rows?: number }) {
  const { key, value, error, isReadOnly, write } = useField(path)
  return (
    <div data-path={key} className="min-w-0">
      <Field label={label} hint={hint} error={error}>
        <TextArea
          value={toText(value)}
          readOnly={isReadOnly}
          spellCheck={!isCode}
          dir="auto"
          className={classes('field-sizing-content max-h-[60vh]', isCode && 'font-mono text-xs')}
          style={roomFor(rows)}
          onChange={({ target }) => write(target.value === '' ? undefined : target.value)}
          {...rest}
        />
      </Field>
    </div>
  )
}

const showNumber = (value: unknown) => (typeof value === 'number' || typeof value === 'string' ? String(value) : '')

interface NumberProps extends FieldProps {
  placeholder?: string
  /** The label of a box that switches a default off: null. */
  off?: string
}

export function NumberField({ path, label, hint, placeholder, off }: NumberProps) {
  const { key, value, error, held, isReadOnly, write, hold } = useField(path)
  const [text, setShown] = useShown(value, showNumber, held?.text)
  const isOff = off !== undefined && value === null
  const change = (typed: string) => {
    const number = typed.trim() === '' ? undefined : Number(typed)
    if (Number.isNaN(number)) {
      setShown(typed, value)
      return hold({ text: typed, message: agentTexts.faults.number })
    }
    setShown(typed, number)
    write(number)
  }
  return (
    <div data-path={key} className="min-w-0">
      <Field label={label} hint={hint} error={error}>
        <TextInput
          inputMode="decimal"
          autoComplete="off"
          value={text}
          placeholder={isOff ? '' : (placeholder ?? '')}
          readOnly={isReadOnly || isOff}
          className="numeric"
          onValueChange={change}
        />
      </Field>
      {off !== undefined && (
        <CheckBox
          label={off}
          isChecked={isOff}
          isReadOnly={isReadOnly}
          onChange={(next) => write(next ? null : undefined)}
        />
      )}
    </div>
  )
}

interface ChoiceProps extends FieldProps {
  options: readonly (readonly [value: string, name: string])[]
  /** The label for no choice. Without it, a choice is required. */
  unset?: string
}

export function ChoiceField({ path, label, hint, options, unset }: ChoiceProps) {
  const { key, value, error, isReadOnly, write } = useField(path)
  const chosen = toText(value)
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
          {unset !== undefined && <option value="">{unset}</option>}
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

/** Removes a value that equals the default. */
export function SwitchField({ path, label, hint, isOnByDefault = false }: FieldProps & { isOnByDefault?: boolean }) {
  const { key, value, error, isReadOnly, write } = useField(path)
  const isOn = typeof value === 'boolean' ? value : isOnByDefault
  return (
    <div data-path={key}>
      <CheckBox
        label={label}
        hint={hint}
        error={error}
        isChecked={isOn}
        isReadOnly={isReadOnly}
        onChange={(next) => write(next === isOnByDefault ? undefined : next)}
      />
    </div>
  )
}

interface CheckBoxProps {
  label: string
  hint?: string | undefined
  error?: string | null
  isChecked: boolean
  isReadOnly: boolean
  onChange: (isChecked: boolean) => void
}

export function CheckBox({ label, hint, error, isChecked, isReadOnly, onChange }: CheckBoxProps) {
  const id = useId()
  const about = error ?? hint
  return (
    <div className="flex flex-col gap-1">
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          className="size-4 shrink-0 accent-accent"
          checked={isChecked}
          disabled={isReadOnly}
          aria-describedby={about ? id : undefined}
          onChange={({ target }) => onChange(target.checked)}
        />
        {label}
      </label>
      {about && (
        <p id={id} className={classes('pl-6 text-xs', error ? 'text-bad' : 'text-faint')}>
          {about}
        </p>
      )}
    </div>
  )
}
