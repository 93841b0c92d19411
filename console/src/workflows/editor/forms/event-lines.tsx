// The events that start a workflow, one on each line.
import { eventTypes } from '@parley/contract'
import { useState } from 'react'
import { Field, Select, TextArea } from '../../../ui/field.tsx'
import type { Path } from '../../definition/definition.ts'
import { useField } from '../editor-context.ts'
import { formTexts } from '../form-texts.ts'

const words = formTexts.trigger

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

export function EventLines({ path }: { path: Path }) {
  const { key, value, errorWithin, isReadOnly, write } = useField(path)
  const kept = Array.isArray(value) ? value.map(String) : []
  const [text, setText] = useState(kept.join('\n'))
  // A line that is being typed stays as it is.
  if (linesOf(text).join('\n') !== kept.join('\n')) setText(kept.join('\n'))
  const change = (next: string) => {
    setText(next)
    const lines = linesOf(next)
    write(lines.length === 0 ? undefined : lines)
  }
  return (
    <div data-path={key} className="flex flex-col gap-2">
      <Field label={words.events} hint={words.eventsHint} error={errorWithin}>
        <TextArea
          rows={3}
          value={text}
          readOnly={isReadOnly}
          spellCheck={false}
          className="font-mono text-xs"
          onChange={({ target }) => change(target.value)}
        />
      </Field>
      {!isReadOnly && (
        <Select
          aria-label={words.addEvent}
          value=""
          onChange={({ target }) => change([...kept, target.value].join('\n'))}
        >
          <option value="">{words.addEvent}</option>
          {eventTypes
            .filter((type) => !kept.includes(type))
            .map((type) => (
              <option key={type} value={type}>
                {type}
              </option>
            ))}
        </Select>
      )}
    </div>
  )
}
