// A list of things with fields of their own, which can be moved and removed.
import type { ReactNode } from 'react'
import { Button, IconButton } from '../../../ui/button.tsx'
import { type JsonObject, type Path, isObject } from '../../definition/definition.ts'
import { useField } from '../editor-context.ts'
import { editorTexts } from '../texts.ts'

const words = editorTexts.rows

interface Props {
  path: Path
  label: string
  add: string
  most: number
  make: (number: number) => JsonObject
  /** What an item is called, for the names of its buttons and of its group. */
  title: (item: JsonObject, number: number) => string
  render: (path: Path, item: JsonObject, index: number) => ReactNode
  /** Instead of writing the list. */
  onWrite?: (items: JsonObject[]) => void
}

export function ListField({ path, label, add, most, make, title, render, onWrite }: Props) {
  const { key, value, error, isReadOnly, write } = useField(path)
  const items: JsonObject[] = Array.isArray(value) ? value.map((item) => (isObject(item) ? item : {})) : []
  const change = onWrite ?? write
  const raise = (index: number) =>
    change(items.map((item, at) => (at === index ? items[index - 1]! : at === index - 1 ? items[index]! : item)))
  return (
    <fieldset data-path={key} className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1 font-medium">{label}</legend>
      {items.map((item, index) => {
        const name = title(item, index + 1)
        return (
          <div
            key={index}
            role="group"
            aria-label={name}
            className="flex min-w-0 items-start gap-1 rounded-md border border-line p-2"
          >
            <div className="flex min-w-0 flex-1 flex-col gap-2">{render([...path, index], item, index)}</div>
            {!isReadOnly && (
              <div className="flex flex-col">
                <IconButton
                  icon="trash"
                  label={words.remove(label, name)}
                  onClick={() => change(items.filter((_item, at) => at !== index))}
                />
                {index > 0 && <IconButton icon="up" label={words.raise(name)} onClick={() => raise(index)} />}
              </div>
            )}
          </div>
        )
      })}
      {error && (
        <p role="alert" className="text-xs text-bad">
          {error}
        </p>
      )}
      {!isReadOnly && items.length < most && (
        <Button
          kind="quiet"
          icon="plus"
          className="self-start"
          onClick={() => change([...items, make(items.length + 1)])}
        >
          {add}
        </Button>
      )}
    </fieldset>
  )
}
