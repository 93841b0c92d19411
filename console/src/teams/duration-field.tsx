// A length of time: a number and its unit.
import { Field, TextInput } from '../ui/field.tsx'
import { controlClasses } from '../ui/control-classes.ts'
import { type Duration, type DurationUnit, durationUnits } from './duration.ts'
import { teamTexts as words } from './texts.ts'

interface Props {
  label: string
  hint?: string | undefined
  error: string | null
  value: Duration
  onChange: (value: Duration) => void
}

export function DurationField({ label, hint, error, value, onChange }: Props) {
  return (
    <Field label={label} hint={hint} error={error}>
      <span className="flex gap-1.5">
        <TextInput
          inputMode="numeric"
          className="max-w-28"
          maxLength={9}
          value={value.count}
          onValueChange={(count) => onChange({ ...value, count })}
        />
        <select
          aria-label={words.unit(label)}
          className={`${controlClasses} max-w-32`}
          value={value.unit}
          onChange={(event) => onChange({ ...value, unit: event.target.value as DurationUnit })}
        >
          {durationUnits.map((unit) => (
            <option key={unit} value={unit}>
              {words.units[unit]}
            </option>
          ))}
        </select>
      </span>
    </Field>
  )
}
