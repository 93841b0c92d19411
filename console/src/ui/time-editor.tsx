// A filter by time: the last hours or days, or a custom range.
import { useState } from 'react'
import { fromLocal, toLocal } from '../base/local-time.ts'
import { texts } from '../texts/index.ts'
import type { Times } from './describe-times.ts'
import { Field, TextInput } from './field.tsx'
import { EditorForm } from './filter-editors.tsx'

const words = texts.filters

const hour_ms = 3_600_000
const presets = { hour: hour_ms, day: 24 * hour_ms, week: 7 * 24 * hour_ms, month: 30 * 24 * hour_ms } as const

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
            {words.presets[name as keyof typeof presets]}
          </button>
        ))}
      </div>
      <EditorForm onSubmit={() => onApply({ after: fromLocal(from), before: fromLocal(to) })}>
        <Field label={words.from}>
          <TextInput type="datetime-local" value={from} onValueChange={setFrom} />
        </Field>
        <Field label={words.to}>
          <TextInput type="datetime-local" value={to} onValueChange={setTo} />
        </Field>
      </EditorForm>
    </div>
  )
}
