// A value as JSON, for what no other field can say. While it is being typed it need not be JSON.
import { useState } from 'react'
import { formatJson } from '../../../base/format.ts'
import { Field, TextArea } from '../../../ui/field.tsx'
import { useField } from '../editor-context.ts'
import { editorTexts as words } from '../texts.ts'
import type { FieldProps } from './basic.tsx'

export function JsonField({ path, label, hint, rows = 5 }: FieldProps & { rows?: number }) {
  const { key, value, errorWithin, isReadOnly, write } = useField(path)
  const [typed, setTyped] = useState<{ text: string; value: unknown } | null>(null)
  const shown = typed !== null && Object.is(typed.value, value) ? typed.text : null
  const text = shown ?? (value === undefined ? '' : formatJson(value))
  const isWrong = text.trim() !== '' && parse(text) === undefined
  return (
    <div data-path={key} className="min-w-0">
      <Field label={label} hint={hint} error={isWrong ? words.jsonWrong : errorWithin}>
        <TextArea
          rows={rows}
          value={text}
          readOnly={isReadOnly}
          spellCheck={false}
          className="font-mono text-xs"
          onChange={({ target }) => {
            const parsed = target.value.trim() === '' ? { value: undefined } : parse(target.value)
            setTyped({ text: target.value, value: parsed ? parsed.value : value })
            if (parsed) write(parsed.value)
          }}
        />
      </Field>
    </div>
  )
}

export function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}
