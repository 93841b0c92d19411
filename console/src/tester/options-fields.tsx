// The settings of the end user: id, metadata, context, and whether widgets are shown.
import { isJsonObject } from '../base/json.ts'
import { testerTexts as words } from './texts.ts'
import { Field, TextArea, TextInput } from '../ui/field.tsx'
import type { TrialOptions } from './trial.ts'

interface FieldsProps {
  options: TrialOptions
  isChecked: boolean
  onChange: (options: TrialOptions) => void
}

export function areUsable({ user_id, metadata }: TrialOptions): boolean {
  return user_id.trim() !== '' && isMetadata(metadata)
}

const isMetadata = (text: string) => text.trim() === '' || isJsonObject(text)

export function OptionsFields({ options, isChecked, onChange }: FieldsProps) {
  const { user_id, metadata, initial_context, is_rich } = options
  const set = (fields: Partial<TrialOptions>) => onChange({ ...options, ...fields })
  return (
    <div className="flex flex-col gap-3">
      <Field
        label={words.user}
        hint={words.userHint}
        error={isChecked && user_id.trim() === '' ? words.userMissing : null}
      >
        <TextInput value={user_id} maxLength={512} onValueChange={(value) => set({ user_id: value })} />
      </Field>
      <Field
        label={words.metadata}
        hint={words.metadataHint}
        error={isChecked && !isMetadata(metadata) ? words.metadataInvalid : null}
      >
        <TextArea
          value={metadata}
          maxLength={60_000}
          spellCheck={false}
          className="font-mono text-xs"
          onChange={(event) => set({ metadata: event.currentTarget.value })}
        />
      </Field>
      <Field label={words.context} hint={words.contextHint}>
        <TextArea
          value={initial_context}
          maxLength={32_000}
          onChange={(event) => set({ initial_context: event.currentTarget.value })}
        />
      </Field>
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          className="accent-accent"
          checked={is_rich}
          onChange={(event) => set({ is_rich: event.currentTarget.checked })}
        />
        {words.rich}
      </label>
    </div>
  )
}
