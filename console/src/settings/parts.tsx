// Small components for the pages of the settings.
import type { ReactNode } from 'react'

/** An error of the form as a whole. */
export function FormFault({ text }: { text: string | null }) {
  return (
    text !== null && (
      <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
        {text}
      </p>
    )
  )
}

interface ChoicesProps<T extends string> {
  legend: string
  name: string
  choices: readonly (readonly [value: T, label: string, hint?: string])[]
  chosen: T
  onChoose: (value: T) => void
}

/** A choice of one option, each with a hint. */
export function Choices<T extends string>({ legend, name, choices, chosen, onChoose }: ChoicesProps<T>) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 font-medium">{legend}</legend>
      {choices.map(([value, label, hint]) => (
        <label key={value} className="flex items-start gap-2">
          <input
            type="radio"
            name={name}
            className="mt-0.5 accent-accent"
            checked={value === chosen}
            onChange={() => onChoose(value)}
          />
          <span>
            {label}
            {hint && <span className="block text-xs text-faint">{hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

interface CheckProps {
  label: ReactNode
  hint?: string | undefined
  isChecked: boolean
  isDisabled?: boolean
  onChange: (isChecked: boolean) => void
}

export function Check({ label, hint, isChecked, isDisabled = false, onChange }: CheckProps) {
  return (
    <label className="flex items-start gap-2">
      <input
        type="checkbox"
        className="mt-0.5 accent-accent"
        checked={isChecked}
        disabled={isDisabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className="min-w-0">
        <span className="break-words">{label}</span>
        {hint && <span className="block text-xs text-faint">{hint}</span>}
      </span>
    </label>
  )
}
