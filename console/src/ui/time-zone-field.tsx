// A field for a time zone, which offers the names that the browser knows.
import { Field, TextInput } from './field.tsx'

interface Props {
  label: string
  hint: string
  error?: string | null | undefined
  value: string
  onChange: (time_zone: string) => void
}

export function TimeZoneField({ label, hint, error, value, onChange }: Props) {
  return (
    <>
      <Field label={label} hint={hint} error={error}>
        <TextInput list="time-zones" maxLength={64} autoComplete="off" value={value} onValueChange={onChange} />
      </Field>
      <datalist id="time-zones">
        {Intl.supportedValuesOf('timeZone').map((zone) => (
          <option key={zone} value={zone}>
            {zone}
          </option>
        ))}
      </datalist>
    </>
  )
}
