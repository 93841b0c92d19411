// Names and values as rows, whose values may contain expressions: headers of a request, parameters, fields of a body.
import { useState } from 'react'
import { Button, IconButton } from '../../../ui/button.tsx'
import { controlClasses } from '../../../ui/control-classes.ts'
import { isObject } from '../../definition/definition.ts'
import { useField } from '../editor-context.ts'
import { editorTexts } from '../texts.ts'
import type { FieldProps } from './basic.tsx'
import { Expression } from './expression.tsx'

const words = editorTexts.rows

type Row = readonly [name: string, value: string]

const rowsOf = (value: unknown): Row[] =>
  isObject(value)
    ? Object.entries(value).map(([name, entry]) => [name, typeof entry === 'string' ? entry : JSON.stringify(entry)])
    : []

interface Props extends FieldProps {
  add?: string
  /** Whether a value without rows stays an empty object. */
  isKept?: boolean
}

/** A row without a name is shown, and not written. */
export function RowsField({ path, label, hint, add = words.add, isKept = false }: Props) {
  const { key, value, errorWithin, isReadOnly, write } = useField(path)
  const [typed, setTyped] = useState<{ rows: Row[]; value: unknown } | null>(null)
  const rows = typed !== null && Object.is(typed.value, value) ? typed.rows : rowsOf(value)
  const names = rows.map(([name]) => name).filter((name) => name !== '')
  const isTwice = new Set(names).size < names.length
  const change = (next: Row[]) => {
    const named = next.filter(([name]) => name !== '')
    const before = isObject(value) ? value : {}
    // What is no text, and is not changed, stays what it is.
    const entries = named.map(([name, text]) => {
      const stored = before[name]
      return [name, typeof stored !== 'string' && JSON.stringify(stored) === text ? stored : text] as const
    })
    const written = entries.length === 0 && !isKept ? undefined : Object.fromEntries(entries)
    setTyped({ rows: next, value: written })
    write(written)
  }
  const put = (index: number, row: Row) => change(rows.map((other, place) => (place === index ? row : other)))
  return (
    <fieldset data-path={key} className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1 font-medium">{label}</legend>
      {hint && <p className="text-xs text-faint">{hint}</p>}
      {rows.map(([name, text], index) => (
        <div key={index} className="flex items-start gap-1">
          <input
            aria-label={words.nameOf(label, index + 1)}
            className={`${controlClasses} min-w-0 flex-1 basis-24`}
            placeholder={words.name}
            value={name}
            readOnly={isReadOnly}
            autoComplete="off"
            onChange={({ target }) => put(index, [target.value, text])}
          />
          <div className="flex min-w-0 flex-2 basis-32">
            <Expression
              label={words.valueOf(label, name)}
              isLabelHidden
              value={text}
              isReadOnly={isReadOnly}
              onWrite={(written) => put(index, [name, written])}
            />
          </div>
          {!isReadOnly && (
            <IconButton
              icon="trash"
              label={words.remove(label, name)}
              onClick={() => change(rows.filter((_row, place) => place !== index))}
            />
          )}
        </div>
      ))}
      {(isTwice || errorWithin) && (
        <p role="alert" className="text-xs text-bad">
          {isTwice ? words.twice : errorWithin}
        </p>
      )}
      {!isReadOnly && (
        <Button kind="quiet" icon="plus" className="self-start" onClick={() => change([...rows, ['', '']])}>
          {add}
        </Button>
      )}
    </fieldset>
  )
}
