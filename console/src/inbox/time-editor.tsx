// The filter for when conversations started: the last hours or days, or a custom range.
import { useState } from 'react'
import { fromLocal, toLocal } from '../base/local-time.ts'
import { Field, TextInput } from '../ui/field.tsx'
import { EditorForm } from './filter-editor.tsx'
import type { Filters } from './filters.ts'
import { inboxTexts } from './texts.ts'

const hour_ms = 3_600_000
const presets = { hour: hour_ms, day: 24 * hour_ms, week: 7 * 24 * hour_ms, month: 30 * 24 * hour_ms } as const

type Times = Pick<Filters, 'created_after' | 'created_before'>

export function TimeEditor({ filters, onApply }: { filters: Times; onApply: (times: Times) => void }) {
  const [from, setFrom] = useState(toLocal(filters.created_after))
  const [to, setTo] = useState(toLocal(filters.created_before))
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-1">
        {Object.entries(presets).map(([name, ms]) => (
          <button
            key={name}
            type="button"
            className="h-7 rounded-md bg-sunken px-2 hover:bg-hover"
            onClick={() =>
              onApply({ created_after: new Date(Date.now() - ms).toISOString(), created_before: undefined })
            }
          >
            {inboxTexts.filters.presets[name as keyof typeof presets]}
          </button>
        ))}
      </div>
      <EditorForm onSubmit={() => onApply({ created_after: fromLocal(from), created_before: fromLocal(to) })}>
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
