// The filters for when conversations started or changed: the last hours or days, or a custom range.
import { useState } from 'react'
import { fromLocal, toLocal } from '../base/local-time.ts'
import { Field, TextInput } from '../ui/field.tsx'
import { EditorForm } from './filter-editor.tsx'
import { inboxTexts } from './texts.ts'

const hour_ms = 3_600_000
const presets = { hour: hour_ms, day: 24 * hour_ms, week: 7 * 24 * hour_ms, month: 30 * 24 * hour_ms } as const

interface Times {
  after: string | undefined
  before: string | undefined
}

export function TimeEditor({ after, before, onApply }: Times & { onApply: (times: Times) => void }) {
  const [from, setFrom] = useState(toLocal(after))
  const [to, setTo] = useState(toLocal(before))
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-1">
        {Object.entries(presets).map(([name, ms]) => (
          <button
            key={name}
            type="button"
            className="h-7 rounded-md bg-sunken px-2 hover:bg-hover"
            onClick={() => onApply({ after: new Date(Date.now() - ms).toISOString(), before: undefined })}
          >
            {inboxTexts.filters.presets[name as keyof typeof presets]}
          </button>
        ))}
      </div>
      <EditorForm onSubmit={() => onApply({ after: fromLocal(from), before: fromLocal(to) })}>
        <Field label={inboxTexts.filters.from}>
          <TextInput type="datetime-local" value={from} onValueChange={setFrom} />
        </Field>
        <Field label={inboxTexts.filters.to}>
          <TextInput type="datetime-local" value={to} onValueChange={setTo} />
        </Field>
      </EditorForm>
    </div>
  )
}
