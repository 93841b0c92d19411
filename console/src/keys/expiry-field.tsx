// When a key or a token expires.
import { settingsTexts } from '../settings/texts.ts'
import { Field, SelectInput } from '../ui/field.tsx'
import { keyTexts } from './texts.ts'

const day_ms = 86_400_000
const choices = ['never', '7', '30', '90', '365'] as const
export type Life = (typeof choices)[number]

/** Epoch milliseconds. */
export function expiryOf(life: Life, now_ms: number): number | null {
  return life === 'never' ? null : now_ms + Number(life) * day_ms
}

export function ExpiryField({ life, onChange }: { life: Life; onChange: (life: Life) => void }) {
  return (
    <Field label={keyTexts.life} hint={keyTexts.lifeHint}>
      <SelectInput value={life} onChange={(event) => onChange(event.target.value as Life)}>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice === 'never' ? keyTexts.noEnd : settingsTexts.days(Number(choice))}
          </option>
        ))}
      </SelectInput>
    </Field>
  )
}
